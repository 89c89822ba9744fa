"""The shared measures over a company small enough to be counted by hand, and the command that prints them."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from connectors.memory.world import World
from journey.model import Value
from sync.app import App
from sync.cli import main
from sync.cli.definitions import DEFINITIONS, family
from sync.cli.errors import Exit
from sync.cli.measure_words import sentence
from sync.cli.question import asked
from sync.config import parse_config
from sync.engine import Ending, run_sync
from sync.measures import Number
from sync.metrics import metrics
from sync.subjects import teams_of

NOW = datetime(2026, 5, 12, 12, tzinfo=UTC)
_SERIAL = count(1)
CONFIG = """\
version: 1
connections: {crm: {connector: memory, world: WORLD}, ads: {connector: memory, world: WORLD-ads}}
objects:
  crm.companies: {as: owner, fields: {name: name, team: team}}
  ads.companies:
    as: campaign
    fields:
      name: name
      cost: {from: cost, type: decimal}
      currency: currency
      starts_at: {from: starts, type: datetime}
      ends_at: {from: ends, type: datetime}
  crm.contacts:
    as: person
    fields:
      email: email
      owner: owner
      source: source
      created_at: {from: created, type: datetime}
    touchpoints:
      - {id: form, type: form, at: form_at, direction: inbound, actor: lead, campaign: campaign}
  crm.calls:
    as: touchpoint
    links: [contacts]
    fields:
      type: {value: call}
      at: {from: at, type: datetime}
      direction: {value: outbound}
      actor: {value: human}
  crm.deals:
    as: deal
    links: {contacts: person}
    fields:
      status: status
      amount: {from: amount, type: decimal}
      currency: currency
      owner: owner
      created_at: {from: created, type: datetime}
      closed_at: {from: closed, type: datetime}
score:
  qualified_at: 50
  leaves_at: 0
  criteria: {interest: {cap: 60, rules: [{id: form, on: form, points: 60}]}}
sla:
  policies: [{name: first-contact, target: 24h}]
state: {url: "sqlite:///FILE"}
"""


def day(days: float) -> str:
    """So many days before now."""
    return (NOW - timedelta(days=days)).isoformat()


def _lead(crm: World, id_: str, form: float | None, **fields: str) -> None:
    told = {"email": f"{id_}@x.example", "owner": "o1", "created": day(form or 30)} | fields
    crm.put("contacts", id_, told | ({} if form is None else {"form_at": day(form)}))


def _deal(crm: World, id_: str, contacts: str, closed: float, amount: str | None, status: str = "won") -> None:
    fields = {"status": status, "created": day(closed + 5), "closed": day(closed), "currency": "EUR", "owner": "o2"}
    crm.put("deals", id_, fields | ({} if amount is None else {"amount": amount}))
    for contact in contacts:
        crm.link("deals", id_, "contacts", contact)


@pytest.fixture
def config(tmp_path: Path) -> str:
    """Four people qualified (three through the fair, one by search), one never did.

    Ana was called after 1 h and bought together with Eva, who was called after 30 h; Leo waits for two days; Mar was called after
    2 h, and her deal was lost. Old bought before she ever touched anything.
    """
    world = f"metrics-{next(_SERIAL)}"
    crm = World.named(world)
    crm.put("companies", "o1", {"name": "Rosa", "team": "north"})
    crm.put("companies", "o2", {"name": "Sam"})
    dates = {"currency": "EUR", "starts": day(50), "ends": day(40)}
    World.named(f"{world}-ads").put("companies", "f", {"name": "Fair", "cost": "100", **dates})
    _lead(crm, "1", 40, campaign="f", source="fair")
    _lead(crm, "2", 39, campaign="f", source="fair")
    _lead(crm, "3", 2, campaign="f", source="fair")
    _lead(crm, "4", 20, source="search", owner="o2")
    _lead(crm, "5", None)
    for id_, contact, at in (("a", "1", 40 - 1 / 24), ("b", "2", 39 - 30 / 24), ("c", "4", 20 - 2 / 24)):
        crm.put("calls", id_, {"at": day(at)})
        crm.link("calls", id_, "contacts", contact)
    _deal(crm, "d1", "12", 10, "1000.01")
    _deal(crm, "d2", "4", 8, "500", status="lost")
    _deal(crm, "d3", "5", 60, "200")
    _deal(crm, "d4", "5", 12, None)
    return CONFIG.replace("WORLD", world).replace("FILE", str(tmp_path / "relevo.db"))


@pytest.fixture
def app(config: str) -> Iterator[App]:
    """Synced, as of NOW."""
    with App.open(parse_config(config, {}), now=lambda: NOW) as opened:
        for connection in opened.connections:
            assert run_sync(opened, connection).ending is Ending.COMPLETE
        yield opened


def told(app: App, since: str | None = None, by: str | None = None) -> dict[tuple[str, str], Number]:
    """The numbers by measure and group; none is given twice."""
    numbers = list(metrics(app, asked(app, since, by)))
    found = {(one.measure, one.group): one for one in numbers}
    assert len(found) == len(numbers)
    return found


def test_conversion_counts_each_person_once_and_tells_that_it_is_provisional(app: App) -> None:
    """Four qualified; Ana and Eva bought after 30 and 29 days, when both of the others had been watched for less."""
    found = told(app)
    assert found["qualified", "all"].value == 4
    assert found["qualified_won", "all"].value == 2
    conversion = found["conversion", "all"]
    assert conversion.value == pytest.approx(1.0)
    assert (conversion.provisional, conversion.rows) == (True, 4)
    assert found["period_flow", "all"].value == pytest.approx(3 / 4)  # the never qualified one bought too


def test_response_includes_who_waits(app: App) -> None:
    """Called after 1, 2 and 30 hours, and one waits for 48: median 2 h, half in time, mean 11 h."""
    found = told(app)
    assert found["response_median", "all"].value == timedelta(hours=2)
    assert found["response_mean", "all"].value == timedelta(hours=11)
    assert found["response_in_time", "all"].value == pytest.approx(0.5)
    assert found["waiting", "all"].value == 1
    assert found["waiting_oldest", "all"].value == timedelta(days=2)
    assert found["response_p90", "all"].value is None


def test_a_deal_of_two_people_is_one_deal_and_its_credits_are_its_amount(app: App) -> None:
    """Both forms came through the fair: each model credits the fair with all 1,000.01, once."""
    found = told(app, "this_quarter")
    assert (found["won_amount", "all"].value, found["won_amount", "all"].unit) == (Decimal("1000.01"), "EUR")
    assert (found["won_deals", "all"].value, sentence(found["won_deals", "all"].note, "en")) == (
        2,
        "1 without an amount",
    )
    assert found["sourced_amount", "all"].value == found["influenced_amount", "all"].value == Decimal("1000.01")
    credits_ = [one for (name, _), one in found.items() if name.startswith("attribution_")]
    assert len(credits_) == 7
    assert {(one.group, one.value, one.rows) for one in credits_} == {("Fair", Decimal("1000.01"), 1)}
    assert found["attribution_markov", "Fair"].provisional


def test_an_untouched_deal_is_credited_to_nobody(app: App) -> None:
    """d3 of the quarter before has no touch of marketing's: neither sourced nor influenced, and shown apart."""
    found = told(app, "previous_quarter")
    assert found["won_amount", "all"].value == Decimal(200)
    assert found["influenced_amount", "all"].value == 0
    assert found["attribution_none", "(no marketing touch)"].value == Decimal(200)


