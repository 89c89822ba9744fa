"""Who is told, and when, while nobody has contacted a qualified person.

Steps move with the due time, and a step is reached once, for good.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from journey.lapse import shifted
from journey.policy import Step
from journey.running import Run


@dataclass(frozen=True, slots=True)
class Reached:
    """A step of a cycle that came, at `at`, with nobody having contacted the person. `to` is who is told."""

    step: str
    to: tuple[str, ...]
    at: datetime


def coming(steps: Sequence[Step], run: Run) -> Iterator[Reached]:
    """The steps that this clock comes to if nothing more happens, earliest first."""
    ends = [lapse.start for lapse in run.lapses if lapse.lasting]
    end = min([*ends, *(time for time in (run.stopped, run.closing) if time is not None)], default=None)
    times = [(shifted(step.due(run.opened, run.first_due, run.clock), run.moving, run.clock), step) for step in steps]
    for at, step in sorted(times, key=lambda timed: (timed[0], timed[1].at)):
        if end is None or at < end:
            yield Reached(step.at, step.to, at)


def so_far(steps: Sequence[Reached], as_of: datetime, known_until: datetime | None) -> tuple[Reached, ...]:
    """Those that were reached: past as of `as_of`, and what could refute them has been read (I10)."""
    if known_until is None:
        return ()
    return tuple(step for step in steps if step.at <= min(as_of, known_until))
