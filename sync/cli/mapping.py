"""`relevo mapping`."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from connectors.base import Change
from mapping.compiled import FieldTrace, Mapped, ObjectMapping, Skipped, Unmappable
from sync.app import App
from sync.cli.errors import Exit, Failure
from sync.cli.options import Command, Group, output_option
from sync.cli.output import Format, Table, plain, print_json, print_table
from sync.cli.session import application, known
from sync.cli.work import working
from sync.pull import selection


@click.group(cls=Group)
def mapping() -> None:
    """List the mappings, or try one on a record."""


@mapping.command("list", cls=Command, examples=["relevo mapping list", "relevo mapping list -o json"])
@output_option(Format.JSON, Format.JSONL, Format.CSV)
@click.pass_context
def list_(ctx: click.Context, fmt: Format) -> None:
    """List the objects that are read, what each becomes, and which CRM fields are written back to it."""
    with application(ctx) as app:
        rows = [
            (name, m.kind.value, len(m.raw_fields), len(m.field_types), ", ".join(m.written))
            for name, m in _all(app).items()
        ]
    columns = ("object", "as", "reads", "fields", "writes")
    print_table(Table("mappings", columns, rows, right=frozenset({"reads", "fields"})), fmt)


@mapping.command(
    cls=Command,
    examples=["relevo mapping test contacts --record ana.json", "relevo mapping test hubspot.contacts --record 101"],
)
@click.argument("name", metavar="OBJECT")
@click.option(
    "--record", required=True, metavar="FILE|ID", help="A JSON file, or the id of a record to read from the CRM."
)
@output_option(Format.JSON)
@click.pass_context
def test(ctx: click.Context, name: str, record: str, fmt: Format) -> Exit:
    """Try OBJECT's mapping on one record: each field's raw value and what becomes of it, or why nothing does.

    FILE holds the record as the CRM gives it: {"id": "101", "properties": {"email": "ana@bodegas.es"}}.
    """
    file = Path(record)
    if file.is_file():
        with application(ctx) as app:
            tried = _named(app, name)
            change = _from_file(file, tried, app.now())
    else:
        with working(ctx) as work:
            tried = _named(work.app, name)
            change = _from_crm(work.app, tried, record)
    outcome, traces = tried.inbound(change), tried.explain(change)
    if fmt is Format.JSON:
        print_json("mapping-test", {"object": _name(tried), **_said(outcome), "fields": [_trace(t) for t in traces]})
    else:
        rows = [(t.field, _quoted(t.raw), f"✗ {t.problem}" if t.problem else _quoted(t.result), t.how) for t in traces]
        print_table(Table("mapping-test", ("field", "raw", "result", "how"), rows), fmt)
        click.echo(f"\n{_sentence(outcome)}")
    return Exit.REJECTED if isinstance(outcome, Unmappable) else Exit.OK


def _all(app: App) -> dict[str, ObjectMapping]:
    return {_name(m): m for objects in app.mappings.values() for m in objects.values()}


def _name(tried: ObjectMapping) -> str:
    return f"{tried.connection}.{tried.object}"


def _named(app: App, name: str) -> ObjectMapping:
    """`hubspot.contacts`, or `contacts` where only one connection has it."""
    everything = _all(app)
    short = [m for m in everything.values() if m.object == name]
    if len(short) == 1:
        return short[0]
    if len(short) > 1:
        raise Failure(f"Which {name}? There are: {', '.join(map(_name, short))}.")
    return everything[known("object", name, everything)]


def _from_file(file: Path, tried: ObjectMapping, now: datetime) -> Change:
    try:
        record: Any = json.loads(file.read_text(encoding="utf-8"))
        fields = dict(record.get("properties") or record.get("fields") or {})
        return Change(tried.object, str(record["id"]), "", _modified(record, now), fields)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Failure(f'{file} is not a record. Write it like {{"id": "1", "properties": {{…}}}}.') from error


def _modified(record: dict[str, Any], now: datetime) -> datetime:
    text = record.get("updatedAt")
    at = datetime.fromisoformat(text) if isinstance(text, str) else now
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _from_crm(app: App, tried: ObjectMapping, id_: str) -> Change:
    found = app.connector(tried.connection).read(selection(tried), [id_])
    if not found or found[0].deleted:
        raise Failure(f"{_name(tried)} has no record {id_!r}, and there is no file of that name.")
    return found[0]


def _said(outcome: Mapped | Skipped | Unmappable) -> dict[str, object]:
    match outcome:
        case Mapped(facts):
            kinds = [{"kind": f.kind.value, "object": f.ref.object, "id": f.ref.id} for f in facts]
            return {"outcome": "mapped", "facts": kinds}
        case Skipped(reason):
            return {"outcome": "skipped", "reason": reason}
        case Unmappable(problems):
            told = [{"field": p.field, "raw": p.raw, "reason": p.reason} for p in problems]
            return {"outcome": "rejected", "problems": told}


def _sentence(outcome: Mapped | Skipped | Unmappable) -> str:
    match outcome:
        case Mapped(facts):
            return "Mapped: " + ", ".join(f"{f.kind.value} ({f.ref.object} {plain(f.ref.id)})" for f in facts)
        case Skipped(reason):
            return f"Skipped: {reason}"
        case Unmappable(problems):
            return "Rejected: " + "; ".join(f"{p.field} {p.reason}" for p in problems)


def _trace(trace: FieldTrace) -> dict[str, object]:
    return {
        "field": trace.field,
        "raw": trace.raw,
        "result": list(trace.result) if isinstance(trace.result, tuple) else trace.result,
        "how": trace.how,
        "problem": trace.problem,
    }


def _quoted(value: object) -> str:
    if value is None:
        return "(empty)"
    return f'"{plain(value)}"' if isinstance(value, str) else plain(value)
