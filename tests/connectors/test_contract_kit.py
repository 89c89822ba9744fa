"""The contract kit is sharp: each rule catches the connector that breaks it, and no other rule does."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from connectors.base import (
    Change,
    ConnectorError,
    Cursor,
    FieldSpec,
    Outcome,
    Page,
    Provisioned,
    Refused,
    Schema,
    Selection,
    Stop,
    Window,
    Write,
)
from connectors.credentials import Token
from connectors.http import Again, Declined, Request, Response, Verdict
from connectors.memory import Memory, MemoryOptions, signals
from connectors.memory.bench import MemoryBench
from connectors.plugin import Ports
from connectors.testing import ConnectorContract


def rules() -> list[str]:
    return [name for name in vars(ConnectorContract) if name.startswith("test_")]


def broken_rules(connector: type[Memory]) -> set[str]:
    """The rules that fail for this connector, each on a bench of its own."""
    failed = set()
    for rule in rules():
        try:
            getattr(ConnectorContract(), rule)(MemoryBench(connector))
        except (Exception, pytest.fail.Exception):  # noqa: BLE001 (whatever a broken connector may raise)
            failed.add(rule)
    return failed


class StopsAfterTwoPages(Memory):
    def pull(self, selection: Selection, since: Cursor | None) -> Iterator[Page]:
        for number, page in enumerate(super().pull(selection, since), 1):
            cut = since is None and number == 2
            yield replace(page, last=cut or page.last)
            if cut:
                return


class CursorsJumpToTheEnd(Memory):
    def pull(self, selection: Selection, since: Cursor | None) -> Iterator[Page]:
        pages = list(super().pull(selection, since))
        yield from (replace(page, cursor=pages[-1].cursor) for page in pages)


class CrashesOnTheFuture(Memory):
    def pull(self, selection: Selection, since: Cursor | None) -> Iterator[Page]:
        if since and "2999" in since:
            raise ValueError(since)
        return super().pull(selection, since)


class _Altered(Memory):
    """Passes every change, pulled or read, through `alter`."""

    def alter(self, change: Change) -> Change:
        return change

    def pull(self, selection: Selection, since: Cursor | None) -> Iterator[Page]:
        for page in super().pull(selection, since):
            yield replace(page, changes=[self.alter(change) for change in page.changes])

    def read(self, selection: Selection, ids: Sequence[str]) -> Sequence[Change]:
        return [self.alter(change) for change in super().read(selection, ids)]


class TimesAreLocal(_Altered):
    def alter(self, change: Change) -> Change:
        return replace(change, modified=change.modified.astimezone(timezone(timedelta(hours=2))))


class VersionNeverChanges(_Altered):
    def alter(self, change: Change) -> Change:
        return replace(change, version="1")


class GivesAChangeTwice(Memory):
    def pull(self, selection: Selection, since: Cursor | None) -> Iterator[Page]:
        for page in super().pull(selection, since):
            live = [change for change in page.changes if not change.deleted]
            yield replace(page, changes=[*page.changes, *live[-1:]] if since else page.changes)


class CallsForEachRecord(Memory):
    def pull(self, selection: Selection, since: Cursor | None) -> Iterator[Page]:
        for _ in self.world.rows[selection.object]:
            self.count(selection.object, Window())
        return super().pull(selection, since)


class PassesEqualTimes(Memory):
    """Pages by time alone: what shares the last record's millisecond on a full page is passed by."""

    def pull(self, selection: Selection, since: Cursor | None) -> Iterator[Page]:
        passed: datetime | None = None
        for page in super().pull(selection, since):
            kept = [change for change in page.changes if change.modified != passed]
            yield replace(page, changes=kept)
            passed = page.changes[-1].modified if page.changes else passed


class RewindsToTheEnd(Memory):
    def rewind(self, object: str, to: datetime) -> Cursor:  # noqa: A002
        return super().rewind(object, to + timedelta(milliseconds=1))


