"""The configuration as a whole: what it compiles to, and everything that is wrong with it at once."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from journey.model import TouchType
from journey.rules import Rule
from sync.calendars import ALWAYS
from sync.config import Config, ConfigErrors, parse_config

TEXT = """\
version: 1
lang: es
state: {url: "sqlite:///relevo.db"}
schedule: {pull: 30s}
connections:
  mem: {connector: memory, secret: "${SECRET}", budget: {reserve: 10%}}
objects:
  mem.contacts:
    as: person
    links: {companies: company}
    history: lifecyclestage
    fields:
      email: {from: email, transform: [trim, lower]}
      stage: {from: lifecyclestage, map: {lead: lead}, otherwise: null}
      employees: {from: numemployees, type: integer}
      region: {expr: 'IF(country == "ES", "core", "other")'}
    touchpoints:
      - {id: form, type: form, at: converted, direction: inbound, actor: lead, subject: form_name}
    write:
      score: relevo_score
  mem.companies:
    as: company
    fields: {name: name, employees: size}
score:
  minimum_stay: 7d
  criteria:
    interest:
      cap: 60
      rules:
        - {id: demo, on: form, points: 40, half_life: 14d, when: 'subject == "Demo" and person_stage == "lead"'}
    fit:
      cap: 40
      rules:
        - {id: size, when: company_employees > 200, points: 15, label: {es: grande}}
  disqualify:
    - {id: other, when: 'region == "other"', label: elsewhere}
sla:
  policies:
    - {name: first, target: 24bh, calendar: madrid, exclude_when: 'stage == "x"'}
    - {name: always, target: 24h}
  calendars:
    madrid:
      zone: Europe/Madrid
      hours: {mon-thu: ["09:00-14:00", "15:00-18:00"], fri: "09:00-15:00"}
      holidays: {country: ES, region: MD, extra: [2026-12-24]}
  handover: {accepted_when: 'stage == "sql"', reason: region, bad_data: [Other]}
