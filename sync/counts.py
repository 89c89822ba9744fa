"""How much of a run's work had which end."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PushCounts:
    """What became of one batch of owed records. A record with a conflict may be written in its other fields too."""

    written: int = 0
    already: int = 0
    refused: int = 0
    conflicts: int = 0
