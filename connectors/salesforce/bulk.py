"""Reads all records of a large object by the Bulk API 2.0: one job, its result page by page, in the order of ids.

Sources: developer.salesforce.com/docs/platform/api-asynch/guide (query jobs). What a job leaves out, because it failed, was cut
short, or took too long, is read without it: the caller goes on behind the last id.
"""

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from connectors.base import Selection
from connectors.http import Declined, Request
from connectors.salesforce.account import ROOT, Account
from connectors.salesforce.cursor import Backfill
from connectors.salesforce.fields import types
from connectors.salesforce.objects import KINDS
from connectors.salesforce.records import Raw, asked
from connectors.salesforce.signals import Forbidden
from connectors.salesforce.soql import select

JOBS = f"{ROOT}/jobs/query"
RESULT_PAGE = 10_000
LONGEST_PAUSE = 30.0
LAST = "null"
"""The locator that stands for the end."""

Cell = Callable[[str], Any]
_BOOLEANS = {"true": True, "false": False}
_CELLS: Mapping[str, Cell] = {
    "boolean": lambda text: _BOOLEANS.get(text, text),
    "int": int,
    "long": int,
    "double": float,
    "currency": float,
    "percent": float,
    "datetime": lambda text: text.removesuffix("Z") + "+0000",
}
"""How to read what bulk results write otherwise than JSON does, by the field's type; an empty cell is a null."""


class Unusable(Exception):
    """The job will not give what it was made for."""


def started(account: Account, selection: Selection, at: Backfill) -> Backfill:
    """The position with a job to read from; without one, where Salesforce will not run it (objects and fields differ in this)."""
    kind = KINDS[selection.object]
    live = ("IsDeleted = false",) if kind.deletable else ()
    query = select(selection.object, asked(selection), live, "Id")
    try:
        job = account.api.call(Request("POST", JOBS, body={"operation": "queryAll", "query": query})).data["id"]
    except (Declined, Forbidden, KeyError):
        return at
    return Backfill(at.started, job=str(job))


def results(account: Account, selection: Selection, at: Backfill) -> Iterator[tuple[list[Raw], Backfill]]:
    """Pages of records with the position after each, and pages without while the job runs. Raises `Unusable`."""
    yield from (([], at) for _ in _waited(account, at.job))
    cells = {name: _CELLS.get(type_, str) for name, type_ in types(account, selection.object).items()}
    locator = at.locator
    while locator != LAST:
        rows, locator = _page(account, at.job, locator, cells)
        ids = [row["Id"] for row in rows]
        if ids != sorted(ids) or (ids and ids[0] <= at.after):
            raise Unusable("the result is not in the order of ids")
        at = Backfill(at.started, ids[-1] if ids else at.after, at.job, locator)
        yield rows, at
    with suppress(Declined, Forbidden):
        account.api.call(Request("DELETE", f"{JOBS}/{{job}}", {"job": at.job}))


def _waited(account: Account, job: str) -> Iterator[None]:
    """Something each time the job is found unfinished, until it is complete. Raises `Unusable`."""
    since, pause = account.now(), 1.0
    while (state := _state(account, job)) != "JobComplete":
        if state in ("Failed", "Aborted"):
            raise Unusable(f"the job is {state}")
        if account.now() - since >= account.options.bulk_deadline:
            with suppress(Declined, Forbidden):
                account.api.call(Request("PATCH", f"{JOBS}/{{job}}", {"job": job}, body={"state": "Aborted"}))
            raise Unusable("the job takes too long")
        yield
        account.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE)


def _state(account: Account, job: str) -> str:
    try:
        return str(account.api.call(Request("GET", f"{JOBS}/{{job}}", {"job": job})).data.get("state"))
    except Declined as declined:
        raise Unusable("the job is gone") from declined


def _page(account: Account, job: str, locator: str, cells: Mapping[str, Cell]) -> tuple[list[Raw], str]:
    query = (("maxRecords", str(RESULT_PAGE)), *((("locator", locator),) if locator else ()))
    request = Request("GET", f"{JOBS}/{{job}}/results", {"job": job}, query, opens=b'"Id"')
    try:
        reply = account.api.call(request)
    except Declined as declined:
        raise Unusable("the result is gone") from declined
    return _rows(reply.file, cells), reply.headers.get("sforce-locator", LAST)


def _rows(file: bytes, cells: Mapping[str, Cell]) -> list[Raw]:
    """The result's records. Raises `Unusable` for a file that is no table."""
    try:
        lines = csv.reader(io.StringIO(file.decode(), newline=""), strict=True)
        columns = [(name, cells.get(name, str)) for name in next(lines)]
        return [{name: _read(cell, text) for (name, cell), text in zip(columns, line, strict=True)} for line in lines]
    except (ValueError, csv.Error) as broken:
        raise Unusable("the result is no table") from broken


def _read(cell: Cell, text: str) -> Any:
    """The value; a text that is none of its type stays one, so that its record is rejected, and no other."""
    try:
        return cell(text) if text else None
    except ValueError:
        return text
