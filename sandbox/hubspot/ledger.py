"""What was written to the account, property by property."""

from typing import NamedTuple


class Entry(NamedTuple):
    """One property of one record was set through the API; `changed` says whether it held another value before."""

    object: str
    id: int
    property: str
    value: str | None
    at: int
    changed: bool
