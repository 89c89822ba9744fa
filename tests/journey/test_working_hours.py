"""Whose working hours measure a clock, and who owned the person while it ran."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from journey.business_time import ALWAYS_OPEN, Calendar, Shift
from journey.model import Journey, Moment, PersonId, Value
from journey.ownership import Segment
from journey.policy import Policy
from journey.qualification import Spell
from journey.sla import Cycle, cycles
from journey.target import Target
from journey.working_hours import CalendarBy, Hours, Owner, WorkingHours

MONDAY = datetime(2026, 3, 2, 18, tzinfo=UTC)
H = timedelta(hours=1)


def office(zone: str) -> Calendar:
    return Calendar(ZoneInfo(zone), dict.fromkeys(range(5), (Shift.parse("09:00-18:00"),)))


AGREED = WorkingHours(
    {"always": Calendar(ZoneInfo("UTC"), ALWAYS_OPEN), "madrid": office("Europe/Madrid"), "mexico": office("America/Mexico_City")},
    "madrid",
    of_owners={"ana@example.com": "mexico", "0051": "always"},
    of_teams={"LATAM": "mexico"},
)  # fmt: skip
HOURS = AGREED.with_owners(
    [
        Owner("7", "Ana@Example.com", "Iberia"),
        Owner("8", "leo@example.com", "LATAM"),
        Owner("0051", None, "LATAM"),
        Owner("9", "eva@example.com", None),
    ]
)


@pytest.mark.parametrize(
    ("named", "owner", "expected"),
    [
        ("always", "7", Hours("always", CalendarBy.POLICY)),
        (None, "7", Hours("mexico", CalendarBy.OWNER)),
        (None, "0051", Hours("always", CalendarBy.OWNER)),
        (None, "8", Hours("mexico", CalendarBy.TEAM)),
        (None, "9", Hours("madrid", CalendarBy.DEFAULT)),
        (None, None, Hours("madrid", CalendarBy.DEFAULT)),
        (None, "nobody", Hours("madrid", CalendarBy.DEFAULT)),
    ],
)
def test_policy_before_owner_before_team_before_default(named: str | None, owner: str | None, expected: Hours) -> None:
    assert HOURS.choose(named, owner) == expected


def clock(*owners: tuple[timedelta, str | None], as_of: timedelta = 100 * H, since: datetime | None = None) -> Cycle:
    moments = tuple(Moment(MONDAY + at, dict[str, Value](owner=owner)) for at, owner in owners)
    path = Journey(PersonId("p"), (), moments, (), (), ())
    policies = [Policy("first", Target.parse("2bh"), None, since=since), Policy("older", Target.parse("9bh"), None)]
    return cycles(path, [Spell(MONDAY, None, None)], policies, HOURS, MONDAY + as_of, MONDAY + as_of)[0]


def test_the_hours_of_whoever_owned_the_person_at_the_opening_count() -> None:
    """18:00 UTC on a Monday is noon in Mexico, and after hours in Madrid."""
    mexican, spanish = clock((-H, "8")), clock((-H, "9"))
    assert (mexican.calendar, mexican.calendar_by, mexican.due_at) == ("mexico", CalendarBy.TEAM, MONDAY + 2 * H)
    assert (spanish.calendar, spanish.calendar_by, spanish.due_at) == ("madrid", CalendarBy.DEFAULT, MONDAY + 16 * H)


def test_the_due_time_is_fixed_at_the_opening_whoever_owns_the_person_later() -> None:
    assert clock((-H, "9"), (H, "8")).due_at == clock((-H, "9")).due_at
    assert clock((-H, None), (H, "8")).calendar_by is CalendarBy.DEFAULT


def test_each_owner_has_their_own_part_of_the_time() -> None:
    told = clock((-5 * H, "8"), (H, "9"), (2 * H, "9"), (3 * H, None), as_of=4 * H)
    assert told.owners == (
        Segment("8", MONDAY, MONDAY + H),
        Segment("9", MONDAY + H, MONDAY + 3 * H),
        Segment(None, MONDAY + 3 * H, None),
    )


def test_a_policy_governs_only_the_clocks_that_open_while_it_is_agreed() -> None:
    assert clock((-H, "9"), since=MONDAY).policy == "first"
    assert clock((-H, "9"), since=MONDAY + timedelta(microseconds=1)).policy == "older"
    policy = Policy("p", Target.parse("1h"), None, since=MONDAY, until=MONDAY + H)
    assert [policy.in_force(MONDAY + at) for at in (-H, 0 * H, H)] == [False, True, False]
    with pytest.raises(ValueError, match="after"):
        Policy("p", Target.parse("1h"), None, since=MONDAY, until=MONDAY)


@pytest.mark.parametrize("use", [{"default": "lisbon"}, {"of_owners": {"a": "lisbon"}}, {"of_teams": {"a": "lisbon"}}])
def test_a_calendar_that_is_not_there_is_refused(use: dict[str, object]) -> None:
    arguments: dict[str, object] = {"calendars": AGREED.calendars, "default": "madrid", **use}
    with pytest.raises(ValueError, match="no calendar 'lisbon'"):
        WorkingHours(**arguments)  # type: ignore[arg-type]
