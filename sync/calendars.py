"""Working hours, from the configuration: calendars with their holidays, and who works by which."""

from collections.abc import Mapping
from datetime import date
from difflib import get_close_matches
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from journey.business_time import ALWAYS_OPEN, Shift
from journey.business_time import Calendar as BusinessCalendar
from journey.working_hours import WorkingHours
from sync.agreement_builder import Builder
from sync.config_sla import Calendar, Holidays, SlaSection, weekdays
from sync.config_source import Location, Problem

ALWAYS = "always"
"""The calendar where none is named: open day and night."""

FIRST_HOLIDAY, LAST_HOLIDAY = 2010, 2045


def working_hours(builder: Builder, section: SlaSection) -> WorkingHours | None:
    """The calendars, and who works by which; None with everything that is wrong noted."""
    built = calendars(builder, section)
    uses: list[tuple[Location, str]] = [(("sla", "owners", who), name) for who, name in section.owners.items()]
    uses += [(("sla", "teams", team), name) for team, name in section.teams.items()]
    uses += [] if section.calendar is None else [(("sla", "calendar"), section.calendar)]
    for location, name in uses:
        require_calendar(builder, section, location, name)
    if builder.problems:
        return None
    owners = {who.lower() if "@" in who else who: name for who, name in section.owners.items()}
    return WorkingHours(built, section.calendar or ALWAYS, owners, section.teams)


def require_calendar(builder: Builder, section: SlaSection, location: Location, name: str) -> None:
    """Note it when the calendar called `name` is not described."""
    if name not in section.calendars:
        builder.unknown(location, "calendar", name, section.calendars, "describe it under sla.calendars")


def calendars(builder: Builder, section: SlaSection) -> Mapping[str, BusinessCalendar]:
    """The calendars by name, and the one that never closes."""
    built = {ALWAYS: BusinessCalendar(ZoneInfo("UTC"), ALWAYS_OPEN)}
    for name, calendar in section.calendars.items():
        made = builder.attempt(
            ("sla", "calendars", name), partial(_calendar, builder, ("sla", "calendars", name), calendar)
        )
        if made is not None:
            built[name] = made
    return built


def _calendar(builder: Builder, location: Location, calendar: Calendar) -> BusinessCalendar | None:
    try:
        zone = ZoneInfo(calendar.zone)
    except (ValueError, OSError, LookupError):
        builder.problems.append(Problem((*location, "zone"), "unknown time zone; use a name such as Europe/Madrid"))
        return None
    hours: dict[int, tuple[Shift, ...]] = {}
    for days, shifts in calendar.hours.items():
        for day in weekdays(days):
            hours[day] = hours.get(day, ()) + tuple(Shift.parse(shift) for shift in shifts)
    closed = _holidays(builder, (*location, "holidays"), calendar.holidays)
    return BusinessCalendar(zone, hours, closed)


def _holidays(builder: Builder, location: Location, section: Holidays) -> frozenset[date]:
    if section.country is None:
        if section.region is not None:
            builder.problems.append(Problem((*location, "region"), "a region needs a country"))
        return frozenset(section.extra)
    problem = _unknown_place(section.country, section.region)
    if problem is not None:
        builder.problems.append(Problem((*location, problem[0]), problem[1]))
        return frozenset()
    return _public_holidays(section.country, section.region) | frozenset(section.extra)


def _unknown_place(country: str, region: str | None) -> tuple[str, str] | None:
    from holidays.utils import list_supported_countries  # 0.2 s to import; only configurations with holidays pay it

    places: Mapping[str, Any] = list_supported_countries()
    if country not in places:
        near = get_close_matches(country.upper(), list(places), n=1)
        hint = f"did you mean '{near[0]}'?" if near else "use its ISO 3166 code"
        return "country", f"unknown country '{country}'; {hint}"
    if region is not None and region not in places[country]:
        return "region", f"unknown region '{region}'; known: {', '.join(places[country]) or 'none for this country'}"
    return None


def _public_holidays(country: str, region: str | None) -> frozenset[date]:
    import holidays

    return frozenset(holidays.country_holidays(country, subdiv=region, years=range(FIRST_HOLIDAY, LAST_HOLIDAY + 1)))
