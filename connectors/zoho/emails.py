"""E-mails, which Zoho CRM lists record by record only: a call for each lead or contact that something was done with.

Which those are is asked by Last_Activity_Time, since an e-mail does not modify its record. Source:
zoho.com/crm/developer/docs/api/v8/get-email-rel-list.html.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from connectors.base import Change, Field, FieldKind, Page, Schema, Selection, Window
from connectors.http import Declined, Request
from connectors.zoho.account import RECORDS, Account, more
from connectors.zoho.cursor import Mails, dump
from connectors.zoho.listing import batches, query
from connectors.zoho.records import Raw, gone, moment, stamp

EMAILS = "Emails"
PARENTS = ("Leads", "Contacts")
ACTIVE = "Last_Activity_Time"
FIELDS: Mapping[str, FieldKind] = {
    "subject": FieldKind.TEXT,
    "from": FieldKind.TEXT,
    "to": FieldKind.TEXT,
    "time": FieldKind.DATETIME,
    "sent": FieldKind.BOOLEAN,
    "source": FieldKind.TEXT,
    "status": FieldKind.TEXT,
    "owner": FieldKind.TEXT,
}
RECORDS_A_PAGE = 25
ROWS = 200
"""Rows of a query that still costs one credit."""

SETTLED = 30
LATE = 86_400
"""Seconds before the last look from which a record's e-mails are read again: a mailbox may be synchronised late."""


def emails(account: Account, selection: Selection, since: Mails | None) -> Iterator[Page]:
    """The e-mails of records with activity since that position; at first, since `emails_for` ago."""
    edges = dict(since.edges) if since else {}
    for parent in PARENTS:
        begun = edges.get(parent)
        at = account.seconds() - int(account.options.emails_for.total_seconds()) if begun is None else begun
        horizon, settled = at - (LATE if begun is not None else 0), at
        for active in _active(account, parent, at):
            settled = account.seconds() - SETTLED
            for ids in batches(active.ids, RECORDS_A_PAGE):
                changes = [mail for id_ in ids for mail in _mails(account, selection, parent, id_, horizon)]
                if changes:
                    yield Page(changes, dump(Mails(edges)))
            edges = {**edges, parent: max(at, min(active.upto, settled))}
        edges = {**edges, parent: max(at, settled)}
    yield Page((), dump(Mails(edges)), last=True)


def read(account: Account, selection: Selection, ids: Sequence[str]) -> list[Change]:
    """The named e-mails: a call or more for each record they hang on."""
    found: dict[str, Change] = {}
    for home in dict.fromkeys(id_.rpartition(":")[0] for id_ in ids):
        parent, _, record = home.partition(":")
        if parent in PARENTS and record.isdecimal():
            found.update((mail.id, mail) for mail in _mails(account, selection, parent, record, 0))
    return [found.get(id_) or gone(EMAILS, id_, account.told.now()) for id_ in ids]


def count(account: Account, window: Window) -> int:
    """Zoho has no number of them: they are read and counted, as far back as `emails_for`."""
    pages = emails(account, Selection(EMAILS, ()), None)
    return sum(
        (window.since is None or mail.modified >= window.since)
        and (window.until is None or mail.modified < window.until)
        for page in pages
        for mail in page.changes
    )


def describe() -> Schema:
    """The same for every organisation."""
    return Schema(EMAILS, {name: Field(name, name, kind, writable=False) for name, kind in FIELDS.items()})


class Active(NamedTuple):
    """Records with activity; once they are read, everything before `upto` (epoch seconds) is."""

    ids: list[str]
    upto: int


def _active(account: Account, parent: str, at: int) -> Iterator[Active]:
    """Records of which the last activity is at or after `at`, by time; a second with more than a page is drained by id."""
    going_on = True
    while going_on:
        text = f"select id, {ACTIVE} from {parent} where {ACTIVE} >= '{stamp(at)}' order by {ACTIVE} asc, id asc limit {ROWS}"  # noqa: S608
        rows, going_on = query(account, text, "id", ACTIVE)
        times = [int(moment(row[ACTIVE]).timestamp()) for row in rows]
        if not going_on:
            yield Active([str(row["id"]) for row in rows], times[-1] if times else at)
        elif times[-1] > at:
            yield Active([str(row["id"]) for row, time in zip(rows, times, strict=True) if time < times[-1]], times[-1])
            at = times[-1]
        else:
            yield from (Active(ids, at) for ids in _drained(account, parent, at))
            at += 1


def _drained(account: Account, parent: str, at: int) -> Iterator[list[str]]:
    last, going_on = "0", True
    while going_on:
        where = f"{ACTIVE} = '{stamp(at)}' and id > {last}"
        rows, going_on = query(account, f"select id from {parent} where {where} order by id asc limit {ROWS}", "id")  # noqa: S608
        ids = [str(row["id"]) for row in rows]
        yield ids
        last, going_on = (ids[-1], going_on) if ids else (last, False)


def _mails(account: Account, selection: Selection, parent: str, record: str, horizon: int) -> Iterator[Change]:
    """A record's e-mails, newest first, to the page that ends before `horizon`; none of a record that is gone meanwhile."""
    index, going_on = "", True
    while going_on:
        request = Request(
            "GET",
            RECORDS + "/{id}/Emails",
            {"object": parent, "id": record},
            (("index", index),) if index else (),
            promises="Emails",
            each=frozenset({"message_id", "time"}),
        )
        try:
            reply = account.api.call(request)
        except Declined as declined:
            if declined.code != "INVALID_DATA":
                raise
            return
        found = [_mail(selection, parent, record, row) for row in reply.data.get("Emails", [])]
        yield from (mail for mail in found if mail.modified.timestamp() >= horizon)
        older = not found or found[-1].modified.timestamp() < horizon
        going_on = more(reply) and not older
        index = str((reply.data.get("info") or {}).get("next_index") or "")


def _mail(selection: Selection, parent: str, record: str, row: Raw) -> Change:
    at = moment(row["time"])
    status = _text(row.get("status"), "type")
    told: dict[str, Any] = {
        **{name: row.get(name) for name in ("subject", "time", "sent", "source")},
        "from": _text(row.get("from"), "email"),
        "to": _text(row.get("to"), "email"),
        "status": status,
        "owner": _text(row.get("owner"), "id"),
    }
    return Change(
        EMAILS,
        f"{parent}:{record}:{row['message_id']}",
        f"{stamp(at)} {status or ''}",
        at,
        {name: told.get(name) for name in selection.fields},
        {other: (record,) if other == parent else () for other in selection.links},
    )


def _text(value: Any, part: str) -> str | None:
    """That part of one item, or of each of several."""
    items = value if isinstance(value, list) else [value]
    return ";".join(str(item[part]) for item in items if isinstance(item, dict) and item.get(part)) or None
