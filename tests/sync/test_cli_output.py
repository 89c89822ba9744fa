"""Results: JSON with a schema, CSV without formulas, text without control characters."""

import csv
import io
import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.cli.output import Format, Table, as_json, cell, plain, print_table


def test_json_carries_its_schema_and_exact_values() -> None:
    """Times in UTC, durations in seconds, money as text."""
    at = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
    body = {"at": at, "span": timedelta(minutes=2), "amount": Decimal("18400.10"), "day": date(2026, 1, 2)}
    assert json.loads(as_json("run", body)) == {
        "schema": "relevo/run@1",
        "at": "2026-11-24T06:00:00Z",
        "span": 120.0,
        "amount": "18400.10",
        "day": "2026-01-02",
    }


@pytest.mark.parametrize("text", ["=1+1", "+34 600 000 000", "-1", "@SUM(A1)", "\t=1"])
def test_a_csv_cell_cannot_become_a_formula(text: str) -> None:
    """Text that a spreadsheet would run is led by an apostrophe."""
    assert cell(text) == f"'{text}"


@given(st.text())
def test_no_text_cell_starts_like_a_formula(text: str) -> None:
    """Whatever the CRM holds."""
    assert not cell(text).startswith(("=", "+", "-", "@", "\t", "\r"))


def test_numbers_in_csv_stay_numbers() -> None:
    """A negative number is a number, not a formula."""
    assert [cell(value) for value in (-5, -1.5, Decimal("-2.10"), True, None)] == ["-5", "-1.5", "-2.10", "true", ""]


@given(st.lists(st.tuples(st.text(st.characters(exclude_categories=["Cs"])), st.integers())))
def test_csv_comes_back_row_for_row(rows: list[tuple[str, int]]) -> None:
    """Quotes, commas and line ends inside a cell survive."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    for row in rows:
        writer.writerow([cell(value) for value in row])
    read = list(csv.reader(io.StringIO(written.getvalue(), newline="")))
    assert [int(row[1]) for row in read if row] == [n for _, n in rows]


@given(st.text())
def test_text_for_people_holds_no_control_character(text: str) -> None:
    """No record can move the cursor, colour the screen or forge a line."""
    assert not any(ord(c) < 32 or 127 <= ord(c) < 160 for c in plain(text))


def _table() -> Table:
    return Table("things", ("name", "n"), [("=x", 1), ("[bold]y", 2)], right=frozenset({"n"}))


def test_each_form_shows_the_same_rows(capsys: pytest.CaptureFixture[str]) -> None:
    """One table, four forms."""
    print_table(_table(), Format.JSON)
    assert json.loads(capsys.readouterr().out) == {
        "schema": "relevo/things@1",
        "rows": [{"name": "=x", "n": 1}, {"name": "[bold]y", "n": 2}],
    }
    print_table(_table(), Format.JSONL)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["n"] for line in lines] == [1, 2]
    assert {line["schema"] for line in lines} == {"relevo/things@1"}
    print_table(_table(), Format.CSV)
    assert capsys.readouterr().out == "name,n\n'=x,1\n[bold]y,2\n"
    print_table(_table(), Format.TEXT)
    assert capsys.readouterr().out.split() == ["NAME", "N", "=x", "1", "[bold]y", "2"]


def test_a_long_value_is_not_folded_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    """`relevo … | grep` finds whole values."""
    print_table(Table("t", ("a", "b"), [("x" * 300, "end")]), Format.TEXT)
    assert any(
        line.startswith("x" * 300) and line.rstrip().endswith("end") for line in capsys.readouterr().out.splitlines()
    )
