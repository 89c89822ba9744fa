"""The configuration against what a CRM describes."""

from connectors.base import Field, FieldKind, Schema
from mapping.compiled import ObjectMapping, compile_object
from mapping.spec import ObjectSpec
from sync.config_check import SchemaFinding, check_against_schema

PLACE = ("objects", "crm.contacts")


def mapping() -> ObjectMapping:
    """Reads email and country, writes relevo_score and relevo_fit."""
    spec = {
        "as": "person",
        "fields": {"email": "email", "region": {"expr": 'IF(country == "ES", "core")'}},
        "write": {"score": "relevo_score", "fit": "relevo_fit"},
    }
    return compile_object("crm", "contacts", ObjectSpec.model_validate(spec))


def check(*fields: Field) -> list[SchemaFinding]:
    """The findings where the CRM has these fields."""
    schema = Schema("contacts", {field.name: field for field in fields})
    return check_against_schema({"contacts": mapping()}, {"contacts": schema})


def text(name: str, *, readable: bool = True, writable: bool = True, calculated: bool = False) -> Field:
    """A text field."""
    return Field(name, name, FieldKind.TEXT, readable=readable, writable=writable, calculated=calculated)


def test_nothing_is_found_where_everything_fits() -> None:
    assert check(text("email", writable=False), text("country"), text("relevo_score"), text("relevo_fit")) == []


def test_a_missing_field_is_named_with_the_nearest_one() -> None:
    """I15."""
    found = check(text("email"), text("county"), text("relevo_score"), text("relevo_fit"))
    assert found == [
        SchemaFinding(
            "contacts",
            (*PLACE, "fields", "region"),
            "country",
            "the CRM has no field 'country'",
            "did you mean 'county'?",
        )
    ]


def test_a_missing_field_of_ours_can_be_created() -> None:
    (found,) = check(text("email"), text("country"), text("relevo_fit"))
    assert (found.path, found.fixable, found.fix) == (
        (*PLACE, "write", "score"),
        True,
        "run relevo fields apply to create it",
    )


def test_rights_are_looked_at() -> None:
    """I15."""
    found = check(
        text("email", readable=False),
        text("country"),
        text("relevo_score", writable=False),
        text("relevo_fit", calculated=True),
    )
    assert [finding.problem for finding in found] == [
        "'email' may not be read",
        "'relevo_score' may not be written",
        "'relevo_fit' is calculated by the CRM",
    ]


def test_an_object_that_was_not_described_is_not_judged() -> None:
    assert check_against_schema({"contacts": mapping()}, {}) == []
