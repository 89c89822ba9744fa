"""When a verdict that waited for data is given."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.sync.conftest import Bench


def test_a_verdict_is_given_as_soon_as_the_last_crm_was_read(two: Bench) -> None:
    """I10: what waits for another CRM's data is looked at in the very run that reads it, not a minute later."""
    two.lead("1", form_at=two.now() - timedelta(days=3))
    two.sync("crm")
    with two.open() as app:
        assert app.store.sla_summary() == {"at_risk": 1}
    two.time += timedelta(seconds=5)
    two.sync("other")
    with two.open() as app:
        assert app.store.sla_summary() == {"breached": 1}


def test_verdicts_that_rested_on_mass_mail_are_put_right_when_it_shows(bench: Bench) -> None:
    """I9: the copy that makes it mass mail reopens the clocks that the first copies had stopped."""
    mail = "type: {value: email}\n      subject: {value: Hola}\n      owner: {value: o1}"
    bench.edit = lambda text: text.replace("type: {value: call}", mail)
    for n in range(6):
        bench.lead(str(n), form_at=bench.now() - timedelta(hours=1))
        if n < 5:
            bench.call(f"m{n}", str(n), bench.now())
    bench.time += timedelta(minutes=5)
    bench.sync()
    assert [bench.held(str(n))["sla_status"] for n in range(6)] == ["met"] * 5 + ["pending"]
    bench.call("m5", "5", bench.now() - timedelta(minutes=5))
    bench.time += timedelta(minutes=5)
    bench.sync()
    assert {bench.held(str(n))["sla_status"] for n in range(6)} == {"pending"}
