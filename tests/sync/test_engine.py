"""The whole chain over an in-memory CRM: what is read is counted, what is owed is written once, and any cut can be resumed."""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from connectors.base import Outcome, Quota, Write
from connectors.http import Response
from connectors.memory import Memory
from connectors.memory.world import Fault
from state.model import RejectionStage, RunState
from sync.engine import Ending, retry_rejected, run_sync

if TYPE_CHECKING:
    from tests.sync.conftest import Bench

HOUR = timedelta(hours=1)


def test_a_sync_writes_score_and_sla_into_the_crm(bench: "Bench") -> None:
    bench.lead("1")
    report = bench.sync()
    assert report.ending is Ending.COMPLETE
    assert report.run.state is RunState.DONE
    assert bench.held("1") | {"sla_due": None} == {"score": 90, "sla_status": "pending", "sla_due": None}


def test_a_second_sync_with_nothing_changed_writes_nothing(bench: "Bench") -> None:
    """I8: our own write came back as a change, and caused none."""
    for number in range(30):
        bench.lead(str(number))
    bench.sync()
    written = bench.writes()
    report = bench.sync()
    assert written == 30
    assert bench.writes() == written
    assert all(counts.written == 0 for counts in report.run.objects)


def test_calls_of_a_quiet_run_do_not_grow_with_the_number_of_records(bench: "Bench") -> None:
    calls = []
    for start in (0, 200):
        for number in range(start, start + 200):
            bench.lead(str(number))
        bench.sync()
        bench.sync()
        calls.append(bench.sync().run.api_calls)
    assert calls[0] == calls[1]


def test_every_record_is_accounted_for(bench: "Bench") -> None:
    """I6"""
    bench.lead("1")
    bench.lead("2")
    bench.world().put("contacts", "3", {"email": "x@example.es", "stage": "no such stage"})
    report = bench.sync()
    (contacts, _calls) = sorted(report.run.objects, key=lambda counts: counts.object, reverse=True)
    assert contacts.taken.received == 3
    assert (contacts.taken.new, contacts.taken.rejected) == (2, 1)
    assert report.run.state is RunState.PARTIAL


def test_a_rejected_record_keeps_its_reason_and_is_settled_once_it_can_be_read(bench: "Bench") -> None:
    bench.world().put("contacts", "3", {"email": "x@example.es", "stage": "hot"})
    bench.sync()
    with bench.open() as app:
        (row,) = app.store.rejected()
        assert (row.rejection.field, row.rejection.raw) == ("stage", "hot")
        bench.world().rows["contacts"]["3"]["fields"]["stage"] = "lead"
        retry_rejected(app, "crm")
        assert app.store.rejected() == []


def test_a_human_call_meets_the_sla_and_a_machine_does_not(bench: "Bench") -> None:
    bench.lead("1")
    bench.lead("2")
    bench.call("c1", "1", bench.time + HOUR)
    bench.call("c2", "2", bench.time + HOUR, by="bot")
    bench.time += 2 * HOUR
    bench.sync()
    assert bench.held("1")["sla_status"] == "met"
    assert bench.held("2")["sla_status"] == "pending"


def test_time_alone_turns_a_clock_into_a_breach_without_reading_any_record(bench: "Bench") -> None:
    bench.lead("1")
    bench.sync()
    bench.time += 25 * HOUR
    report = bench.sync()
    assert bench.held("1")["sla_status"] == "breached"
    assert sum(counts.taken.changed for counts in report.run.objects) == 0


def test_a_breach_waits_until_the_calls_were_read_after_the_due_time(bench: "Bench") -> None:
    """I10: a late sync never accuses a rep."""
    bench.lead("1")
    bench.sync()
    bench.time += 25 * HOUR
    bench.world().faults.append(Fault(Response(503)))
    report = bench.sync()
    assert report.ending is Ending.LATER
    with bench.open() as app:
        assert app.store.sla_summary() == {"pending": 1}
    bench.world().faults.clear()
    bench.call("c1", "1", bench.time - 20 * HOUR)
    bench.sync()
    assert bench.held("1")["sla_status"] == "met"