def test_costs_are_set_against_credits_and_unknown_is_not_zero(app: App, config: str) -> None:
    """Fair cost 100 and is credited with 1,000.01; a second campaign of unknown cost makes the total unknown, not the fair's."""
    found = told(app)
    assert found["cost", "all"].value == Decimal("100.00")
    assert found["cost_per_qualified", "all"].value == Decimal("25.00")
    assert found["roi", "all"].value == pytest.approx(9.0001)
    unknown = {"name": "Ads", "currency": "EUR", "starts": day(50), "ends": day(1)}
    World.named(config.partition("ads: {connector: memory, world: ")[2].partition("}")[0]).put(
        "companies", "g", unknown
    )
    run_sync(app, "ads")
    found = told(app)
    assert found["cost", "all"].value is found["roi", "all"].value is None
    assert "not known" in sentence(found["roi", "all"].note, "en")
    by_campaign = told(app, by="campaign")
    assert by_campaign["roi", "Fair"].value == pytest.approx(9.0001)
    assert by_campaign["roi", "Ads"].value is None
    assert by_campaign["cost_per_qualified", "Fair"].value == Decimal("33.33")


def test_a_campaign_costs_what_falls_into_the_period(app: App) -> None:
    """Of its ten days five are in the last 45; two periods that meet share all of it between them."""
    assert told(app, "45d")["cost", "all"].value == Decimal("50.00")
    first, second = (
        told(app, dates)["cost", "all"].value for dates in ("2026-03-20..2026-03-25", "2026-03-26..2026-04-09")
    )
    assert isinstance(first, Decimal)
    assert isinstance(second, Decimal)
    assert first + second == 100
    assert ("cost", "all") not in told(app, "10d")


def test_groups_add_up_to_all(app: App) -> None:
    """Whatever people are grouped by, each is in one group."""
    whole = told(app)["qualified", "all"].value
    for by in ("source", "campaign", "owner", "team", "segment", "week", "month", "quarter"):
        assert sum(one.rows for (name, _), one in told(app, by=by).items() if name == "qualified") == whole, by
    assert told(app, by="owner")["response_mean", "Sam"].value == timedelta(hours=2)
    assert told(app, by="team")["qualified", "(none)"].value == 1


