"""What expressions compute, what they refuse, and where they say so."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from journey.model import FieldType
from mapping.expression import ExpressionError, ExpressionFailure, compile_expression

RECORD: dict[str, Any] = {
    "email": "  Ana.Ruiz@Example.ES ",
    "country": "ES",
    "size": "250",
    "count": 3,
    "ratio": 0.5,
    "amount": Decimal("10.10"),
    "empty": "",
    "nothing": None,
    "yes": True,
    "tags": ("a", "b"),
    "day": date(2026, 3, 1),
    "moment": datetime(2026, 3, 1, 12, tzinfo=UTC),
    "text_moment": "2026-03-03T11:00:00Z",
    "teams": "Norte;Sur",
    "structure": {"a": 1},
    "naive": datetime(2026, 3, 1, 12),  # noqa: DTZ001 (a connector's mistake)
}

COMPUTED: list[tuple[str, Any]] = [
    ("LOWER(TRIM(email))", "ana.ruiz@example.es"),
    ('IF(IN(country, "ES", "MX"), "core", "other")', "core"),
    ('IF(country == "FR", "core")', None),
    ('IF(nothing == "x", "a", "b")', "b"),
    ('CASE(country, "FR", 1, "ES", 2, 0)', 2),
    ('CASE(country, "FR", 1, 0)', 0),
    ('CASE(country, "FR", 1)', None),
    ('CASE(nothing, "FR", 1, 9)', 9),
    ("COALESCE(nothing, empty, country)", "ES"),
    ('COALESCE(nothing, "")', ""),
    ("ISBLANK(empty)", True),
    ('ISBLANK("  ")', True),
    ("ISBLANK(country)", False),
    ("UPPER(country)", "ES"),
    ('CONCAT(country, "-", country)', "ES-ES"),
    ('country + "!"', "ES!"),
    ("LEFT(country, 1)", "E"),
    ("RIGHT(country, 1)", "S"),
    ("RIGHT(country, 9)", "ES"),
    ("LEFT(country, -1)", ""),
    ("LEN(country)", 2),
    ("LEN(tags)", 2),
    ('REPLACE(country, "S", "")', "E"),
    ('CONTAINS(email, "Ruiz")', True),
    ('CONTAINS(tags, "b")', True),
    ('STARTS_WITH(country, "E")', True),
    ('ENDS_WITH(country, "E")', False),
    ('SPLIT_PART(teams, ";", 2)', "Sur"),
    ('SPLIT_PART(teams, ";", -1)', "Sur"),
    ('SPLIT_PART(teams, ";", 3)', None),
    ("DOMAIN(email)", "example.es"),
    ('DOMAIN("https://www.example.com/x")', "example.com"),
    ('DOMAIN("nobody")', None),
    ("NUMBER(size) + 1", 251),
    ('NUMBER("2.5") * 2', 5.0),
    ("INTEGER(size)", 250),
    ('BOOLEAN("Yes")', True),
    ("TEXT(count)", "3"),
    ("TEXT(moment)", "2026-03-01T12:00:00Z"),
    ("TEXT(amount)", "10.10"),
    ("TEXT(yes)", "true"),
    ('DATE("2026-03-01")', date(2026, 3, 1)),
    ("DATE(moment)", date(2026, 3, 1)),
    ("DATETIME(text_moment)", datetime(2026, 3, 3, 11, tzinfo=UTC)),
    ("DAYS_BETWEEN(moment, text_moment)", 1),
    ('DAYS_BETWEEN(DATE("2026-03-01"), DATE("2026-02-27"))', -2),
    ("ROUND(2.5)", 3),
    ("ROUND(-2.5)", -3),
    ("ROUND(2.345, 2)", 2.35),
    ("ROUND(amount, 1)", Decimal("10.1")),
    ("MIN(3, count, 7)", 3),
    ("MAX(moment, DATETIME(text_moment))", datetime(2026, 3, 3, 11, tzinfo=UTC)),
    ("ABS(-count)", 3),
    ("count - 1 * 2", 1),
    ("count / 2", 1.5),
    ("count % 2", 1),
    ("amount * 2", Decimal("20.20")),
    ("amount + ratio", Decimal("10.60")),
    ("count > 2 and not (count > 3)", True),
    ("OR(count > 5, ratio <= 0.5)", True),
    ("AND(yes, NOT(yes))", False),
    ("true", True),
    ("null", None),
    ('FIELD("country") == "ES"', True),
    ("yes == true", True),
    ("day < DATE(text_moment)", True),
]


@pytest.mark.parametrize(("source", "result"), COMPUTED)
def test_an_expression_computes(source: str, result: Any) -> None:
    computed = compile_expression(source)(RECORD)
    assert computed == result
    assert type(computed) is type(result)


@pytest.mark.parametrize(
    ("source", "result"),
    [
        ("LOWER(nothing)", None),
        ("nothing + 1", None),
        ('nothing == "x"', None),
        ("not nothing", None),
        ('IN(nothing, "a")', None),
        ("false and nothing", False),
        ("nothing and false", False),
        ("nothing and true", None),
        ("nothing or true", True),
        ("nothing or false", None),
        ("LOWER(missing)", None),
        ("empty", None),
        ('CONCAT("a", empty)', None),
        ("-nothing", None),
        ("MAX(1, nothing)", None),
    ],
)
def test_null_makes_null_unless_the_rest_decides(source: str, result: bool | None) -> None:
    assert compile_expression(source)(RECORD) is result


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("size > 200", "cannot compare text with a number; convert with NUMBER(…)"),
        ('count == "3"', "cannot compare a number with text; convert with NUMBER(…)"),
        ('yes == "true"', "cannot compare true/false with text; convert with BOOLEAN(…)"),
        ("yes < yes", "cannot order true/false"),
        ("moment < naive", "cannot be computed from these values"),
        ("day < moment", "cannot compare a date with a date and time; convert with DATE(…)"),
        ("tags == tags", "cannot compare lists; use CONTAINS"),
        ("structure == structure", "cannot compare a structure with a structure"),
        ("size + 1", "can only calculate with numbers; convert texts with NUMBER(…)"),
        ("size * count", "can only calculate with numbers; convert texts with NUMBER(…)"),
        ("-size", "can only calculate with numbers; convert texts with NUMBER(…)"),
        ("country and yes", 'needs true/false here, not text; compare it, as in name == "true"'),
        ("count / 0", "divides by zero"),
        ("count % 0", "divides by zero"),
        ("NUMBER(country)", "has an argument that is not a number"),
        ("LOWER(count)", "LOWER cannot take a number here"),
        ("IN(count, country)", "cannot compare a number with text; convert with NUMBER(…)"),
        ("IN(yes, 1, 2)", "cannot compare true/false with a number"),
        ('REPLACE(country, "", "x")', "REPLACE needs a text to look for"),
        ("ROUND(ratio, 11)", "ROUND keeps 0 to 10 digits"),
        ("MAX(count, moment)", "MIN and MAX need values of one type"),
        ('DATETIME("2026-03-01T10:00:00")', "has an argument that has no time zone; declare `zone:`"),
    ],
)
def test_what_cannot_be_computed_says_why_without_quoting_values(source: str, why: str) -> None:
    with pytest.raises(ExpressionFailure) as failure:
        compile_expression(source)(RECORD)
    assert str(failure.value) == why
    assert not compile_expression(source).holds(RECORD)


TYPES: dict[str, FieldType | None] = {
    "email": FieldType.TEXT,
    "employees": FieldType.INTEGER,
    "won": FieldType.BOOLEAN,
    "since": FieldType.DATETIME,
    "birthday": FieldType.DATE,
    "tags": FieldType.LIST,
    "any": None,
}


@pytest.mark.parametrize(
    ("source", "line", "column", "message", "hint"),
    [
        ("emial", 1, 1, "unknown field 'emial'", "did you mean 'email'?"),
        ('"ñandú" + emial', 1, 11, "unknown field 'emial'", "did you mean 'email'?"),
        ("any == 1 and\n   emial == 2", 2, 4, "unknown field 'emial'", "did you mean 'email'?"),
        ("  emial", 1, 3, "unknown field 'emial'", "did you mean 'email'?"),
        ("LOWER", 1, 1, "unknown field 'LOWER'", "LOWER is a function: LOWER(…)"),
        ("LOWR(email)", 1, 1, "unknown function 'LOWR'", "did you mean 'LOWER'?"),
        ("lower(email)", 1, 1, "unknown function 'lower'", "did you mean 'LOWER'?"),
        ("any = 1", 1, 5, "use == to compare", ""),
        ("LEFT(email)", 1, 1, "LEFT(text, length) cannot take 1 argument", ""),
        ("ISBLANK(any, any)", 1, 1, "ISBLANK(value) cannot take 2 arguments", ""),
        ('employees > "5"', 1, 1, "cannot compare a number with text; convert with NUMBER(…)", ""),
        ("won > true", 1, 1, "cannot order true/false", ""),
        ("LOWER(employees)", 1, 7, "LOWER needs text here, not a number", ""),
        ("IF(email, 1, 2)", 1, 4, "needs true/false here, not text", ""),
        ("email and won", 1, 1, "needs true/false here, not text", ""),
        ("not employees", 1, 5, "needs true/false here, not a number", ""),
        ('IN(employees, "5")', 1, 15, "cannot compare a number with text; convert with NUMBER(…)", ""),
        ('CASE(employees, 1, 2, "3", 4)', 1, 23, "cannot compare a number with text; convert with NUMBER(…)", ""),
        ("since - since", 1, 1, "can only calculate with numbers", "use DAYS_BETWEEN(start, end)"),
        ("email * 3", 1, 1, "can only calculate with numbers", "convert texts with NUMBER(…)"),
        ('any == ""', 1, 1, "comparing with null or an empty text is always null", "use ISBLANK(value)"),
        ("any == None", 1, 1, "comparing with null or an empty text is always null", "use ISBLANK(value)"),
        ("1 < any < 3", 1, 1, "compare two values at a time", "join comparisons with and"),
        (
            "any is None",
            1,
            1,
            "this comparison is not part of the language",
            "use IN(value, option, …) or ISBLANK(value)",
        ),
        ("any if won else 1", 1, 1, "this is not part of the language", "write IF(condition, then, otherwise)"),
        ("any ** 2", 1, 1, "this operator is not part of the language", "use + - * / %"),
        ("~any", 1, 1, "this operator is not part of the language", "use - or not"),
        ("1 # one", 1, 3, "comments are not part of the language", "use a YAML comment"),
        ("FIELD(any)", 1, 1, "FIELD takes one field name, in quotes", 'FIELD("a.b")'),
        ("1e999", 1, 1, "the number is too large", ""),
        ("1000000000000000001", 1, 1, "the number is too large", ""),
        ("1j", 1, 1, "this kind of literal is not part of the language", ""),
        ("", 1, 1, "the expression is empty", ""),
    ],
)
def test_a_wrong_expression_is_refused_at_its_place(
    source: str, line: int, column: int, message: str, hint: str
) -> None:
    """I15."""
    with pytest.raises(ExpressionError) as error:
        compile_expression(source, TYPES)
    assert (error.value.line, error.value.column, error.value.message, error.value.hint) == (
        line,
        column,
        message,
        hint,
    )


@pytest.mark.parametrize(
    "source",
    [
        "().__class__",
        "email.upper()",
        "email[0]",
        "[x for x in email]",
        "{1: 2}",
        "{1, 2}",
        "(1, 2)",
        "lambda: 1",
        "(lambda: 1)()",
        "f'{email}'",
        "(x := 1)",
        "LOWER(*email)",
        "LOWER(text=email)",
        "LOWER(email)(1)",
        "__import__('os')",
        "1 << 60",
        "9 // 2",
        "1 if 1 else 2",
        "await email",
        "yield",
        "...",
        "b'x'",
        "email @ email",
        "`x`",
        "import os",
        "a; b",
        "\x00",
        "\ud800",
        r"'\d'",
        "(" * 300,
        "not " * 400 + "won",
        "-" * 1900 + "1",
        "1" + "+1" * 300,
        '"' + "a" * 2_000 + '"',
        "IF(won," * 60 + "1" + ")" * 60,
    ],
)
def test_nothing_outside_the_language_compiles(source: str) -> None:
    with pytest.raises(ExpressionError):
        compile_expression(source, TYPES | {"x": None, "a": None, "b": None})


@pytest.mark.parametrize(
    "source",
    [
        'REPLACE(REPLACE(big, "a", "aaaaaaaaaa"), "a", "aaaaaaaaaa")',
        "CONCAT(big, big)",
        "big + big",
        "big",
        "UPPER(sharp)",
        "99999999999999999 * 99999999999999999 * 99999999999999999",
        "999999999.5 * 1e18 * 1e18",
    ],
)
def test_no_result_grows_beyond_bounds(source: str) -> None:
    values = {"big": "a" * 10_001 if source == "big" else "a" * 6_000, "sharp": "ß" * 6_000}
    with pytest.raises(ExpressionFailure):
        compile_expression(source)(values)


def test_no_part_is_computed_twice() -> None:
    """Otherwise nesting would make the cost of a call exponential in the size of its source."""
    reads: list[str] = []

    class Watched(dict[str, Any]):
        def get(self, key: str, default: Any = None) -> Any:
            reads.append(key)
            return super().get(key, default)

    source = 'CASE(CASE(CASE(x, "b", 1, "a", 2, 3), 1, "p", 2, "q", "r"), "p", 1, "q", IF(IN(x, y, z), x, z))'
    assert compile_expression(source)(Watched(x="a", y="b", z="c")) == "c"
    assert sorted(reads) == ["x", "x", "y", "z", "z"]


def test_only_the_chosen_branch_is_computed() -> None:
    assert compile_expression("IF(true, 1, 1 / 0)")({}) == 1
    assert compile_expression("COALESCE(1, 1 / 0)")({}) == 1
    assert compile_expression("false and 1 / 0 > 1")({}) is False
    assert compile_expression('CASE("a", "a", 1, "b", 1 / 0)')({}) == 1


def test_an_expression_tells_the_fields_it_reads_and_what_it_gives() -> None:
    expression = compile_expression('IF(b == "x", LOWER(a), FIELD("c.d"))')
    assert expression.fields == ("b", "a", "c.d")
    assert compile_expression("LEN(a)").family == "a number"


def test_a_condition_must_be_true_or_false() -> None:
    with pytest.raises(ExpressionError, match="a condition must be true/false; this is text"):
        compile_expression("LOWER(a)", condition=True)
    assert compile_expression("a", condition=True).holds({"a": True})


def test_null_is_not_true() -> None:
    assert not compile_expression("a == 1", condition=True).holds({})
