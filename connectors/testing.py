"""The contract that every connector keeps, as tests: subclass `ConnectorContract` and give it a fixture named `bench`.

    class TestMyCrm(ConnectorContract):
        @pytest.fixture
        def bench(self) -> Bench:
            return MyBench()

A `Bench` is the connector together with the other side of its API: a sandbox, a fake, or a test account that may be wiped.
It needs pytest, and is imported by tests only; `pytest.register_assert_rewrite("connectors.testing")` in your conftest, before
anything imports it, makes its asserts show their values.
"""

import logging
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from connectors.base import (
    Change,
    ConnectorError,
    Cursor,
    FieldKind,
    FieldSpec,
    Later,
    Refused,
    Stop,
    Window,
    Write,
    Written,
)
from connectors.bench import RETRY_AFTER, Bench, Clock, Desk, Fault

__all__ = ["RETRY_AFTER", "Bench", "Clock", "ConnectorContract", "Desk", "Fault"]


class ConnectorContract:
    """One test for each rule. A rule about an ability that is not claimed is skipped, and says so."""

    def test_the_first_pull_yields_everything(self, bench: Bench) -> None:
        """All records, each with its fields, over several pages."""
        desk = Desk(bench)
        ids = bench.add(bench.many)
        found = {id_: change.fields.get(desk.field) for id_, change in desk.latest().items()}
        assert found == {id_: bench.held(id_) for id_ in ids}

    def test_every_cursor_is_safe_to_resume_from(self, bench: Bench) -> None:
        """I1, I4: stopped after any page, of a first pull or of a later one, nothing is missed."""
        desk = Desk(bench)
        bench.add(bench.many)
        self._is_safe_to_resume(desk, None)
        since = desk.caught_up()
        bench.add(bench.many)
        self._is_safe_to_resume(desk, since)

    def _is_safe_to_resume(self, desk: Desk, since: Cursor | None) -> None:
        whole, before = _ids(desk.changes(since)), set[str]()
        for page in desk.pages(since):
            before |= _ids(page.changes)
            assert before | _ids(desk.changes(page.cursor)) >= whole

    def test_a_cursor_from_the_future_gives_nothing(self, bench: Bench) -> None:
        """A database that was restored, or a clock that was wrong, must not crash a pull."""
        bench.add(3)
        assert Desk(bench).changes(bench.future()) == []

    def test_times_are_aware_and_utc(self, bench: Bench) -> None:
        """I13."""
        bench.add(3)
        assert {change.modified.utcoffset() for change in Desk(bench).changes()} == {timedelta()}

    def test_the_version_changes_with_the_record(self, bench: Bench) -> None:
        """And with nothing else."""
        desk = Desk(bench)
        moved, still = bench.add(2)
        before = {id_: change.version for id_, change in desk.latest().items()}
        bench.change(moved, "moved")
        after = {change.id: change.version for change in desk.connector.read(desk.selection, [moved, still])}
        assert (before[moved] != after[moved], before[still] == after[still]) == (True, True)

    def test_an_incremental_pull_gives_exactly_what_changed(self, bench: Bench) -> None:
        """Each changed record once, as it is now; no other."""
        desk = Desk(bench)
        ids = bench.add(5)
        since = desk.caught_up()
        bench.change(ids[1], "one")
        bench.change(ids[3], "three")
        found = [(change.id, change.fields[desk.field]) for change in desk.changes(since)]
        assert sorted(found) == sorted([(ids[1], "one"), (ids[3], "three")])

    def test_a_quiet_pull_does_not_grow_with_the_records(self, bench: Bench) -> None:
        """Work grows with the change, never with the total."""
        desk = Desk(bench)
        bench.add(1)
        few, many = self._quiet_calls(desk), 0
        bench.add(bench.many)
        many = self._quiet_calls(desk)
        assert many <= few

    def _quiet_calls(self, desk: Desk) -> int:
        since = desk.caught_up()
        before = desk.calls()
        desk.pages(since)
        return desk.calls() - before

    def test_records_of_one_millisecond_are_all_found(self, bench: Bench) -> None:
        """I4: a bulk edit stamps pages of records with one and the same time."""
        desk = Desk(bench)
        bench.add(1)
        since = desk.pages()[-1].cursor
        ids = bench.add(bench.many, at=datetime.now(UTC) + timedelta(seconds=2))
        assert _ids(desk.changes(since)) >= set(ids)

    def test_a_rewound_stream_gives_what_was_modified_since(self, bench: Bench) -> None:
        """I4: at that very instant too; a manual resync may be given more, never less."""
        desk = Desk(bench)
        bench.add(3)
        modified = {id_: change.modified for id_, change in desk.latest().items()}
        for since in modified.values():
            due = {id_ for id_, at in modified.items() if at >= since}
            assert _ids(desk.changes(desk.connector.rewind(desk.object, since))) >= due

    def test_deletions_are_told(self, bench: Bench) -> None:
        """I11."""
        desk = Desk(bench)
        desk.able(desk.connector.abilities.tells_deletes, "tells_deletes")
        lost, _kept = bench.add(2)
        since = desk.caught_up()
        bench.delete(lost)
        assert [change.id for change in desk.changes(since) if change.deleted] == [lost]

    def test_merges_are_told(self, bench: Bench) -> None:
        """I11: a person is counted once."""
        desk = Desk(bench)
        desk.able(desk.connector.abilities.tells_merges, "tells_merges")
        lost, survivor = bench.add(2)
        since = desk.caught_up()
        bench.merge(lost, survivor)
        merged = [(change.id, change.merged_into) for change in desk.changes(since) if change.merged_into]
        assert merged == [(lost, survivor)]

    def test_links_are_given_when_asked(self, bench: Bench) -> None:
        """By the linked object's name; by a first pull and by `read`."""
        desk = Desk(bench)
        desk.able(desk.selection.links, "links")
        (id_,) = bench.add(1)
        linked = {desk.selection.links[0]: (bench.link(id_),)}
        assert dict(desk.latest()[id_].links) == linked
        assert [dict(change.links) for change in desk.connector.read(desk.selection, [id_])] == [linked]

    def test_history_is_given_when_asked(self, bench: Bench) -> None:
        """Oldest first; the last value is the present one."""
        desk = Desk(bench)
        desk.able(desk.selection.history, "history")
        (id_,) = bench.add(1)
        first = bench.held(id_)
        bench.change(id_, "later")
        held = desk.latest()[id_].history[desk.selection.history[0]]
        assert [item.value for item in held] == [first, "later"]
        assert held[0].at <= held[1].at

    def test_read_gives_what_the_crm_holds_now(self, bench: Bench) -> None:
        """Not what an index remembers; what is gone comes back as deleted."""
        desk = Desk(bench)
        live, lost = bench.add(2)
        bench.change(live, "now")
        bench.delete(lost)
        found = {change.id: change for change in desk.connector.read(desk.selection, [live, lost])}
        assert found[live].fields[desk.field] == "now"
        assert found[lost].deleted

    def test_each_write_has_one_outcome_in_order(self, bench: Bench) -> None:
        """I5, over more than one batch."""
        desk = Desk(bench)
        ids = bench.add(desk.connector.abilities.batch_size + 2)[::-1]
        outcomes = desk.push(*(desk.write(id_, f"to {id_}") for id_ in ids))
        assert [(type(outcome), outcome.id) for outcome in outcomes] == [(Written, id_) for id_ in ids]
        assert [bench.held(id_) for id_ in ids] == [f"to {id_}" for id_ in ids]

    def test_a_bad_row_is_refused_alone(self, bench: Bench) -> None:
        """I5: the other 99 are written."""
        desk = Desk(bench)
        ids = bench.add(desk.connector.abilities.batch_size)
        writes = [desk.write(id_) for id_ in ids]
        writes[37] = Write(desk.object, ids[37], bench.refused)
        outcomes = desk.push(*writes)
        assert [n for n, outcome in enumerate(outcomes) if isinstance(outcome, Refused)] == [37]
        assert [bench.held(id_) for id_ in ids].count("written") == len(ids) - 1

    def test_a_refused_row_names_its_reason(self, bench: Bench) -> None:
        """In the CRM's words, with its code."""
        desk = Desk(bench)
        (id_,) = bench.add(1)
        (outcome,) = desk.push(Write(desk.object, id_, bench.refused))
        assert isinstance(outcome, Refused)
        assert (bool(outcome.reason), bool(outcome.code)) == (True, True)

    def test_a_stale_write_is_refused(self, bench: Bench) -> None:
        """The record moved on after it was read."""
        desk = Desk(bench)
        desk.able(desk.connector.abilities.guards_versions, "guards_versions")
        (id_,) = bench.add(1)
        before = desk.latest()[id_]
        bench.change(id_, "theirs")
        (outcome,) = desk.push(desk.write(id_, "ours", before.version))
        assert (isinstance(outcome, Refused) and outcome.stale, bench.held(id_)) == (True, "theirs")

    def test_no_writes_make_no_call(self, bench: Bench) -> None:
        """An empty outbox costs nothing."""
        desk = Desk(bench)
        assert (desk.push(), desk.calls()) == ([], 0)

    def test_a_half_sent_batch_may_be_sent_again(self, bench: Bench) -> None:
        """I2: the answer was lost, the writes were not."""
        desk = Desk(bench)
        ids = bench.add(3)
        bench.inject(Fault.ANSWER_LOST, times=1)
        writes = [desk.write(id_) for id_ in ids]
        desk.push(*writes)
        assert [type(outcome) for outcome in desk.push(*writes)] == [Written] * 3
        assert [bench.held(id_) for id_ in ids] == ["written"] * 3

    def test_an_unknown_field_is_refused_not_raised(self, bench: Bench) -> None:
        """Somebody deleted the field in the CRM."""
        desk = Desk(bench)
        (id_,) = bench.add(1)
        (outcome,) = desk.push(Write(desk.object, id_, {"no_such_field_anywhere": "x"}))
        assert isinstance(outcome, Refused)

    def test_a_page_without_its_list_is_an_error(self, bench: Bench) -> None:
        """I3: it is never the end of the data."""
        desk = Desk(bench)
        bench.inject(Fault.LISTLESS)
        with pytest.raises(ConnectorError):
            desk.pages()

    def test_an_answer_that_is_not_json_is_an_error(self, bench: Bench) -> None:
        """I3: a proxy's page with status 200."""
        desk = Desk(bench)
        bench.inject(Fault.NOT_JSON)
        with pytest.raises(ConnectorError):
            desk.pages()

    def test_a_rejected_token_is_renewed_at_most_once_then_stops(self, bench: Bench) -> None:
        """No login storm; somebody has to act."""
        desk = Desk(bench)
        desk.connector.describe(desk.object)
        before = bench.logins()
        bench.inject(Fault.REJECTED)
        with pytest.raises(Stop) as caught:
            desk.pages()
        assert (bench.logins() - before <= 1, bool(caught.value.fix)) == (True, True)

    def test_retry_after_is_obeyed(self, bench: Bench) -> None:
        """And then the call succeeds."""
        desk = Desk(bench)
        ids = bench.add(1)
        bench.inject(Fault.THROTTLED, times=1)
        found = _ids(desk.changes())
        assert (found, desk.clock.slept >= RETRY_AFTER) == (set(ids), True)

    def test_lasting_throttling_is_for_later(self, bench: Bench) -> None:
        """Not for ever, and not at once."""
        self._is_for_later(bench, Fault.THROTTLED)

    def test_a_lasting_outage_is_for_later(self, bench: Bench) -> None:
        """Not for ever, and not at once."""
        self._is_for_later(bench, Fault.DOWN)

    def _is_for_later(self, bench: Bench, fault: Fault) -> None:
        desk = Desk(bench)
        bench.inject(fault)
        with pytest.raises(Later) as caught:
            desk.pages()
        assert (caught.value.after > 0, desk.calls() < 20, desk.clock.slept < 600) == (True, True, True)

    def test_secrets_stay_secret(self, bench: Bench) -> None:
        """I12: not in a repr, an error, a traceback, or a log of any level."""
        desk = Desk(bench)
        with _logged() as log:
            bench.inject(Fault.REJECTED)
            try:
                desk.pages()
            except ConnectorError as error:
                log += [repr(error), *traceback.format_exception(error)]
        shown = "\n".join([*log, repr(desk.connector), str(desk.connector), repr(vars(desk.connector))])
        assert [secret for secret in bench.secrets if secret in shown] == []

    def test_count_counts_what_is_there(self, bench: Bench) -> None:
        """Live records only, and those of the window only."""
        desk = Desk(bench)
        lost, *_kept = bench.add(4)
        bench.delete(lost)
        past = Window(until=datetime.now(UTC) - timedelta(days=3650))
        assert (desk.connector.count(desk.object, Window()), desk.connector.count(desk.object, past)) == (3, 0)

    def test_describe_names_types_options_and_what_may_be_written(self, bench: Bench) -> None:
        """As this user may read and write them."""
        told = Desk(bench).connector.describe(bench.selection.object).fields
        said = {name: (told[name].kind, told[name].options, told[name].writable) for name in bench.schema}
        assert said == {name: (field.kind, field.options, field.writable) for name, field in bench.schema.items()}

    def test_provisioning_twice_creates_once(self, bench: Bench) -> None:
        """I2; and the field can be written then."""
        desk = Desk(bench)
        desk.able(desk.connector.abilities.provisions_fields, "provisions_fields")
        name = getattr(bench, "new_field", "relevo_contract")
        spec = FieldSpec(desk.object, name, "Relevo contract", FieldKind.TEXT)
        created = [desk.connector.provision([spec])[0].created for _ in range(2)]
        assert (created, desk.connector.describe(desk.object).fields[spec.name].writable) == ([True, False], True)


def _ids(changes: Sequence[Change]) -> set[str]:
    return {change.id for change in changes}


@contextmanager
def _logged() -> Iterator[list[str]]:
    lines: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(self.format(record))

    root, handler = logging.getLogger(), Keep()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield lines
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
