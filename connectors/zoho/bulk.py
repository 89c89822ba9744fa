"""Reads all records of a module by bulk jobs: 200,000 a job for 50 credits, a zip with one CSV.

Sources: zoho.com/crm/developer/docs/api/v8/bulk-read/overview.html and …/limitations.html. A job that fails, does not end or
gives fewer records than were counted leaves the module to lists, which know no such limits.
"""

import csv
import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Any, NamedTuple

from connectors.base import Change, Later, Selection
from connectors.http import Declined, Request
from connectors.zoho.account import BULK, Account
from connectors.zoho.counts import count
from connectors.zoho.cursor import Bulk
from connectors.zoho.listing import present
from connectors.zoho.modules import ACTIVITIES, CONVERTED, CONVERTED_CONTACT, MODIFIED, asked
from connectors.zoho.records import Raw
from connectors.zoho.stages import changes

ROWS = 1_000
MOST_FIELDS = 200
DEADLINE = 1_800.0
"""Seconds that a pull waits for one job; the next pull goes on waiting for the same."""

ZIP = b"PK"


class Unfinished(Exception):
    """The job cannot give the records; lists can."""


class Result(NamedTuple):
    """A finished job: whether there is a further page, and its zip."""

    more: bool
    file: bytes


def fits(selection: Selection) -> bool:
    """Whether a job can give what is selected: it tells neither an activity's module nor more of a lookup than its id."""
    plain = all("." not in name for name in selection.fields)
    return plain and len(asked(selection)) <= MOST_FIELDS and not (selection.object in ACTIVITIES and selection.links)


def bulk(account: Account, selection: Selection, at: Bulk) -> Iterator[tuple[list[Change], Bulk]]:
    """Changes with the position after them. Raises `Unfinished`."""
    while True:
        if not at.job:
            at = replace(at, job=_created(account, selection, at))
            yield [], at
        result = _result(account, at)
        names = _names(selection, converted=at.converted)
        for rows in _rows(selection.object, names, result.file, at.done):
            at = replace(at, done=at.done + len(rows))
            yield changes(account, selection, rows), at
        at = replace(at, job="", page=at.page + 1, done=0, given=at.given + at.done)
        if result.more:
            continue
        if not at.converted and at.given < min(at.expected, count(account, selection.object)):
            raise Unfinished
        if at.converted or selection.object != "Leads" or not count(account, "Leads", where=f"{CONVERTED} = true"):
            return
        at = replace(at, page=1, converted=True)


def _names(selection: Selection, *, converted: bool) -> tuple[str, ...]:
    return (MODIFIED, CONVERTED, CONVERTED_CONTACT) if converted else asked(selection)


def _created(account: Account, selection: Selection, at: Bulk) -> str:
    query: dict[str, Any] = {
        "module": {"api_name": selection.object},
        "fields": list(_names(selection, converted=at.converted)),
        "page": at.page,
    }
    if at.converted:
        query["criteria"] = {"field": {"api_name": CONVERTED}, "comparator": "equal", "value": True}
    request = Request("POST", BULK + "/read", body={"query": query}, promises="data", each=frozenset({"details"}))
    try:
        return str(account.api.call(request).data["data"][0]["details"]["id"])
    except (Declined, LookupError) as error:
        raise Unfinished from error


def _result(account: Account, at: Bulk) -> Result:
    """Wait for the job, and fetch what it gives."""
    waited, pause = 0.0, 1.0
    request = Request("GET", BULK + "/read/{id}", {"id": at.job}, promises="data", each=frozenset({"state"}))
    try:
        while (job := account.api.call(request).data["data"][0])["state"] != "COMPLETED":
            if job["state"] == "FAILURE":
                raise Unfinished
            if waited >= DEADLINE:
                raise Later("Zoho CRM's bulk read is not done yet.", 300)
            account.ports.sleep(pause)
            waited, pause = waited + pause, min(pause * 2, 30.0)
        fetch = Request("GET", BULK + "/read/{id}/result", {"id": at.job}, opens=ZIP)
        return Result(bool(job["result"]["more_records"]), account.api.call(fetch).file)
    except (Declined, LookupError) as error:
        raise Unfinished from error


def _rows(object_: str, names: tuple[str, ...], file: bytes, done: int) -> Iterator[list[Raw]]:
    """The CSV's rows behind the first `done`, some at a time: the text is never whole in memory."""
    try:
        with zipfile.ZipFile(io.BytesIO(file)) as archive, archive.open(archive.namelist()[0]) as packed:
            lines = csv.reader(io.TextIOWrapper(packed, "utf-8", newline=""))
            header = ["id", *next(lines, ["Id"])[1:]]
            rest = islice(lines, done, None)
            while some := list(islice(rest, ROWS)):
                rows: list[Raw] = [dict(zip(header, (value or None for value in line), strict=True)) for line in some]
                present(object_, names, rows)
                yield rows
    except (zipfile.BadZipFile, IndexError, ValueError) as error:
        raise Unfinished from error
