"""From facts to one journey: everything the CRMs hold of a person, in one canonical order.

Neither the order in which facts arrive nor repeats of them change the result (I9).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple, TypeVar

from journey.instants import EPOCH
from journey.model import (
    Actor,
    Deal,
    DealStatus,
    Direction,
    Fact,
    Journey,
    Kind,
    Moment,
    PastValues,
    PersonId,
    Ref,
    StageChange,
    Touchpoint,
    TouchType,
    Value,
)

DISQUALIFICATION = ("disqualified", "disqualified_at", "disqualified_for")
"""What a person's record says of being disqualified."""
_BEFORE_ALL = datetime.min.replace(tzinfo=UTC)
_Choice = TypeVar("_Choice", bound=StrEnum)


def fold(person: PersonId, facts: Sequence[Fact], past: Sequence[PastValues] = ()) -> Journey:
    """The journey of `person`, whose records, linked companies, touchpoints and deals are `facts`.

    Of several records the most recently modified one that has a value gives it. `past` tells earlier values of person and
    company records. The first moment begins when the person was created, at the latest with the first touchpoint; without
    `created_at`, when a record of theirs was first modified. Deleted and merged records add nothing, and neither do facts of
    other kinds or a touchpoint without a time (the mapping rejects those). Unknown words become OTHER, NONE, UNKNOWN or OPEN.
    A record that tells since when the person is disqualified (`disqualified_at`) says nothing of it about the time before.
    """
    live = _newest(facts)
    persons = [fact for fact in live if fact.kind is Kind.PERSON]
    companies = [fact for fact in live if fact.kind is Kind.COMPANY]
    touchpoints = [touch for fact in live if fact.kind is Kind.TOUCHPOINT for touch in _touchpoint(fact)]
    deals = [_deal(fact) for fact in live if fact.kind is Kind.DEAL]
    return Journey(
        person=person,
        records=tuple(fact.ref for fact in persons),
        moments=_moments(persons, companies, _begin(persons, touchpoints, past), past),
        touchpoints=tuple(sorted(touchpoints, key=lambda touch: (touch.at, touch.ref))),
        deals=tuple(sorted(deals, key=lambda deal: (deal.created_at or _BEFORE_ALL, deal.ref))),
        stages=tuple(
            sorted({change for fact in persons for change in fact.stages}, key=lambda change: (change.at, change.stage))
        ),
    )


def _newest(facts: Iterable[Fact]) -> list[Fact]:
    """Each record once, in its newest version, by ref; the ones that are gone left out."""
    newest: dict[Ref, Fact] = {}
    for fact in facts:
        known = newest.get(fact.ref)
        if known is None or (known.modified, known.version) < (fact.modified, fact.version):
            newest[fact.ref] = fact
    return [fact for _, fact in sorted(newest.items()) if not fact.deleted and fact.merged_into is None]


class _Version(NamedTuple):
    """What a record said from `since` on (the first version: always); the later `modified` has precedence."""

    since: datetime
    modified: datetime
    ref: Ref
    prefix: str
    values: Mapping[str, Value]


def _begin(persons: list[Fact], touchpoints: list[Touchpoint], past: Sequence[PastValues]) -> datetime:
    created = [at for fact in persons if isinstance(at := fact.values.get("created_at"), datetime)]
    records = {fact.ref for fact in persons}
    modified = [fact.modified for fact in persons] + [old.until for old in past if old.ref in records]
    touched = [touch.at for touch in touchpoints]
    return min([min(created or modified or touched or [EPOCH]), *touched])


def _moments(
    persons: list[Fact], companies: list[Fact], begin: datetime, past: Sequence[PastValues]
) -> tuple[Moment, ...]:
    histories = [*_histories(persons, "", past), *_histories(companies, "company_", past)]
    changes = {version.since for history in histories for version in history[1:] if version.since > begin}
    moments = [Moment(begin, _known(histories, begin))]
    for since in sorted(changes):
        values = _known(histories, since)
        if values != moments[-1].values:
            moments.append(Moment(since, values))
    return tuple(moments)


def _histories(facts: list[Fact], prefix: str, past: Sequence[PastValues]) -> Iterator[list[_Version]]:
    """Each record's versions, oldest first. What it says now counts as modified when the CRM says so."""
    earlier: dict[Ref, dict[datetime, Mapping[str, Value]]] = {}
    for old in past:
        earlier.setdefault(old.ref, {})[old.until] = old.values
    for fact in facts:
        olds = sorted(earlier.get(fact.ref, {}).items())
        starts = [_BEFORE_ALL, *(until for until, _ in olds)]
        versions = [
            _Version(since, since, fact.ref, prefix, values) for since, (_, values) in zip(starts, olds, strict=False)
        ]
        versions.append(_Version(starts[-1], fact.modified, fact.ref, prefix, fact.values))
        yield [dated for version in versions for dated in _dated(version)]


def _dated(version: _Version) -> Iterator[_Version]:
    """The version, in two where it tells of a disqualification that came after it began."""
    at = version.values.get("disqualified_at")
    if isinstance(at, datetime) and not version.prefix and version.since < at:
        yield version._replace(values={**version.values, **dict.fromkeys(DISQUALIFICATION)})
        version = version._replace(since=at)
    yield version


def _known(histories: list[list[_Version]], at: datetime) -> Mapping[str, Value]:
    """All records' values at a moment, the newer version over the older; nulls never hide a value."""
    current = [next(version for version in reversed(history) if version.since <= at) for history in histories]
    values: dict[str, Value] = {}
    for version in sorted(current, key=lambda version: (version.modified, version.ref)):
        for name, value in version.values.items():
            field = version.prefix + name
            if value is not None or field not in values:
                values[field] = value
    return values


def _touchpoint(fact: Fact) -> Iterator[Touchpoint]:
    at = fact.values.get("at")
    if isinstance(at, datetime):
        yield Touchpoint(
            ref=fact.ref,
            at=at,
            type=_choice(TouchType, fact.values.get("type"), TouchType.OTHER),
            direction=_choice(Direction, fact.values.get("direction"), Direction.NONE),
            actor=_choice(Actor, fact.values.get("actor"), Actor.UNKNOWN),
            owner=_text(fact.values.get("owner")),
            values=fact.values,
        )


def _deal(fact: Fact) -> Deal:
    values = fact.values
    return Deal(
        ref=fact.ref,
        name=_text(values.get("name")),
        status=_choice(DealStatus, values.get("status"), DealStatus.OPEN),
        stage=_text(values.get("stage")),
        amount=_amount(values.get("amount")),
        currency=_text(values.get("currency")),
        created_at=_time(values.get("created_at")),
        closed_at=_time(values.get("closed_at")),
        owner=_text(values.get("owner")),
        stages=tuple(sorted(set[StageChange](fact.stages), key=lambda change: (change.at, change.stage))),
        values=values,
    )


def _choice(words: type[_Choice], value: Value, otherwise: _Choice) -> _Choice:
    try:
        return words(str(value))
    except ValueError:
        return otherwise


def _text(value: Value) -> str | None:
    return None if value is None else str(value)


def _time(value: Value) -> datetime | None:
    return value if isinstance(value, datetime) else None


def _amount(value: Value) -> Decimal | None:
    is_number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    return Decimal(str(value)) if is_number else None
