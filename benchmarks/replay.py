"""replay: the same facts give the same bytes in any order and with repeats, and everybody is re-scored from scratch.

100,000 people of ten events each are folded, scored and their clocks worked out by the example's rules, one person at a time, as
a change of the rules makes necessary. Of each 200th the facts are also shuffled and repeated, as redelivered pages would, and
derived again: the bytes must be equal. The control leaves out one event that counts and must be seen.
"""

import argparse
import random
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.figure import finish
from journey.canonical import canonical
from journey.derive import Agreement, Derived, derive
from journey.fold import fold
from journey.identity import person_id
from journey.model import Fact, Kind, PersonId, Ref, TouchType, Value
from sync.config import load_config

EXAMPLE = Path(__file__).parent.parent / "config.example.yaml"
AS_OF = datetime(2026, 11, 20, tzinfo=UTC)
EVENTS = 10
SAMPLE = 200
ONE_BY_ONE = 5_000

Person = tuple[PersonId, Sequence[Fact]]


def main(arguments: list[str]) -> int:
    """Run the figure."""
    parser = argparse.ArgumentParser(prog="replay", description=__doc__)
    parser.add_argument("--people", type=int, default=100_000)
    count = parser.parse_args(arguments).people
    agreement = load_config(EXAMPLE, {"HUBSPOT_TOKEN": "none"}).agreement
    seconds, qualified, clocks, compared, different, seen = 0.0, 0, 0, 0, 0, 0
    chance = random.Random(9)
    for number, (person, facts) in enumerate(_people(count)):
        began = time.perf_counter()
        told = _told(person, facts, agreement)
        seconds += time.perf_counter() - began
        qualified += bool(told.spells)
        clocks += len(told.cycles)
        if number % SAMPLE == 0:
            compared += 1
            different += canonical(told) != canonical(_told(person, _redelivered(facts, chance), agreement))
            seen += canonical(told) != canonical(_told(person, _without_an_event(told, facts), agreement))
    people_s, one_us = round(count / seconds), _one_touched(agreement)
    print(f"{count} people with {EVENTS} events: {people_s} people/s; {qualified} ever qualified, {clocks} clocks")
    print(f"one person touched: {one_us} µs; redelivered: {different} of {compared} differ; control seen {seen} times")
    return finish(
        "replay",
        value=people_s,
        ok=different == 0 and seen > 0,
        details={"people": count, "different": different, "compared": compared, "us_one_touched": one_us},
    )


def _told(person: PersonId, facts: Sequence[Fact], agreement: Agreement) -> Derived:
    return derive(fold(person, facts), agreement, AS_OF, AS_OF)


def _one_touched(agreement: Agreement) -> float:
    """Fold, score and clocks of one person, among others: the middle of many."""
    taken = []
    for person, facts in _people(ONE_BY_ONE):
        began = time.perf_counter()
        _told(person, facts, agreement)
        taken.append(time.perf_counter() - began)
    return round(sorted(taken)[len(taken) // 2] * 1e6, 1)


def _redelivered(facts: Sequence[Fact], chance: random.Random) -> Sequence[Fact]:
    shuffled = [*facts, *chance.choices(facts, k=len(facts) // 2)]
    chance.shuffle(shuffled)
    return shuffled


def _without_an_event(told: Derived, facts: Sequence[Fact]) -> Sequence[Fact]:
    """The facts without one that earned points, if one did."""
    counted = {line.evidence for line in told.score.lines if isinstance(line.evidence, Ref)}
    gone = min(counted, default=None)
    return [fact for fact in facts if fact.ref != gone]


def _people(count: int) -> Iterator[Person]:
    chance = random.Random(4)
    for number in range(count):
        ref = Ref("crm", "contacts", str(number))
        created = AS_OF - timedelta(minutes=chance.randrange(1, 300 * 1440))
        values: dict[str, Value] = {
            "email": f"{number}@example.es",
            "job_title": chance.choice(["director", "analyst", "head of sales", None]),
            "country": chance.choice(["ES", "FR", "MX"]),
            "employees": chance.choice([5, 50, 900]),
            "owner": str(chance.randrange(20)),
            "created_at": created,
        }
        events = [_event(number, n, created, chance) for n in range(EVENTS)]
        yield person_id(ref), [Fact(Kind.PERSON, ref, "1", created, values), *events]


def _event(person: int, number: int, created: datetime, chance: random.Random) -> Fact:
    kind = chance.choice([TouchType.FORM, TouchType.PAGE_VIEW, TouchType.EMAIL_CLICK, TouchType.EMAIL, TouchType.CALL])
    at = created + (AS_OF - created) * chance.random()
    ours = kind in (TouchType.EMAIL, TouchType.CALL) and chance.random() < 0.7
    values: dict[str, Value] = {
        "type": kind.value,
        "at": at,
        "direction": "outbound" if ours else "inbound",
        "actor": "human" if ours else "lead",
        "subject": chance.choice(["Demo", "Webinar", "Guide", "Price list"]),
    }
    return Fact(Kind.TOUCHPOINT, Ref("crm", "events", f"{person}-{number}"), "1", at, values)