class HidesDeletions(Memory):
    def pull(self, selection: Selection, since: Cursor | None) -> Iterator[Page]:
        for page in super().pull(selection, since):
            yield replace(page, changes=[change for change in page.changes if not change.deleted or change.merged_into])


class HidesMerges(_Altered):
    def alter(self, change: Change) -> Change:
        return replace(change, merged_into=None)


class ForgetsLinks(_Altered):
    def alter(self, change: Change) -> Change:
        return replace(change, links=dict.fromkeys(change.links, ()))


class HistoryIsNewestFirst(_Altered):
    def alter(self, change: Change) -> Change:
        return replace(change, history={name: held[::-1] for name, held in change.history.items()})


class ReadsOnlyWhatIsThere(Memory):
    def read(self, selection: Selection, ids: Sequence[str]) -> Sequence[Change]:
        return [change for change in super().read(selection, ids) if not change.deleted]


class OutcomesAreSorted(Memory):
    def push(self, writes: Sequence[Write]) -> Iterator[Outcome]:
        return iter(sorted(super().push(writes), key=lambda outcome: outcome.id.zfill(9)))


class OneBadRowSpoilsTheBatch(Memory):
    def push(self, writes: Sequence[Write]) -> Iterator[Outcome]:
        outcomes = list(super().push(writes))
        bad = next((outcome for outcome in outcomes if isinstance(outcome, Refused)), None)
        return iter([replace(bad, id=outcome.id) for outcome in outcomes] if bad else outcomes)


class RefusesWithoutAReason(Memory):
    def push(self, writes: Sequence[Write]) -> Iterator[Outcome]:
        for outcome in super().push(writes):
            yield (
                replace(outcome, reason="", code="") if isinstance(outcome, Refused) and not outcome.stale else outcome
            )


class TakesStaleWrites(Memory):
    def push(self, writes: Sequence[Write]) -> Iterator[Outcome]:
        return super().push([replace(write, version=None) for write in writes])


class CallsForNothing(Memory):
    def push(self, writes: Sequence[Write]) -> Iterator[Outcome]:
        self.describe("contacts")
        return super().push(writes)


class SendsOnlyOnce(Memory):
    def __init__(self, options: MemoryOptions, ports: Ports) -> None:
        super().__init__(options, ports)
        self._sent: set[str] = set()

    def push(self, writes: Sequence[Write]) -> Iterator[Outcome]:
        for outcome in super().push(writes):
            again = outcome.id in self._sent
            self._sent.add(outcome.id)
            yield Refused(outcome.id, "sent before", "SENT") if again else outcome


class RaisesOnUnknownFields(Memory):
    def push(self, writes: Sequence[Write]) -> Iterator[Outcome]:
        for outcome in super().push(writes):
            if isinstance(outcome, Refused) and outcome.code == "NO_SUCH_FIELD":
                raise Stop(outcome.reason)
            yield outcome


class _EndsAtAnError(Memory):
    """Takes an answer that it does not understand for the end of the data."""

    sign = ""

    def pull(self, selection: Selection, since: Cursor | None) -> Iterator[Page]:
        try:
            yield from super().pull(selection, since)
        except ConnectorError as error:
            if self.sign not in str(error):
                raise
            yield Page((), since or Cursor(""), last=True)


class EndsAtAPageWithoutItsList(_EndsAtAnError):
    sign = "without its list"


class EndsAtHtml(_EndsAtAnError):
    sign = "without the promised JSON"


class LogsInForEver(Memory):
    def _token(self) -> Token:
        super()._token()
        return super()._token()


class _Misled(Memory):
    """Misunderstands what an answer says."""

    def __init__(self, options: MemoryOptions, ports: Ports) -> None:
        super().__init__(options, ports)
        self.api._signals = self.understood

    def understood(self, request: Request, response: Response) -> Verdict:
        return signals(request, response)


class IgnoresRetryAfter(_Misled):
    def understood(self, request: Request, response: Response) -> Verdict:
        return Again("too many calls", 0.001) if response.status == 429 else signals(request, response)


