"""What is read or scored again: because somebody asks for it, or because a mapping or a rule is another one."""

from datetime import timedelta
from typing import TYPE_CHECKING

from sync.engine import Full, Ids, Since, resync

if TYPE_CHECKING:
    from tests.sync.conftest import Bench

HOUR = timedelta(hours=1)


def test_a_full_resync_reads_everything_again_and_changes_nothing(bench: "Bench") -> None:
    for number in range(30):
        bench.lead(str(number))
    bench.sync()
    with bench.open() as app:
        before = app.store.digest()
        report = resync(app, "crm", "contacts", Full())
        (contacts,) = [counts for counts in report.run.objects if counts.object == "contacts"]
        assert contacts.taken.unchanged == 30
        assert app.store.digest() == before
    assert bench.writes() == 30


def test_a_resync_by_id_reads_just_these_records(bench: "Bench") -> None:
    for number in range(5):
        bench.lead(str(number))
    bench.sync()
    with bench.open() as app:
        report = resync(app, "crm", "contacts", Ids(("1", "3")))
    (contacts,) = [counts for counts in report.run.objects if counts.object == "contacts"]
    assert contacts.taken.received == 2


def test_a_resync_since_a_moment_reads_what_was_modified_from_then_on(bench: "Bench") -> None:
    for number in range(5):
        bench.lead(str(number))
    bench.sync()
    bench.world().put("contacts", "4", {"employees": "10"}, bench.time)
    with bench.open() as app:
        report = resync(app, "crm", "contacts", Since(bench.time - HOUR))
    (contacts,) = [counts for counts in report.run.objects if counts.object == "contacts"]
    assert contacts.taken.received == 1


def test_another_mapping_reads_its_records_again(bench: "Bench") -> None:
    bench.world().put("contacts", "1", {"email": "a@example.es", "stage": "lead", "jobtitle": "CEO"})
    bench.sync()
    bench.edit = lambda text: text.replace("      owner: owner", "      owner: owner\n      job_title: jobtitle")
    bench.sync()
    with bench.open() as app:
        (person,) = app.store.find_person("a@example.es")
        (known,) = app.store.facts_of([person.person]).values()
    assert known.facts[0].values["job_title"] == "CEO"


def test_another_rule_scores_everyone_again_without_reading_anyone(bench: "Bench") -> None:
    bench.lead("1")
    bench.sync()
    bench.edit = lambda text: text.replace("points: 50", "points: 35")
    report = bench.sync()
    assert bench.held("1")["score"] == 75
    assert sum(counts.taken.changed + counts.taken.new for counts in report.run.objects) == 0
