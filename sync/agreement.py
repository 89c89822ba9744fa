"""From the configuration's score and sla sections to the agreement that journeys are judged by."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from functools import partial
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from journey import rules as journey_rules
from journey import sla as journey_sla
from journey.business_time import ALWAYS_OPEN, Shift
from journey.business_time import Calendar as BusinessCalendar
from journey.derive import Agreement
from journey.handover import HandoverRules
from journey.mass_mail import MassMailRule
from journey.model import KNOWN_FIELDS, FieldType, Kind
from journey.rules import Condition
from mapping.compiled import WRITABLE, ObjectMapping
from mapping.expression import Expression, ExpressionError, compile_expression
from sync.config_model import Calendar, Criterion, Disqualifier, File, Holidays, Label, Lang, Policy, Rule, weekdays
from sync.config_source import Location, Problem

Built = TypeVar("Built")
Fields = Mapping[str, FieldType | None]

ALWAYS = "always"
"""The calendar of a policy that names none: open day and night."""

FIRST_HOLIDAY, LAST_HOLIDAY = 2010, 2045
TOUCHPOINT_FIELDS: Fields = {
    "type": FieldType.TEXT,
    "direction": FieldType.TEXT,
    "actor": FieldType.TEXT,
    "owner": FieldType.TEXT,
}
"""What a rule sees of every touchpoint, mapped or not."""


@dataclass(slots=True)
class Vocabulary:
    """The journey fields that conditions may name, with their types, as the mappings give them."""

    person: dict[str, FieldType | None] = field(default_factory=dict)
    touchpoint: dict[str, FieldType | None] = field(default_factory=dict)


def vocabulary(mappings: Iterable[ObjectMapping]) -> Vocabulary:
    """Gather the fields of people (their company's as company_…) and of touchpoints (the person's as person_…)."""
    words = Vocabulary(touchpoint=dict(TOUCHPOINT_FIELDS))
    for mapping in mappings:
        if mapping.kind is Kind.PERSON:
            words.person |= mapping.field_types
        elif mapping.kind is Kind.COMPANY:
            words.person |= {f"company_{name}": kind for name, kind in mapping.field_types.items()}
        elif mapping.kind is Kind.TOUCHPOINT:
            words.touchpoint |= mapping.field_types
        for rule in mapping.touchpoints:
            words.touchpoint |= {"at": FieldType.DATETIME, **rule.field_types}
    words.touchpoint |= {f"person_{name}": kind for name, kind in words.person.items()}
    return words


def add_unread(words: Vocabulary, data: Mapping[str, Any]) -> None:
    """Let conditions name fields whose mapping is wrong, so that one mistake is not reported twice."""
    for name in KNOWN_FIELDS[Kind.TOUCHPOINT]:
        words.touchpoint.setdefault(name, None)
    objects = data.get("objects")
    for spec in objects.values() if isinstance(objects, dict) else ():
        fields = spec.get("fields") if isinstance(spec, dict) else None
        for name in fields if isinstance(fields, dict) else ():
            for known in (name, f"company_{name}"):
                words.person.setdefault(known, None)
                words.touchpoint.setdefault(f"person_{known}", None)
            words.touchpoint.setdefault(name, None)


def build_agreement(file: File, words: Vocabulary) -> tuple[Agreement | None, list[Problem]]:
    """The agreement, or None and everything that is wrong with its two sections."""
    builder = _Builder(words)
    rules = builder.score(file)
    calendars = builder.calendars(file)
    policies = builder.policies(file, calendars)
    handover = builder.handover(file)
    if rules is None or builder.problems:
        return None, builder.problems
    mass_mail = MassMailRule(file.sla.bulk.same_subject, file.sla.bulk.within)
    agreement = builder.attempt((), lambda: Agreement(rules, policies, calendars, file.lang.value, handover, mass_mail))
    return agreement, builder.problems


class _Builder:
    """Builds the parts, gathering what is wrong with each."""

    def __init__(self, words: Vocabulary) -> None:
        self._words = words
        self.problems: list[Problem] = []

    def attempt(self, location: Location, build: Callable[[], Built]) -> Built | None:
        """What `build` gives, or None with its ValueError noted."""
        try:
            return build()
        except ValueError as error:
            self.problems.append(Problem(location, str(error)))
            return None

    def _expression(self, location: Location, source: str, fields: Fields) -> Expression | None:
        try:
            return compile_expression(source, fields, condition=True)
        except ExpressionError as error:
            message = error.message + (f"; {error.hint}" if error.hint else "")
            self.problems.append(Problem(location, message, inside=(error.line, error.column)))
            return None

    def _condition(self, location: Location, source: str | None) -> Condition | None:
        """A condition over a person's fields, if there is one."""
        expression = None if source is None else self._expression(location, source, self._words.person)
        return expression.holds if expression else None

    def score(self, file: File) -> journey_rules.ScoreRules | None:
        """The rules of the score."""
        section = file.score
        criteria = [self._criterion(name, criterion) for name, criterion in section.criteria.items()]
        out = [self._disqualifier(index, item) for index, item in enumerate(section.disqualify)]
        if self.problems:
            return None
        return self.attempt(
            ("score",),
            lambda: journey_rules.ScoreRules(
                criteria=tuple(item for item in criteria if item),
                disqualifiers=tuple(item for item in out if item),
                qualified_at=section.qualified_at,
                leaves_at=section.leaves_at,
                minimum_stay=section.minimum_stay,
                refresh_points=section.refresh_points,
            ),
        )

    def _criterion(self, name: str, criterion: Criterion) -> journey_rules.Criterion | None:
        location = ("score", "criteria", name)
        if name in WRITABLE and name not in ("interest", "fit"):
            self.problems.append(Problem(location, f"'{name}' is already the name of a field; choose another"))
        rules = [self._rule((*location, "rules", index), rule) for index, rule in enumerate(criterion.rules)]
        kept = tuple(rule for rule in rules if rule)
        return self.attempt(location, lambda: journey_rules.Criterion(name, criterion.cap, criterion.floor, kept))

    def _rule(self, location: Location, rule: Rule) -> journey_rules.Rule | None:
        fields = self._words.person if rule.on is None else self._words.touchpoint
        when = None if rule.when is None else self._expression((*location, "when"), rule.when, fields)
        if rule.when is not None and when is None:
            return None
        return self.attempt(
            location,
            lambda: journey_rules.Rule(
                id=rule.id,
                label=labels(rule.label, rule.id),
                points=rule.points,
                on=None if rule.on is None else frozenset(rule.on),
                direction=rule.direction,
                actor=rule.actor,
                when=when.holds if when else None,
                when_source=rule.when,
                fields=when.fields if when else (),
                half_life=rule.half_life,
                window=rule.window,
                at_most=rule.at_most,
            ),
        )

    def _disqualifier(self, index: int, item: Disqualifier) -> journey_rules.Disqualifier | None:
        when = self._condition(("score", "disqualify", index, "when"), item.when)
        return when and journey_rules.Disqualifier(item.id, labels(item.label, item.id), when, item.when)

    def policies(self, file: File, calendars: Mapping[str, BusinessCalendar]) -> tuple[journey_sla.Policy, ...]:
        """The SLA policies, in order."""
        named = [self._policy(("sla", "policies", index), item) for index, item in enumerate(file.sla.policies)]
        for index, policy in enumerate(file.sla.policies):
            if policy.calendar is not None and policy.calendar not in file.sla.calendars:
                near = get_close_matches(policy.calendar, list(calendars), n=1)
                hint = f"did you mean '{near[0]}'?" if near else "describe it under sla.calendars"
                where: Location = ("sla", "policies", index, "calendar")
                self.problems.append(Problem(where, f"unknown calendar '{policy.calendar}'; {hint}"))
            if policy.name in [other.name for other in file.sla.policies[:index]]:
                self.problems.append(
                    Problem(("sla", "policies", index, "name"), f"the name '{policy.name}' is used twice")
                )
        return tuple(policy for policy in named if policy)

    def _policy(self, location: Location, policy: Policy) -> journey_sla.Policy | None:
        applies = self._condition((*location, "when"), policy.when)
        excluded = self._condition((*location, "exclude_when"), policy.exclude_when)
        paused = self._condition((*location, "pause_when"), policy.pause_when)
        return self.attempt(
            location,
            lambda: journey_sla.Policy(
                name=policy.name,
                target=journey_sla.Target.parse(policy.target),
                calendar=policy.calendar or ALWAYS,
                applies=applies,
                at_risk=policy.at_risk,
                at_risk_left=policy.at_risk_left,
                reopen_within=policy.reopen_within,
                precontact_within=policy.precontact_within,
                sequence_counts=policy.sequence_counts,
                excluded=excluded,
                paused=paused,
            ),
        )

    def handover(self, file: File) -> HandoverRules:
        """How a decision of sales is told."""
        section = file.sla.handover
        if section.reason is not None and section.reason not in self._words.person:
            near = get_close_matches(section.reason, list(self._words.person), n=1)
            hint = f"did you mean '{near[0]}'?" if near else "map it under an object of people"
            self.problems.append(Problem(("sla", "handover", "reason"), f"unknown field '{section.reason}'; {hint}"))
        return HandoverRules(
            accepted=self._condition(("sla", "handover", "accepted_when"), section.accepted_when),
            rejected=self._condition(("sla", "handover", "rejected_when"), section.rejected_when),
            reason=section.reason,
            bad_data=frozenset(reason.lower() for reason in section.bad_data),
            returned_within=section.returned_within,
        )

    def calendars(self, file: File) -> Mapping[str, BusinessCalendar]:
        """The calendars by name, and the one that never closes."""
        built = {ALWAYS: BusinessCalendar(ZoneInfo("UTC"), ALWAYS_OPEN)}
        for name, calendar in file.sla.calendars.items():
            made = self.attempt(
                ("sla", "calendars", name), partial(self._calendar, ("sla", "calendars", name), calendar)
            )
            if made is not None:
                built[name] = made
        return built

    def _calendar(self, location: Location, calendar: Calendar) -> BusinessCalendar | None:
        try:
            zone = ZoneInfo(calendar.zone)
        except (ValueError, OSError, LookupError):
            self.problems.append(Problem((*location, "zone"), "unknown time zone; use a name such as Europe/Madrid"))
            return None
        hours: dict[int, tuple[Shift, ...]] = {}
        for days, shifts in calendar.hours.items():
            for day in weekdays(days):
                hours[day] = hours.get(day, ()) + tuple(Shift.parse(shift) for shift in shifts)
        closed = self._holidays((*location, "holidays"), calendar.holidays)
        return BusinessCalendar(zone, hours, closed)

    def _holidays(self, location: Location, section: Holidays) -> frozenset[date]:
        if section.country is None:
            if section.region is not None:
                self.problems.append(Problem((*location, "region"), "a region needs a country"))
            return frozenset(section.extra)
        problem = _unknown_place(section.country, section.region)
        if problem is not None:
            self.problems.append(Problem((*location, problem[0]), problem[1]))
            return frozenset()
        return _public_holidays(section.country, section.region) | frozenset(section.extra)


def labels(label: Label | None, name: str) -> Mapping[str, str]:
    """A label in every language: the one given, else the other language's, else the id."""
    if isinstance(label, dict):
        other = next(iter(label.values()), name)
        return {lang.value: label.get(lang, other) for lang in Lang}
    return {lang.value: label or name for lang in Lang}


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
