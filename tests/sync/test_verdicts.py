"""When a verdict that waited for data is given."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from connectors.base import Field, FieldKind

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


def test_steps_are_stored_when_they_are_reached_and_corrected_by_a_contact_that_was_logged_late(bench: Bench) -> None:
    """I10: 12 hours and the due time are told once each; a call of the tenth hour, read later, takes both back."""
    bench.edit = lambda text: text.replace(
        "target: 24h}", "target: 24h, escalate: [{at: 50%, to: owner}, {at: 100%, to: [owner, boss]}]}"
    )
    bench.lead("1")
    for hours in (0, 13, 25):
        bench.time = bench.time.replace(hour=12, day=2) + timedelta(hours=hours)
        bench.sync()
    with bench.open() as app:
        ana = app.store.sla_rows("breached", 10)[0].person
        told = [(step.step.step, step.step.to, step.corrected) for step in app.store.trail.steps([ana])]
    assert told == [("50%", ("owner",), None), ("100%", ("owner", "boss"), None)]
    bench.call("c1", "1", bench.time - timedelta(hours=15))
    bench.time += timedelta(minutes=5)
    bench.sync()
    with bench.open() as app:
        assert [step.corrected for step in app.store.trail.steps([ana])] == [bench.time, bench.time]
        assert [verdict.status for verdict in app.store.trail.verdicts([ana])] == ["pending", "breached", "met"]


def test_an_owners_team_chooses_the_hours_and_a_change_of_team_is_followed(bench: Bench) -> None:
    bench.edit = lambda text: text.replace(
        "sla:\n", 'sla:\n  teams: {LATAM: night}\n  calendars: {night: {zone: UTC, hours: {mon-sun: "20:00-23:00"}}}\n'
    ).replace("target: 24h", "target: 1bh").replace(
        "objects:", "objects:\n  crm.companies:\n    as: owner\n    fields: {email: email, team: team}"
    )  # fmt: skip
    bench.world().fields["companies"] |= {name: Field(name, name, FieldKind.TEXT) for name in ("email", "team")}
    bench.world().put("companies", "o1", {"email": "ana@example.es", "team": "LATAM"})
    bench.lead("1")
    bench.sync()
    assert bench.held("1")["sla_due"] == bench.time.replace(hour=21)
    bench.world().put("companies", "o1", {"team": "Iberia"})
    bench.time += timedelta(minutes=1)
    bench.sync()
    bench.time += timedelta(minutes=1)
    bench.sync()
    assert bench.held("1")["sla_due"] == bench.time.replace(hour=13, minute=0)