def test_a_persons_edit_of_our_field_is_kept_and_shown(bench: "Bench") -> None:
    """I7"""
    bench.lead("1")
    bench.sync()
    bench.world().put("contacts", "1", {"relevo_score": "5"})
    bench.time += timedelta(days=30)
    bench.sync()
    assert bench.held("1")["score"] == "5"
    with bench.open() as app:
        fields = [(recorded.conflict.field, recorded.conflict.theirs) for recorded in app.store.conflicts()]
    assert fields == [("relevo_score", "5")]


def test_a_kept_edit_survives_the_next_changes_of_our_own_value(bench: "Bench") -> None:
    """I7: a kept edit is not overwritten by the next score, nor the one after."""
    bench.lead("1")
    bench.sync()
    bench.world().put("contacts", "1", {"relevo_score": "5"})
    for _ in range(4):
        bench.time += timedelta(days=10)
        bench.sync()
        assert bench.held("1")["score"] == "5"


def test_an_overwrite_policy_writes_over_the_edit_and_still_shows_it(bench: "Bench") -> None:
    """I7"""
    bench.edit = lambda text: text.replace("{to: relevo_score}", "{to: relevo_score, on_conflict: overwrite}")
    bench.lead("1")
    bench.sync()
    bench.world().put("contacts", "1", {"relevo_score": "5"})
    bench.time += timedelta(days=30)
    report = bench.sync()
    assert bench.held("1")["score"] != "5"
    assert sum(counts.conflicts for counts in report.run.objects) == 1


def test_a_touchpoint_rule_that_is_taken_out_takes_its_events_with_it(bench: "Bench") -> None:
    """I6: any other change of the mapping keeps them, even those that the CRM's field tells no more."""
    bench.lead("1", form_at=bench.time - timedelta(days=1))
    bench.sync()
    bench.lead("1", form_at=bench.time)
    bench.sync()
    both = bench.held("1")["score"]
    bench.edit = lambda text: text.replace("      email: email", "      email: {from: email, transform: lower}")
    bench.time += timedelta(seconds=1)
    bench.sync()
    assert bench.held("1")["score"] == both
    rule = "    touchpoints:\n      - {id: form, type: form, at: form_at, direction: inbound, actor: lead}\n"
    bench.edit = lambda text: text.replace(rule, "")
    bench.sync()
    with bench.open() as app:
        (row,) = app.store.find_person("1@example.es")
        (known,) = app.store.facts_of([row.person]).values()
    assert [str(fact.kind) for fact in known.facts] == ["person"]
    assert (both, bench.held("1")["score"]) == (100, 40)


def test_a_throttled_crm_ends_the_run_with_a_time_and_the_next_run_goes_on(bench: "Bench") -> None:
    for number in range(250):
        bench.lead(str(number))
    bench.world().faults.append(Fault(Response(503), only="/update"))
    report = bench.sync()
    assert report.ending is Ending.LATER
    assert report.retry_after is not None
    assert report.run.state is RunState.PARTIAL
    bench.world().faults.clear()
    bench.sync()
    assert bench.writes() == 250


