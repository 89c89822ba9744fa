"""The page's own mapping, in a whole run against a generated org: read, scored, written back."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.base import Selection
from connectors.salesforce import bulk
from connectors.salesforce.fields import types
from sandbox.salesforce.serve import SalesforceSandbox
from state.model import RunState
from sync.app import App
from sync.config import parse_config
from sync.engine import run_sync
from sync.fields import missing_fields

PAGE = Path(__file__).parents[3] / "docs" / "salesforce.md"
TAIL = """
score:
  qualified_at: 20
  leaves_at: 10
  criteria:
    interest: {cap: 60, rules: [{id: answered, on: campaign_response, points: 30, half_life: 90d}]}
    fit: {cap: 40, rules: [{id: reachable, when: 'not ISBLANK(email)', points: 20}]}
sla:
  policies: [{name: first-contact, target: 24h}]
"""


def config(org: SalesforceSandbox, folder: Path) -> str:
    (objects,) = re.findall(r"^objects:\n.*?(?=^```)", PAGE.read_text(), re.DOTALL | re.MULTILINE)
    connection = f"  salesforce: {{connector: salesforce, host: '{org.url}', auth: {{session_id: '{org.token}'}}}}"
    return f"version: 1\nstate: {{url: 'sqlite:///{folder}/relevo.db'}}\nconnections:\n{connection}\n{objects}{TAIL}"


@pytest.mark.timeout(120)
def test_the_pages_mapping_reads_an_org_and_writes_its_scores(tmp_path: Path) -> None:
    """I2, I6, I8: nothing is rejected, and a second run writes nothing."""
    with SalesforceSandbox.start(empty=False, people=120, limits=False) as org:
        text = parse_config(config(org, tmp_path), {})
        with App.open(text, now=lambda: datetime.now(UTC), sleep=lambda seconds: None) as app:
            salesforce = app.connector("salesforce")
            made = salesforce.provision(missing_fields(app, "salesforce"))
            assert [item.problem for item in made] == [None] * 8
            first, again = run_sync(app, "salesforce"), run_sync(app, "salesforce")
            assert (first.run.state, again.run.state) == (RunState.DONE, RunState.DONE), (first, again)
            assert sum(counts.taken.rejected + counts.refused for counts in first.run.objects) == 0
            assert sum(counts.written for counts in first.run.objects) > 50
            assert sum(counts.written for counts in again.run.objects) == 0
            leads = salesforce.pull(Selection("Lead", ("Relevo_Score__c",)), None)
            scores = [change.fields["Relevo_Score__c"] for page in leads for change in page.changes if change.fields]
            assert len([score for score in scores if score is not None]) > 20


@pytest.mark.timeout(120)
def test_a_run_that_owes_many_writes_sends_them_by_one_job(tmp_path: Path) -> None:
    """I2, I6: everything owed is written, and a second run writes nothing."""
    with SalesforceSandbox.start(empty=False, people=120, limits=False) as org:
        text = config(org, tmp_path).replace("auth:", "bulk_writes_from: 40, auth:", 1)
        with App.open(parse_config(text, {}), now=lambda: datetime.now(UTC), sleep=lambda seconds: None) as app:
            app.connector("salesforce").provision(missing_fields(app, "salesforce"))
            first, again = run_sync(app, "salesforce"), run_sync(app, "salesforce")
        written = {counts.object: counts.written for counts in first.run.objects if counts.written}
        assert sum(counts.refused for counts in first.run.objects) == 0
        assert sum(counts.written for counts in again.run.objects) == 0
        jobs = sum(count >= 40 for count in written.values())
        assert (jobs > 0, org.ledger()["calls"]["POST /jobs/ingest"]) == (True, jobs)


def test_pain_23_a_value_of_a_bulk_result_that_cannot_be_read_rejects_its_record_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I6: the same as over plain pulls: two stored, one kept with its reason."""
    with SalesforceSandbox.start(limits=False) as org:
        org.load(objects={"Lead": [{"LastName": name, "Company": "ACME"} for name in ("12", "doce", "30")]})
        connection = f"{{connector: salesforce, host: '{org.url}', auth: {{session_id: '{org.token}'}}, bulk_from: 1}}"
        fields = "{email: Email, employees: {from: LastName, type: integer}}"
        text = f"version: 1\nstate: {{url: 'sqlite:///{tmp_path}/r.db'}}\nconnections: {{sf: {connection}}}\n"
        text += f"objects:\n  sf.Lead: {{as: person, fields: {fields}}}\n{TAIL}"
        monkeypatch.setattr(bulk, "types", lambda *which: {**types(*which), "LastName": "int"})
        with App.open(parse_config(text, {}), now=lambda: datetime.now(UTC), sleep=lambda seconds: None) as app:
            (counts,) = run_sync(app, "sf").run.objects
            assert (counts.taken.new, len(app.store.rejected())) == (2, 1)
        assert org.ledger()["calls"]["POST /jobs/query"] == 1
