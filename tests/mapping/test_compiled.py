"""From a CRM's record to facts, and from journey fields to the CRM."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.base import Change, Held
from journey.model import Fact, Kind, Ref, StageChange
from mapping.compiled import Mapped, MappingErrors, ObjectMapping, Problem, Skipped, Unmappable, compile_object
from mapping.spec import ObjectSpec

AT = datetime(2026, 3, 1, 9, tzinfo=UTC)

CONTACTS: dict[str, Any] = {
    "as": "person",
    "skip_if": 'is_bot == "true"',
    "links": {"companies": "company", "deals": "deal"},
    "history": "lifecyclestage",
    "fields": {
        "email": {"from": "email", "transform": ["trim", "lower"]},
        "stage": {"from": "lifecyclestage", "map": {"lead": "lead", "marketingqualifiedlead": "mql"}},
        "employees": {"from": "numemployees", "type": "integer", "default": 0},
        "region": {"expr": 'IF(IN(country, "ES", "MX"), "core", "other")'},
        "created_at": "createdate",
        "brand": {"value": "acme"},
    },
    "touchpoints": [
        {
            "id": "form",
            "type": "form",
            "at": "converted",
            "direction": "inbound",
            "actor": "lead",
            "subject": "form_name",
            "when": 'COALESCE(form_name, "") != "newsletter"',
        }
    ],
    "write": {"score": "relevo_score", "sla_due": {"to": "relevo_due", "on_conflict": "overwrite"}},
}


def mapping(spec: dict[str, Any] | None = None, **changes: Any) -> ObjectMapping:
    """A compiled mapping of crm.contacts."""
    return compile_object("crm", "contacts", ObjectSpec.model_validate((spec or CONTACTS) | changes))


def change(fields: dict[str, Any] | None = None, **rest: Any) -> Change:
    """A contact as a connector gives it."""
    whole = {"email": " Ana@X.es", "lifecyclestage": "lead", "createdate": "2026-01-01T00:00:00Z"} | (fields or {})
    return Change("contacts", "7", "v1", AT, whole, **rest)


def facts(outcome: Mapped | Skipped | Unmappable) -> tuple[Fact, ...]:
    """The facts of a record that could be mapped."""
    assert isinstance(outcome, Mapped)
    return outcome.facts


def test_a_record_becomes_a_fact_in_journey_words() -> None:
    linked = {"companies": ("1", "2"), "deals": (), "tickets": ("9",)}
    (fact,) = facts(mapping().inbound(change({"country": "ES"}, links=linked)))
    assert fact == Fact(
        Kind.PERSON,
        Ref("crm", "contacts", "7"),
        "v1",
        AT,
        {
            "email": "ana@x.es",
            "stage": "lead",
            "employees": 0,
            "region": "core",
            "created_at": datetime(2026, 1, 1, tzinfo=UTC),
            "brand": "acme",
        },
        links=(Ref("crm", "companies", "1"), Ref("crm", "companies", "2")),
    )


def test_what_to_ask_the_crm_for_is_known_beforehand() -> None:
    compiled = mapping()
    assert set(compiled.raw_fields) == {
        "email", "lifecyclestage", "numemployees", "country", "createdate", "is_bot", "converted", "form_name",
    }  # fmt: skip
    assert compiled.links == ("companies", "deals")
    assert compiled.history == ("lifecyclestage",)
    assert compiled.written == ("relevo_score", "relevo_due")
    assert compiled.origins["country"] == ("fields", "region")


def test_every_problem_of_a_record_is_told_with_field_value_and_reason() -> None:
    """I6."""
    outcome = mapping().inbound(change({"numemployees": "50-100", "lifecyclestage": "llead", "converted": "soon"}))
    assert outcome == Unmappable(
        (
            Problem("stage", "llead", "is not in the map"),
            Problem("employees", "50-100", "is not a number"),
            Problem("form.at", "soon", "is not an ISO 8601 time or epoch milliseconds"),
        )
    )


def test_a_skip_is_counted_under_its_reason() -> None:
    """I6."""
    assert mapping().inbound(change({"is_bot": "true"})) == Skipped('skip_if: is_bot == "true"')


def test_a_skip_that_cannot_be_decided_is_a_problem() -> None:
    """I6."""
    outcome = mapping().inbound(change({"is_bot": True}))
    assert isinstance(outcome, Unmappable)
    assert outcome.problems[0].field == "skip_if"


@pytest.mark.parametrize(
    ("otherwise", "stage"), [("null", None), ("keep", "odd"), ({"value": "other"}, "other"), (None, None)]
)
def test_what_the_map_does_not_know_follows_otherwise(otherwise: Any, stage: str | None) -> None:
    spec = {"as": "person", "fields": {"stage": {"from": "s", "map": {"lead": "lead"}, "otherwise": otherwise}}}
    (fact,) = facts(mapping(spec).inbound(change({"s": "odd"})))
    assert fact.values == {"stage": stage}


def test_null_is_not_looked_up_in_a_map_and_takes_the_default() -> None:
    spec = {"as": "person", "fields": {"stage": {"from": "s", "map": {"lead": "lead"}, "default": "unknown"}}}
    for blank in (None, ""):
        (fact,) = facts(mapping(spec).inbound(change({"s": blank})))
        assert fact.values == {"stage": "unknown"}


def test_a_deleted_record_leaves_a_tombstone() -> None:
    """I11."""
    gone = Change("contacts", "7", "v2", AT, deleted=True)
    assert facts(mapping().inbound(gone)) == (Fact(Kind.PERSON, Ref("crm", "contacts", "7"), "v2", AT, deleted=True),)


def test_a_merged_record_points_at_its_survivor() -> None:
    """I11."""
    (fact,) = facts(mapping().inbound(Change("contacts", "7", "v2", AT, deleted=True, merged_into="8")))
    assert fact.merged_into == Ref("crm", "contacts", "8")
    assert fact.deleted


def test_a_converted_record_points_at_a_record_of_another_object() -> None:
    """I11."""
    lead = Change("leads", "7", "v2", AT, deleted=True, merged_into="8", merged_object="contacts")
    (fact,) = facts(mapping().inbound(lead))
    assert fact.merged_into == Ref("crm", "contacts", "8")


def test_a_field_told_event_is_a_touchpoint_of_its_own() -> None:
    record, touch = facts(mapping().inbound(change({"converted": "2026-02-01T10:00:00.250Z", "form_name": "Demo"})))
    at = datetime(2026, 2, 1, 10, 0, 0, 250_000, UTC)
    assert touch.kind is Kind.TOUCHPOINT
    assert touch.ref == Ref("crm", "contacts#form", "7@1769940000250")
    assert touch.links == (record.ref,)
    assert touch.values == {"at": at, "subject": "Demo", "type": "form", "direction": "inbound", "actor": "lead"}


def test_a_repeated_event_keeps_its_identity_and_a_new_one_gets_another() -> None:
    """I2: a replay adds nothing; a new conversion adds one."""
    first = facts(mapping().inbound(change({"converted": "2026-02-01T10:00:00Z"})))[1]
    again = facts(mapping().inbound(change({"converted": "1769940000000"})))[1]
    later = facts(mapping().inbound(change({"converted": "2026-02-02T10:00:00Z"})))[1]
    assert first.ref == again.ref != later.ref


@pytest.mark.parametrize(
    "fields", [{}, {"converted": ""}, {"converted": "2026-02-01T10:00:00Z", "form_name": "newsletter"}]
)
def test_no_event_no_touchpoint(fields: dict[str, str]) -> None:
    assert len(facts(mapping().inbound(change(fields)))) == 1


def test_a_condition_of_an_event_that_cannot_be_decided_is_a_problem() -> None:
    """I6."""
    outcome = mapping().inbound(change({"converted": "2026-02-01T10:00:00Z", "form_name": 7}))
    assert outcome == Unmappable(
        (Problem("form.when", None, "cannot compare a number with text; convert with NUMBER(…)"),)
    )


def test_history_becomes_stage_changes_in_our_words_and_loses_none() -> None:
    held = tuple(
        Held(value, AT + timedelta(days=day))
        for day, value in enumerate(["lead", "retired-stage", "", "marketingqualifiedlead"])
    )
    (fact,) = facts(mapping().inbound(change(history={"lifecyclestage": held})))
    assert fact.stages == (
        StageChange("lead", AT),
        StageChange("retired-stage", AT + timedelta(days=1)),
        StageChange("mql", AT + timedelta(days=3)),
    )


def test_a_touchpoint_record_without_its_time_is_a_problem() -> None:
    """I6."""
    spec = {"as": "touchpoint", "fields": {"type": {"value": "call"}, "at": "hs_timestamp"}}
    outcome = mapping(spec).inbound(change({"hs_timestamp": None}))
    assert outcome == Unmappable((Problem("at", None, "is empty, and a touchpoint needs it"),))


def test_an_explanation_shows_each_field_from_raw_to_result() -> None:
    traces = {trace.field: trace for trace in mapping().explain(change({"numemployees": "x", "country": "FR"}))}
    assert (traces["email"].raw, traces["email"].result, traces["email"].how) == (
        " Ana@X.es",
        "ana@x.es",
        "from email, trim, lower",
    )
    assert traces["employees"].problem == "is not a number"
    assert traces["region"].raw == "FR"
    assert traces["brand"].result == "acme"
    assert "form.at" in traces


def test_the_digest_changes_with_the_mapping_and_only_then() -> None:
    assert mapping().digest == mapping().digest
    assert mapping().digest != mapping(skip_if='is_bot == "yes"').digest


def test_outbound_speaks_the_crms_field_names() -> None:
    due = datetime(2026, 3, 1, 10, 0, 0, 999_999, UTC)
    assert mapping().outbound({"score": 87, "sla_due": due, "fit": 3}) == {
        "relevo_score": 87,
        "relevo_due": datetime(2026, 3, 1, 10, tzinfo=UTC),
    }
    assert mapping().outbound({"score": None}) == {"relevo_score": None}


WRONG: list[tuple[dict[str, Any], tuple[str | int, ...], str]] = [
    ({"fields": {"email": "relevo_score"}}, ("fields", "email"), "'relevo_score' is written by Relevo and cannot be read as an input"),
    ({"skip_if": "relevo_due == 1"}, ("skip_if",), "'relevo_due' is written by Relevo and cannot be read as an input"),
    ({"fields": {"email": {"expr": "LOWR(email)"}}}, ("fields", "email", "expr"), "unknown function 'LOWR'; did you mean 'LOWER'?"),
    ({"fields": {"x": {"from": "x", "zone": "Mars"}}}, ("fields", "x", "zone"), "a field of type text has no time zone"),
    ({"fields": {"x": {"from": "x", "type": "date", "zone": "Mars"}}}, ("fields", "x", "zone"), "unknown time zone; use a name such as Europe/Madrid"),
    ({"fields": {"x": {"from": "x", "type": "integer", "default": "a"}}}, ("fields", "x", "default"), "the default is not a number"),
    ({"fields": {"x": {"from": "x", "format": "es"}}}, ("fields", "x", "format"), "a field of type text has no format es"),
    ({"fields": {"x": {"from": "x", "type": "integer", "map": {"a": "b"}}}}, ("fields", "x", "map"), "what the map gives for 'a' is not a number"),
    ({"fields": {"x": {"from": "x", "type": "list", "map": {"a": "b"}}}}, ("fields", "x", "map"), "a list cannot be mapped"),
    ({"fields": {"created_at": {"from": "x", "type": "text"}}}, ("fields", "created_at", "type"), "created_at is always datetime; map it to a field of another name to keep it as text"),
    ({"fields": {"company_name": "x"}}, ("fields", "company_name"), "names starting with company_ are taken on a person"),
    ({"write": {"scor": "x"}}, ("write", "scor"), "'scor' cannot be written; did you mean 'score'?"),
    ({"write": {"score": "x", "fit": "x"}}, ("write", "fit", "to"), "'x' is written twice"),
    ({"as": "company"}, ("write",), "score and SLA belong to people; a company has none to write"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "path", "message"), WRONG)
def test_a_wrong_mapping_is_refused_where_it_is_wrong(
    changes: dict[str, Any], path: tuple[str | int, ...], message: str
) -> None:
    """I15; and I8 for what Relevo writes itself."""
    with pytest.raises(MappingErrors) as errors:
        mapping(**changes)
    assert (path, message) in [(error.path, error.message) for error in errors.value.errors]


def test_unknown_words_of_a_touchpoint_are_refused() -> None:
    """I15."""
    fields = {"type": {"value": "cal"}, "at": "t", "actor": {"from": "a", "map": {"x": "humann"}}}
    with pytest.raises(MappingErrors) as errors:
        mapping({"as": "touchpoint", "fields": fields})
    assert [(error.path, error.message) for error in errors.value.errors] == [
        (("fields", "type", "value"), "unknown type 'cal'; did you mean 'call'?"),
        (("fields", "actor", "map"), "unknown actor 'humann'; did you mean 'human'?"),
    ]


def test_a_touchpoint_needs_its_type_and_time() -> None:
    """I15."""
    with pytest.raises(MappingErrors, match="a touchpoint needs the field 'at'"):
        mapping({"as": "touchpoint", "fields": {"type": {"value": "call"}}})


RAW = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.lists(st.text()),
    st.dictionaries(st.text(), st.none()),
)


@given(st.dictionaries(st.sampled_from(sorted(mapping().raw_fields)), RAW))
def test_every_record_is_mapped_skipped_or_explained(fields: dict[str, Any]) -> None:
    """I6: nothing that was read is dropped silently, and nothing raises."""
    outcome = mapping().inbound(change(fields))
    match outcome:
        case Mapped(found):
            assert found[0].values.keys() == mapping().field_types.keys()
        case Unmappable(problems):
            assert problems
        case Skipped(reason):
            assert reason


def test_decimals_stay_exact() -> None:
    spec = {"as": "deal", "fields": {"amount": {"from": "amount", "format": "es"}}}
    (fact,) = facts(mapping(spec).inbound(change({"amount": "1.234,10"})))
    assert fact.values["amount"] == Decimal("1234.10")
