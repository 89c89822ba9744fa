"""helpdesk: 4,580 real help-desk cases through the SLA clock: 24 hours by the clock are not 24 working hours.

Each case becomes a journey: with its first event ("Assign seriousness" for all but 196) it is handed over, which qualifies it;
"Take in charge ticket" is the first contact by a person, and while the newest word is "Wait" the case is waiting. Every case is judged by both targets, with the calendar of the
office (Mon–Fri 09–18, Rome, Italian holidays), and once more with waiting as a pause.
"""

import argparse
import os
import sys
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import holidays

from benchmarks._real import DEFAULT_DATA, read_csv
from benchmarks.figure import finish
from journey.business_time import ALWAYS_OPEN, Calendar, Shift
from journey.fold import fold
from journey.identity import person_id
from journey.measures import Wait, response
from journey.model import Fact, Journey, Kind, PastValues, Ref, TouchType
from journey.qualification import spells
from journey.rules import Criterion, Rule, ScoreRules
from journey.sla import Cycle, Policy, SlaStatus, Target, cycles
from journey.working_hours import WorkingHours

FILE = "helpdesk/helpdesk_full.csv"
TAKEN, WAIT = "Take in charge ticket", "Wait"
ROME = ZoneInfo("Europe/Rome")
OFFICE = Calendar(
    ROME,
    dict.fromkeys(range(5), (Shift.parse("09:00-18:00"),)),
    frozenset(holidays.country_holidays("IT", years=range(2009, 2015))),
    2009,
    2014,
)
HOURS = WorkingHours({"office": OFFICE, "always": Calendar(ZoneInfo("UTC"), ALWAYS_OPEN)}, "always")
RULES = ScoreRules(
    (Criterion("interest", 100, 0, (Rule("over", {}, 100, on=frozenset({TouchType.FORM})),)),), minimum_stay=timedelta()
)
CLOCK = Policy("24h", Target.parse("24h"), "always", precontact_within=timedelta())
WORKING = Policy("24bh", Target.parse("24bh"), "office", precontact_within=timedelta())
EXPECTED = {"answered": 4285, "24h": 0.573, "24bh": 0.725, "differ": 0.152, "censored_24h": 0.536}
"""Worked out before, by a program of its own (`answered` is a count, the others are shares)."""

Event = tuple[datetime, str]


@dataclass(frozen=True, slots=True)
class Case:
    """One case's clocks under both targets."""

    clock: Cycle
    working: Cycle


def main(arguments: list[str]) -> int:
    """Run the figure."""
    parser = argparse.ArgumentParser(prog="helpdesk", description=__doc__)
    parser.add_argument("--data", type=Path, default=os.environ.get("RELEVO_DATA", DEFAULT_DATA), help="its folder")
    file = Path(parser.parse_args(arguments).data) / FILE
    if not file.is_file():
        print(f"helpdesk: there is no {file}; name the data's folder: --data DIR, or RELEVO_DATA=DIR", file=sys.stderr)
        return 2
    logs = _logs(file)
    as_of = max(at for log in logs.values() for at, _ in log) + timedelta(days=1)
    journeys = [_journey(number, log) for number, log in logs.items()]
    plain = [_case(journey, as_of, paused=False) for journey in journeys]
    with_pauses = [_case(journey, as_of, paused=True) for journey in journeys]
    found, paused = _shares(plain, as_of), _shares(with_pauses, as_of)
    for name, value in found.items():
        print(f"{name:13} {value:8.4f}   expected {EXPECTED.get(name, value):8.4f}   with pauses {paused[name]:8.4f}")
    wrong = [name for name, value in EXPECTED.items() if abs(found[name] - value) >= 0.0005]
    details = {"cases": len(plain), **found, "with_pauses": paused, "off": wrong}
    return finish("helpdesk", value=found["differ"], ok=not wrong, details=details)


def _logs(file: Path) -> Mapping[str, Sequence[Event]]:
    logs: dict[str, list[Event]] = defaultdict(list)
    for row in read_csv(file):
        at = datetime.strptime(row["Complete Timestamp"], "%Y/%m/%d %H:%M:%S.%f").replace(tzinfo=ROME)
        logs[row["Case ID"]].append((at.astimezone(UTC), row["Activity"]))
    return {case: sorted(log, key=lambda event: event[0]) for case, log in logs.items()}


def _journey(case: str, log: Sequence[Event]) -> Journey:
    """The case as a person: its hand-over a form, each time it is taken in charge a call of ours."""
    ref = Ref("desk", "cases", case)
    opened = log[0][0]
    facts = [_event(case, "form", opened), *(_event(f"{case}-{n}", "call", at) for n, at in enumerate(_taken(log)))]
    states = [(at, activity == WAIT) for at, activity in log]
    past = [
        PastValues(ref, at, {"waiting": before}) for (_, before), (at, after) in pairwise(states) if before != after
    ]
    person = Fact(Kind.PERSON, ref, "1", log[-1][0], {"created_at": opened, "waiting": states[-1][1]})
    return fold(person_id(ref), [person, *facts], past)


def _taken(log: Sequence[Event]) -> Sequence[datetime]:
    return [at for at, activity in log if activity == TAKEN]


def _event(id_: str, type_: str, at: datetime) -> Fact:
    ours = type_ == "call"
    values = {"direction": "outbound" if ours else "inbound", "actor": "human" if ours else "lead"}
    return Fact(Kind.TOUCHPOINT, Ref("desk", f"{type_}s", id_), "1", at, {"type": type_, "at": at, **values})


def _case(journey: Journey, as_of: datetime, *, paused: bool) -> Case:
    known = spells(journey, RULES, as_of)
    told = []
    for policy in (CLOCK, WORKING):
        used = replace(policy, paused=lambda fields: fields.get("waiting") is True) if paused else policy
        told.append(cycles(journey, known, [used], HOURS, as_of, as_of)[0])
    return Case(*told)


def _shares(cases: Sequence[Case], as_of: datetime) -> dict[str, float]:
    answered = [case for case in cases if case.clock.stopped_at is not None]
    met = [(case.clock.status is SlaStatus.MET, case.working.status is SlaStatus.MET) for case in answered]
    by = Counter(met)
    told = response([Wait(c.clock.opened_at, c.clock.due_at, c.clock.stopped_at) for c in cases], as_of)
    share = 1 / len(answered)
    return {
        "answered": len(answered),
        "24h": sum(clock for clock, _ in met) * share,
        "24bh": sum(working for _, working in met) * share,
        "differ": (by[True, False] + by[False, True]) * share,
        "censored_24h": told.in_time.value if told.in_time else 0.0,
        "median_h": told.median / timedelta(hours=1) if told.median else 0.0,
        "mean_h": told.mean / timedelta(hours=1) if told.mean else 0.0,
    }