def test_an_owner_is_in_the_team_that_another_crm_knows_by_their_e_mail() -> None:
    """Rosa's team is told by one CRM, and holds for her other record; what a record says itself comes first."""
    owners: dict[str, dict[str, Value]] = {
        "1": {"email": "Rosa@x.example", "team": "north"},
        "005A": {"email": "rosa@x.example"},
        "005B": {"email": "rosa@x.example", "team": "south"},
        "9": {"email": None},
    }
    assert teams_of(owners) == {"1": "north", "005A": "south", "005B": "south"}


def test_the_goal_is_20_percent_over_the_quarter_before(app: App) -> None:
    """200 in the first quarter: 240 to reach; 1,000.01 are in, and 41.5 of 91 days are over."""
    found = told(app)
    assert found["goal_target", "all"].value == Decimal("240.0")
    assert found["goal_actual", "all"].value == Decimal("1000.01")
    assert found["goal_growth", "all"].value == pytest.approx(4.00005)
    expected = found["goal_expected", "all"].value
    assert isinstance(expected, Decimal)
    assert float(expected) == pytest.approx(240 * 41.5 / 91, abs=0.2)


def test_every_number_says_its_rows_and_how_fresh_it_is(app: App) -> None:
    """Each is defined, and rests on records read up to now."""
    for (name, _), one in told(app).items():
        assert family(name) in DEFINITIONS, name
        assert one.rows >= 0
        assert one.fresh is not None, name
        assert NOW - timedelta(minutes=1) <= one.fresh <= NOW


def test_the_command_prints_text_json_and_csv(app: App, config: str, tmp_path: Path) -> None:
    """Keys are never translated; what people read is; a wrong period or name is a usage error."""
    assert app.store.to_derive() == 0
    file = tmp_path / "config.yaml"
    file.write_text(config)

    def run(*words: str) -> Any:
        return CliRunner().invoke(main, ["metrics", *words, "-c", str(file)])

    since = ("--since", "2026-01-01")
    document = json.loads(run(*since, "-o", "json").stdout)
    assert document["schema"] == "relevo/metrics@1"
    assert {row["measure"]: row["value"] for row in document["rows"]}["qualified"] == 4
    rows = list(csv.DictReader(io.StringIO(run(*since, "-o", "csv").stdout)))
    assert len(rows) == len(document["rows"])
    assert "conversión" in run(*since, "--lang", "es").stdout
    explained = run(*since, "--explain", "conversion").stdout
    assert "Kaplan–Meier" in explained
    assert "revenue" not in explained
    assert "Rests on, read until" in explained
    told = json.loads(run("--explain", "waiting", "-o", "json").stdout)["explained"]
    assert (told["name"], sorted(told["rests_on"])) == ("waiting", ["crm.calls", "crm.contacts"])
    assert json.loads(run("--explain", "roi", "-o", "json").stdout)["explained"]["name"] == "roi"
    for wrong in (("--since", "yesterday"), ("--since", "2999-01-01"), ("--explain", "convrsion")):
        assert run(*wrong).exit_code == Exit.USAGE


AGREED = """
sla:
  policies: [{name: first-contact, target: 24h}]
  handover: {rejected_when: refused, reason: refused_for, bad_data: [duplicate]}
goals:
  qualified_leads: {target: 30, parts: [{source: search, target: 2}, {campaign: Fair, target: 9}]}
"""


def _agreed(config: str) -> str:
    """With how sales decides, and a quantity."""
    fields = "      source: source\n"
    said = "      refused: {from: refused, type: boolean}\n      refused_for: why\n"
    before, after = config.split("\nsla:\n")
    return before.replace(fields, fields + said) + AGREED + after.split("\n", 1)[1]


def test_a_rejection_is_dated_by_when_it_was_read_and_counted_for_whoever_decided(config: str) -> None:
    """Leo was refused by Sam as a duplicate, and is with Rosa now: not one of the month's leads."""
    text = _agreed(config)
    crm = World.named(text.split("world: ", 1)[1].split("}")[0])
    clock = NOW

    def synced() -> App:
        opened = App.open(parse_config(text, {}), now=lambda: clock)
        assert [run_sync(opened, name).ending for name in opened.connections] == [Ending.COMPLETE] * 2
        return opened

    crm.put("contacts", "5", {"refused": "false", "why": None})
    synced().close()
    for change in ({"refused": "true", "why": "Duplicate", "owner": "o2"}, {"owner": "o1"}):
        clock += timedelta(hours=1)
        crm.put("contacts", "3", change, clock)
        clock += timedelta(minutes=1)
        synced().close()
    with synced() as app:
        found = told(app, by="owner")
        assert found["rejected_for:Duplicate", "Sam"].value == 1
        assert ("rejected_for:Duplicate", "Rosa") not in found
        assert (found["quantity_actual", "all"].value, found["quantity_actual", "all"].rows) == (0, 1)
        assert found["quantity_target", "all"].value == 30
        assert found["quantity_target", "source: search"].value == 2
