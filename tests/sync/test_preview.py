"""A run that shows what it would write."""

from typing import TYPE_CHECKING, Any

from sync.plan import RecordPlan

if TYPE_CHECKING:
    from tests.sync.conftest import Bench


def test_a_preview_shows_the_change_and_writes_nothing(bench: "Bench") -> None:
    bench.lead("1")
    seen: list[RecordPlan] = []

    class Watcher(_Silent):
        def planned(self, connection: str, object: str, plans: Any) -> None:  # noqa: A002
            seen.extend(plans)

    bench.sync(write=False, observer=Watcher())
    assert bench.writes() == 0
    assert {change.field: change.new for change in seen[0].put}["relevo_score"] == 90
    bench.sync()
    assert bench.held("1")["score"] == 90


def test_a_preview_shows_what_would_be_written_to_fields_that_are_yet_to_be_created(bench: "Bench") -> None:
    del bench.world().fields["contacts"]["relevo_score"]
    bench.lead("1")
    seen: list[RecordPlan] = []

    class Watcher(_Silent):
        def planned(self, connection: str, object: str, plans: Any) -> None:  # noqa: A002
            seen.extend(plans)

    report = bench.sync(write=False, observer=Watcher())
    assert "relevo_score" in report.message
    assert {change.field: change.new for change in seen[0].put}["relevo_score"] == 90


class _Silent:
    def __getattr__(self, name: str) -> Any:
        return lambda *arguments: None
