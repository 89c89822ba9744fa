"""Findings that every vendor's check has."""

from collections.abc import Callable
from datetime import timedelta

from connectors.base import Finding, Stop
from connectors.credentials import Unauthorised

LARGEST_SKEW = 60.0
"""Seconds."""


def asked(name: str, ask: Callable[[], str]) -> Finding:
    """Whether a question is answered; `ask` says what the answer tells. Raises `Unauthorised`: then no question is."""
    try:
        return Finding(name, ok=True, detail=ask())
    except Unauthorised:
        raise
    except Stop as stop:
        return Finding(name, ok=False, detail=str(stop), fix=stop.fix)


def clock(skew: timedelta | None, vendor: str) -> Finding:
    """How far this machine's clock is from the vendor's, who is ahead by `skew`; None where no answer told."""
    seconds = skew.total_seconds() if skew else 0.0
    detail = f"This machine's clock is {abs(seconds):.0f} s {'behind' if seconds > 0 else 'ahead of'} {vendor}'s."
    fix = "" if abs(seconds) <= LARGEST_SKEW else "Let this machine set its clock from the network (NTP)."
    return Finding("clock", ok=not fix, detail=detail, fix=fix)
