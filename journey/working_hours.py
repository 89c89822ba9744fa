"""Whose working hours measure a clock."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from journey.business_time import Calendar


class CalendarBy(StrEnum):
    """What chose the calendar of a clock."""

    POLICY = "policy"
    OWNER = "owner"
    TEAM = "team"
    DEFAULT = "default"


class Hours(NamedTuple):
    """A calendar's name, and what chose it."""

    calendar: str
    by: CalendarBy


class Owner(NamedTuple):
    """What a CRM tells of one of its owners."""

    id: str
    email: str | None
    team: str | None


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """The calendars, and who works by which.

    A clock runs by the calendar its policy names; else by that of whoever owned the person when it opened; else by that of their
    team; else by the `default`. `of_owners` are named by e-mail address (in lower case) or by the CRM's id, `of_teams` by the
    team's name. `known` is what those come to for the owners that the CRMs tell of, by id: see `with_owners`.
    Raises ValueError when a calendar is named that is not there.
    """

    calendars: Mapping[str, Calendar]
    default: str
    of_owners: Mapping[str, str] = field(default_factory=dict)
    of_teams: Mapping[str, str] = field(default_factory=dict)
    known: Mapping[str, Hours] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in (self.default, *self.of_owners.values(), *self.of_teams.values()):
            self.require(name, "sla")

    @property
    def by_owner(self) -> bool:
        """Whether it matters who owns a person."""
        return bool(self.of_owners or self.of_teams)

    def require(self, calendar: str, user: str) -> None:
        """Raises ValueError when `calendar`, which `user` names, is not there."""
        if calendar not in self.calendars:
            raise ValueError(f"{user}: there is no calendar {calendar!r}")

    def choose(self, named: str | None, owner: object) -> Hours:
        """The hours of a clock whose policy names the calendar `named`, for a person of `owner` (a CRM's id, or None)."""
        if named is not None:
            return Hours(named, CalendarBy.POLICY)
        return self.known.get(str(owner)) or Hours(self.default, CalendarBy.DEFAULT)

    def with_owners(self, owners: Iterable[Owner]) -> "WorkingHours":
        """The same, with the hours of each of `owners` looked up."""
        known = {owner.id: hours for owner in owners if (hours := self._of(owner)) is not None}
        return WorkingHours(self.calendars, self.default, self.of_owners, self.of_teams, known)

    def _of(self, owner: Owner) -> Hours | None:
        own = self.of_owners.get((owner.email or "").lower()) or self.of_owners.get(owner.id)
        if own is not None:
            return Hours(own, CalendarBy.OWNER)
        team = self.of_teams.get(owner.team or "")
        return None if team is None else Hours(team, CalendarBy.TEAM)