class StopsAtLastingThrottling(_Misled):
    throttled = 0

    def understood(self, request: Request, response: Response) -> Verdict:
        self.throttled += response.status == 429
        return Declined(429, "LIMIT", "too many calls", {}) if self.throttled > 1 else signals(request, response)


class StopsAtAnOutage(_Misled):
    def understood(self, request: Request, response: Response) -> Verdict:
        return Stop("It is down.") if response.status == 503 else signals(request, response)


class ShowsItsSecret(Memory):
    def __repr__(self) -> str:
        return f"Memory({self._options.secret.get_secret_value()})"


class CountsTheDeleted(Memory):
    def count(self, object: str, window: Window) -> int:  # noqa: A002
        return len(self.world.rows[object]) if window == Window() else super().count(object, window)


class DescribesAllAsWritable(Memory):
    def describe(self, object: str) -> Schema:  # noqa: A002
        told = super().describe(object)
        return replace(told, fields={name: replace(field, writable=True) for name, field in told.fields.items()})


class ProvisionsAgain(Memory):
    def provision(self, fields: Sequence[FieldSpec]) -> Sequence[Provisioned]:
        return [replace(item, created=True) for item in super().provision(fields)]


MUTANTS: dict[str, type[Memory]] = {
    "the_first_pull_yields_everything": StopsAfterTwoPages,
    "every_cursor_is_safe_to_resume_from": CursorsJumpToTheEnd,
    "a_cursor_from_the_future_gives_nothing": CrashesOnTheFuture,
    "times_are_aware_and_utc": TimesAreLocal,
    "the_version_changes_with_the_record": VersionNeverChanges,
    "an_incremental_pull_gives_exactly_what_changed": GivesAChangeTwice,
    "a_quiet_pull_does_not_grow_with_the_records": CallsForEachRecord,
    "records_of_one_millisecond_are_all_found": PassesEqualTimes,
    "a_rewound_stream_gives_what_was_modified_since": RewindsToTheEnd,
    "deletions_are_told": HidesDeletions,
    "merges_are_told": HidesMerges,
    "links_are_given_when_asked": ForgetsLinks,
    "history_is_given_when_asked": HistoryIsNewestFirst,
    "read_gives_what_the_crm_holds_now": ReadsOnlyWhatIsThere,
    "each_write_has_one_outcome_in_order": OutcomesAreSorted,
    "a_bad_row_is_refused_alone": OneBadRowSpoilsTheBatch,
    "a_refused_row_names_its_reason": RefusesWithoutAReason,
    "a_stale_write_is_refused": TakesStaleWrites,
    "no_writes_make_no_call": CallsForNothing,
    "a_half_sent_batch_may_be_sent_again": SendsOnlyOnce,
    "an_unknown_field_is_refused_not_raised": RaisesOnUnknownFields,
    "a_page_without_its_list_is_an_error": EndsAtAPageWithoutItsList,
    "an_answer_that_is_not_json_is_an_error": EndsAtHtml,
    "a_rejected_token_is_renewed_at_most_once_then_stops": LogsInForEver,
    "retry_after_is_obeyed": IgnoresRetryAfter,
    "lasting_throttling_is_for_later": StopsAtLastingThrottling,
    "a_lasting_outage_is_for_later": StopsAtAnOutage,
    "secrets_stay_secret": ShowsItsSecret,
    "count_counts_what_is_there": CountsTheDeleted,
    "describe_names_types_options_and_what_may_be_written": DescribesAllAsWritable,
    "provisioning_twice_creates_once": ProvisionsAgain,
}


def test_every_rule_has_a_connector_that_breaks_it() -> None:
    assert {f"test_{rule}" for rule in MUTANTS} == set(rules())


def test_the_unbroken_connector_breaks_no_rule() -> None:
    assert broken_rules(Memory) == set()


@pytest.mark.parametrize("rule", MUTANTS)
def test_a_broken_connector_is_caught_by_exactly_the_rule_it_breaks(rule: str) -> None:
    assert broken_rules(MUTANTS[rule]) == {f"test_{rule}"}