"""
ENV = {"SECRET": "s3cret-v4lue-0f-mine"}


def config(text: str = TEXT, env: Mapping[str, str] = ENV) -> Config:
    """`text`, checked."""
    return parse_config(text, env, Path("/etc/relevo/config.yaml"))


def wrong(*replacements: tuple[str, str], added: str = "") -> list[str]:
    """The first lines of the errors of a text that differs from the good one."""
    text = TEXT + added
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new, 1)
    with pytest.raises(ConfigErrors) as errors:
        config(text)
    return [
        line.removeprefix("/etc/relevo/config.yaml:")
        for line in str(errors.value).splitlines()
        if line.startswith("/etc")
    ]


def rule(name: str) -> Rule:
    """A compiled rule of the good text."""
    criteria = config().agreement.rules.criteria
    return next(rule for criterion in criteria for rule in criterion.rules if rule.id == name)


def test_a_connection_is_validated_by_its_own_connector() -> None:
    connection = config().connections["mem"]
    assert (connection.name, connection.connector, connection.budget.reserve) == ("mem", "memory", 0.1)
    assert connection.options.secret.get_secret_value() == ENV["SECRET"]  # type: ignore[attr-defined]


def test_objects_are_compiled_in_the_files_order() -> None:
    assert list(config().mappings["mem"]) == ["contacts", "companies"]
    assert config().mappings["mem"]["contacts"].written == ("relevo_score",)


def test_rules_see_the_fields_they_name() -> None:
    demo, size = rule("demo"), rule("size")
    assert demo.on == frozenset({TouchType.FORM})
    assert demo.half_life == timedelta(days=14)
    assert demo.when is not None
    assert demo.when({"subject": "Demo", "person_stage": "lead"})
    assert not demo.when({"subject": "Demo", "person_stage": None})
    assert (demo.fields, demo.when_source) == (
        ("subject", "person_stage"),
        'subject == "Demo" and person_stage == "lead"',
    )
    assert size.when is not None
    assert size.when({"company_employees": 201})
    assert not size.when({})


def test_labels_fall_back_on_the_other_language_and_the_id() -> None:
    assert rule("demo").label == {"es": "demo", "en": "demo"}
    assert rule("size").label == {"es": "grande", "en": "grande"}
    assert config().agreement.rules.disqualifiers[0].label == {"es": "elsewhere", "en": "elsewhere"}


def test_policies_know_their_calendars_and_one_without_is_always_open() -> None:
    agreement = config().agreement
    first, always = agreement.policies
    assert (str(first.target), first.calendar) == ("24bh", "madrid")
    assert (str(always.target), always.calendar, agreement.hours.default) == ("24h", None, ALWAYS)
    madrid = agreement.hours.calendars["madrid"]
    assert madrid.is_open(datetime(2026, 11, 24, 9, tzinfo=UTC))
    assert not madrid.is_open(datetime(2026, 11, 24, 13, 30, tzinfo=UTC))
    assert not madrid.is_open(datetime(2026, 12, 24, 9, tzinfo=UTC)), "an extra holiday"
    assert not madrid.is_open(datetime(2026, 10, 12, 9, tzinfo=UTC)), "a public holiday"
    assert agreement.hours.calendars[ALWAYS].is_open(datetime(2026, 12, 25, 3, tzinfo=UTC))


def test_how_sales_decides_is_compiled_with_its_reasons_in_lower_case() -> None:
    handover = config().agreement.handover
    assert handover.accepted is not None
    assert handover.accepted({"stage": "sql"})
    assert not handover.accepted({})
    assert handover.rejected is None
    assert (handover.reason, handover.bad_data, handover.returned_within) == (
        "region",
        frozenset({"other"}),
        timedelta(days=14),
    )


def test_the_rest_is_as_written_or_as_by_default() -> None:
    loaded = config()
    assert (loaded.lang, loaded.agreement.lang) == ("es", "es")
    assert (loaded.schedule.pull, loaded.schedule.parked) == (timedelta(seconds=30), timedelta(hours=1))
    assert (loaded.agreement.rules.minimum_stay, loaded.agreement.rules.qualified_at) == (timedelta(days=7), 70)
    assert loaded.state_url == "sqlite:////etc/relevo/relevo.db"
    assert loaded.position(("objects", "mem.contacts", "write", "score")) == "/etc/relevo/config.yaml:20:7"


@pytest.mark.parametrize("url", ["sqlite:////var/lib/relevo.db", "sqlite://", "postgresql+psycopg://u@h/db"])
def test_other_database_urls_stay_as_they_are(url: str) -> None:
    assert config(TEXT.replace("sqlite:///relevo.db", url)).state_url == url


ONE_ERROR: list[tuple[tuple[str, str], str]] = [
    (("version: 1", "version: 2"), "1:10: version: must be 1 (got 2)"),
    (("lang: es", "lang: esp"), "2:7: lang: must be 'es' or 'en' (got 'esp'); did you mean 'es'?"),
    (("pull: 30s", "pull: 30"), "4:18: schedule.pull: write a number and its unit: 60s, 15m, 24h, 14d, 2w"),
    (("pull: 30s", "pull: 0s"), "4:18: schedule.pull: must be longer than nothing"),
    (("minimum_stay: 7d", "minimum_stay: 600w"), "25:17: score.minimum_stay: is longer than ten years"),
    (("24bh", "8785bh"), "39:29: sla.policies.0.target: is longer than a year"),
    (("pull", "pul"), "4:12: schedule.pul: unknown key 'pul'; did you mean 'pull'?"),
    (("memory", "memroy"), "6:20: connections.mem.connector: there is no connector 'memroy'; did you mean 'memory'?"),
    (("secret:", "secrte:"), "6:28: connections.mem.secrte: unknown key 'secrte'; did you mean 'secret'?"),
    (("10%", "10"), "6:67: connections.mem.budget.reserve: write a percentage: 75%"),
    (("as: person", "as: persn"), "9:9: objects.mem.contacts.as: must be 'person', 'company', 'deal', 'touchpoint', 'campaign', 'owner' or 'stage' (got 'persn'); did you mean 'person'?"),
    (("mem.contacts", "mem.contcts"), "8:3: objects.mem.contcts: the connector has no object 'contcts'; did you mean 'contacts'?"),
    (("mem.companies", "men.companies"), "21:3: objects.men.companies: there is no connection 'men'; did you mean 'mem'?"),
    (("companies: company", "tickets: company"), "10:13: objects.mem.contacts.links.tickets: the connector links no tickets here; linked are contacts, companies, deals, calls"),
    (("companies: company", "companies: deal"), "10:24: objects.mem.contacts.links.companies: mem.companies is mapped as company, not as deal"),
    (("from: email", "frm: email"), "13:15: objects.mem.contacts.fields.email.frm: unknown key 'frm'; did you mean 'from'?"),
    (("[trim, lower]", "[trim, lwer]"), "13:46: objects.mem.contacts.fields.email.transform.1: must be 'trim', 'lower', 'upper', 'digits', 'collapse' or 'domain' (got 'lwer'); did you mean 'lower'?"),
    (("type: integer", "type: intger"), "15:45: objects.mem.contacts.fields.employees.type: must be 'text', 'integer', 'number', 'decimal', 'boolean', 'date', 'datetime' or 'list' (got 'intger'); did you mean 'integer'?"),
    (("IF(country", "IFF(country"), "16:23: objects.mem.contacts.fields.region.expr: unknown function 'IFF'; did you mean 'IF'?"),
    (("score: relevo_score", "scor: relevo_score"), "20:7: objects.mem.contacts.write.scor: 'scor' cannot be written; did you mean 'score'?"),
    (("relevo_score", "numemployees"), "15:7: objects.mem.contacts.fields.employees: 'numemployees' is written by Relevo and cannot be read as an input"),
    (("person_stage", "person_stge"), "30:89: score.criteria.interest.rules.0.when: unknown field 'person_stge'; did you mean 'person_stage'?"),
    (("company_employees > 200", 'company_employees > "200"'), "34:28: score.criteria.fit.rules.0.when: cannot compare a number with text; convert with NUMBER(…)"),
    (("{id: size, when: company_employees > 200,", "{id: size,"), "34:11: score.criteria.fit.rules.0: size: a rule needs `on` or `when`"),
    (("id: size", "id: demo"), "24:1: score: two rules have the same id"),
    (("interest:", "score:"), "27:5: score.criteria.score: 'score' is already the name of a field; choose another"),
    (("24bh", "24"), "39:29: sla.policies.0.target: write a number and its unit: 24h (by the clock), 24bh (working hours), 1bd (working days), 30m"),
    (("calendar: madrid", "calendar: madird"), "39:45: sla.policies.0.calendar: unknown calendar 'madird'; did you mean 'madrid'?"),
    (("name: always", "name: first"), "40:14: sla.policies.1.name: the name 'first' is used twice"),
    (("Europe/Madrid", "Europe/Madird"), "43:13: sla.calendars.madrid.zone: unknown time zone; use a name such as Europe/Madrid"),
    (("mon-thu", "mon-thr"), "44:15: sla.calendars.madrid.hours.mon-thr: write days as mon, mon-thu or mon,wed"),
    (("15:00-18:00", "15:00-18"), "44:40: sla.calendars.madrid.hours.mon-thu.1: write opening and closing time: 09:00-14:00"),
    (("country: ES", "country: EX"), "45:27: sla.calendars.madrid.holidays.country: unknown country 'EX'; did you mean 'MEX'?"),
    (("reason: region", "reason: regon"), "46:55: sla.handover.reason: unknown field 'regon'; did you mean 'region'?"),
    (('stage == "sql"', 'stge == "sql"'), "46:30: sla.handover.accepted_when: unknown field 'stge'; did you mean 'stage'?"),
]  # fmt: skip


@pytest.mark.parametrize(("replacement", "message"), ONE_ERROR)
def test_one_mistake_gives_one_error_at_its_place(replacement: tuple[str, str], message: str) -> None:
    """I15."""
    assert wrong(replacement) == [message]


def test_every_mistake_is_told_at_once() -> None:
    """I15: a mistake in the form of one part does not hide those in the sense of another."""
    replacements = [
        ("pull", "pul"), ("type: integer", "type: intger"), ("IF(country", "IFF(country"), ("person_stage", "person_stge"),
        ("24bh", "24"), ("calendar: madrid", "calendar: madird"), ("15:00-18:00", "15:00-18"), ("country: ES", "country: EX"),
    ]  # fmt: skip
    places = [line.partition(" ")[0] for line in wrong(*replacements, added="notify: {}\n")]
    assert places == ["4:12:", "15:45:", "16:23:", "30:89:", "39:29:", "44:40:", "45:27:", "47:1:"]


@pytest.mark.parametrize(
    ("goals", "message"),
    [
        ("{parts: [{source: web, segment: smb, target: 2}]}", "47:35: goals.qualified_leads.parts.0: name one of source, campaign and segment"),
        ("{parts: [{target: 2}]}", "47:35: goals.qualified_leads.parts.0: name one of source, campaign and segment"),
        ("{target: 0}", "47:35: goals.qualified_leads.target: must be greater than or equal to 1 (got 0)"),
        ("{target: 9, per: day}", "47:43: goals.qualified_leads.per: must be 'week', 'month' or 'quarter' (got 'day')"),
    ],
)  # fmt: skip
def test_a_quantity_that_cannot_be_is_refused_at_its_place(goals: str, message: str) -> None:
    """I15."""
    assert wrong(added=f"goals: {{qualified_leads: {goals}}}\n") == [message]


def test_an_error_shows_its_line_with_a_caret() -> None:
    """I15."""
    with pytest.raises(ConfigErrors) as errors:
        config("version: 1\nconnections: {}\nobjects: {}\nscore: {criteria: {}}\nlang: de\n")
    assert str(errors.value).splitlines()[-3:] == [
        "/etc/relevo/config.yaml:5:7: lang: must be 'es' or 'en' (got 'de')",
        "    lang: de",
        "          ^",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "/etc/relevo/config.yaml:1:1: is empty"),
        ("- a", "/etc/relevo/config.yaml:1:1: must be a mapping of keys to values\n    - a\n    ^"),
        ("a: [", "/etc/relevo/config.yaml:1:1: did not find expected node content\n    a: [\n    ^"),
    ],
)
def test_what_is_no_configuration_at_all_is_said_plainly(text: str, message: str) -> None:
    """I15."""
    with pytest.raises(ConfigErrors) as errors:
        config(text)
    assert str(errors.value) == message


def test_sections_to_come_are_not_silently_accepted() -> None:
    assert wrong(("lang: es", "notify: {}")) == ["2:1: notify: 'notify' is not available yet"]


def test_secrets_are_in_no_error_no_repr_and_no_listing() -> None:
    """I12."""
    literal = TEXT.replace('"${SECRET}"', "pat-na1-1234-literal")
    texts = [literal.replace("budget", "budgt"), literal.replace("secret", "secrt"), TEXT.replace("10%", "${SECRET}")]
    texts += [literal.replace("connector: memory", "connector: ${SECRET}"), literal.replace("{reserve", "reserve")]
    for text in texts:
        with pytest.raises(ConfigErrors) as errors:
            config(text)
        assert ENV["SECRET"] not in str(errors.value)
        assert "1234" not in str(errors.value)
    shown = repr(config()) + repr(config().connections) + repr(config().show()) + repr(config(literal).show())
    assert ENV["SECRET"] not in shown
    assert "1234" not in shown


def test_a_password_in_the_database_url_is_not_shown() -> None:
    """I12."""
    text = TEXT.replace("sqlite:///relevo.db", "postgresql+psycopg://relevo:hunter2@db/relevo")
    assert "hunter2" not in repr(config(text)) + repr(config(text).show())
    with pytest.raises(ConfigErrors) as errors:
        config(text.replace("url:", "urll:"))
    assert "hunter2" not in str(errors.value)


def test_a_listing_tells_where_each_setting_came_from() -> None:
    shown: dict[str, Any] = {setting.path: (setting.value, setting.origin) for setting in config().show()}
    assert shown["schedule.pull"] == ("30s", "config.yaml:4")
    assert shown["schedule.parked"] == ("1h", "default")
    assert shown["connections.mem.secret"] == ("•••", "env SECRET")
    assert shown["objects.mem.contacts.write.score.to"] == ("relevo_score", "config.yaml:20")
    assert shown["objects.mem.contacts.fields.email.transform"] == ("trim, lower", "config.yaml:13")
    assert "schedule.parked" not in {setting.path for setting in config().show(defaults=False)}


MISCHIEF = [
    "",
    " ",
    "\t",
    "\n",
    ":",
    "- ",
    "{",
    "}",
    "[",
    "]",
    "*a",
    "&a ",
    "<<: *a",
    "'",
    '"',
    "#",
    "!!x ",
    "${",
    "null",
    "\x85",
    "é",
    "9" * 40,
]


@pytest.mark.parametrize("seed", range(60))
def test_a_damaged_file_gives_a_configuration_or_errors(seed: int) -> None:
    """I15: and nothing else, whatever the damage. The figure `fuzz` does the same a thousand times."""
    chance = Random(seed)  # noqa: S311 (damage that can be repeated)
    text = TEXT
    for _ in range(chance.randint(1, 4)):
        start = chance.randrange(len(text))
        text = text[:start] + chance.choice(MISCHIEF) + text[start + chance.choice([0, 1, 5, 40]) :]
    try:
        loaded = config(text)
    except ConfigErrors as errors:
        told = str(errors)
        assert told.startswith("/etc/relevo/config.yaml:")
        assert ENV["SECRET"] not in told
    else:
        assert loaded.agreement.rules.criteria