def test_what_is_reserved_of_the_quota_is_left_to_other_apps(bench: "Bench", monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(250):
        bench.lead(str(number))
    monkeypatch.setattr(Memory, "quota", lambda _self: Quota(used=801, limit=1000, window="day"))
    report = bench.sync()
    assert report.ending is Ending.LATER
    assert "801 of 1,000" in report.message
    monkeypatch.setattr(Memory, "quota", lambda _self: Quota(used=800, limit=1000, window="day"))
    assert bench.sync().ending is Ending.COMPLETE


def test_a_rejected_token_stops_the_run_and_says_what_to_do(bench: "Bench") -> None:
    bench.world().faults.append(Fault(Response(401)))
    report = bench.sync()
    assert report.ending is Ending.STOPPED
    assert report.run.state is RunState.FAILED
    assert report.fix


def test_a_run_that_is_asked_to_end_stops_between_pages_and_is_resumed(bench: "Bench") -> None:
    for number in range(250):
        bench.lead(str(number))
    stop = threading.Event()
    stop.set()
    report = bench.sync(stop=stop)
    assert report.ending is Ending.INTERRUPTED
    with bench.open() as app:
        assert app.store.people_count().people == 100
    bench.sync()
    with bench.open() as app:
        assert app.store.people_count().people == 250


def test_merged_contacts_are_one_person(bench: "Bench") -> None:
    """I11"""
    bench.lead("1")
    bench.lead("2")
    bench.sync()
    bench.world().delete("contacts", "2", merged_into="1")
    bench.sync()
    with bench.open() as app:
        assert app.store.people_count().people == 1


@pytest.mark.parametrize("cut", range(1, 9))
def test_a_run_cut_at_any_call_ends_as_an_undisturbed_one(bench: "Bench", cut: int) -> None:
    """I1, I2: the process dies at the n-th call to the CRM, after the CRM has done what was asked."""
    for number in range(120):
        bench.lead(str(number))
    bench.call("c1", "1", bench.time + HOUR)
    bench.time += 2 * HOUR
    _die_at_call(bench, cut)
    bench.sync()
    assert bench.writes() == 120
    with bench.open() as app:
        cut_digest = app.store.digest()
    bench.database = "undisturbed.db"
    bench.sync()
    with bench.open() as app:
        assert app.store.digest() == cut_digest
    assert bench.writes() == 120


class Killed(BaseException):
    """Stands for SIGKILL: no `except Exception` may catch it."""


def _die_at_call(bench: "Bench", cut: int) -> None:
    with bench.open() as app:
        connector: Any = app.connector("crm")
        send, calls = connector.api._transport, iter(range(1, cut + 1))

        def dying(*request: Any, **options: Any) -> Any:
            answer = send(*request, **options)
            if next(calls) == cut:
                raise Killed
            return answer

        connector.api._transport = dying
        try:
            run_sync(app, "crm")
        except Killed:
            return
    pytest.skip(f"the run makes fewer than {cut} calls")


def test_a_refused_write_is_kept_with_the_crms_reason(bench: "Bench") -> None:
    score = bench.world().fields["contacts"]["relevo_score"]
    bench.world().fields["contacts"]["relevo_score"] = replace(score, options=("10", "20"))
    bench.lead("1")
    report = bench.sync()
    assert report.run.state is RunState.PARTIAL
    with bench.open() as app:
        (row,) = app.store.rejected()
    assert row.rejection.stage is RejectionStage.OUTBOUND
    assert "relevo_score" in row.rejection.reason


def test_a_mapped_field_that_is_gone_is_a_named_finding_and_never_a_null(bench: "Bench") -> None:
    """I15: nothing of the object is read until the field is back; other objects go on."""
    bench.lead("1")
    bench.sync()
    employees = bench.world().fields["contacts"].pop("employees")
    bench.world().rows["contacts"]["1"]["fields"].pop("employees")
    bench.world().put("contacts", "1", {"owner": "o2"})
    bench.call("c1", "1", bench.time)
    report = bench.sync()
    assert report.run.state is RunState.PARTIAL
    assert "employees" in report.message
    assert [counts.object for counts in report.run.objects if counts.taken.received] == ["calls"]
    assert bench.held("1")["score"] == 90
    bench.world().fields["contacts"]["employees"] = employees
    bench.world().put("contacts", "1", {"employees": "250"})
    assert bench.sync().run.state is RunState.DONE


def test_a_field_of_ours_that_is_missing_is_one_finding_not_a_refusal_for_every_record(bench: "Bench") -> None:
    """I15"""
    del bench.world().fields["contacts"]["relevo_score"]
    bench.lead("1")
    report = bench.sync()
    assert report.run.state is RunState.PARTIAL
    assert "relevo_score" in report.message
    with bench.open() as app:
        assert app.store.rejected() == []


def test_so_many_writes_as_a_connector_takes_in_bulk_reach_it_at_once(
    bench: "Bench", monkeypatch: pytest.MonkeyPatch
) -> None:
    """I14: never more than its largest batch, and the usual ones where there are fewer."""
    given: list[int] = []
    push = Memory.push

    def counted(self: Memory, writes: Sequence[Write]) -> Iterator[Outcome]:
        given.append(len(writes))
        return push(self, writes)

    monkeypatch.setattr(Memory, "push", counted)
    monkeypatch.setattr(Memory, "abilities", replace(Memory.abilities, batch_size=2, bulk_from=4, bulk_size=6))
    for n in range(9):
        bench.lead(f"p{n}")
    bench.sync()
    assert (given, bench.writes()) == ([6, 2, 1], 9)
