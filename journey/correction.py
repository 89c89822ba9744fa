"""When a verdict is not the next thing that happened to a clock, but another view of what had happened."""

from journey.running import SlaStatus

GIVEN = frozenset({SlaStatus.MET, SlaStatus.MET_LATE, SlaStatus.BREACHED})
"""Verdicts that time alone does not change; only a contact after the due time follows on a breach."""


def corrects(before: SlaStatus, after: SlaStatus) -> bool:
    """Whether `after`, told of a clock that was told to be `before`, puts that right: the facts turned out to be other ones."""
    return before in GIVEN and before is not after and (before, after) != (SlaStatus.BREACHED, SlaStatus.MET_LATE)
