"""Reading records: lists with pages, one record, and the deleted ones.

zoho.com/crm/developer/docs/api/v8/get-records.html and …/get-deleted-records.html.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sandbox.common.wire import Answer, ok
from sandbox.zoho.call import MOST_PER_PAGE, Call, nothing
from sandbox.zoho.errors import bad, invalid_id, invalid_param
from sandbox.zoho.paging import FIRST_RECORDS, MOST_RECORDS, Position, too_far, too_far_without_token
from sandbox.zoho.rows import all_names, row, shape
from sandbox.zoho.store import Grave, Record, RecordId, Store
from sandbox.zoho.times import Seconds

MOST_FIELDS = 50
_FEW = 5_000
"""So few changed records are sorted; more are found by walking the order asked for."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a list asks, apart from its page."""

    sort_by: str
    descending: bool
    since: Seconds | None
    converted: str
    ids: frozenset[str]

    def fits(self, record: Record) -> bool:
        """Whether the record belongs to the list."""
        if self.since is not None and record.modified <= self.since:
            return False
        if self.ids and str(record.id) not in self.ids:
            return False
        return self.converted == "both" or record.converted == (self.converted == "true")

    def key(self, record: Record) -> tuple[int, int]:
        """Where the record stands."""
        if self.sort_by == "id":
            return 0, record.id
        return (record.modified if self.sort_by == "Modified_Time" else record.created), record.id


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of the list is asked for: after a key, or after so many records."""

    number: int
    size: int
    after: tuple[int, int] | None = None
    skip: int = 0
    delivered: int = 0


def list_records(call: Call) -> Answer:
    """`GET /{module}`: 200 with data and info, 204 when there is nothing, 304 when nothing was modified."""
    org, store = call.org, call.store
    call.allow("View")
    wanted = shape(org, call.module, _fields(call))
    question = _question(call)
    asked = _asked(call)
    page = _page(call, asked)
    found = list(islice(_walk(store, question, page), page.skip, page.skip + page.size + 1))
    if not found:
        unmodified = question.since is not None and page.number == 1
        return Answer(304) if unmodified else nothing()
    shown, more = found[: page.size], len(found) > page.size
    info = {
        "call": False,
        "email": False,
        "per_page": page.size,
        "count": len(shown),
        "page": page.number,
        "sort_by": question.sort_by,
        "sort_order": "desc" if question.descending else "asc",
        "more_records": more,
        **_token(call, asked, page, question.key(shown[-1]), len(shown), more),
    }
    return ok({"data": [row(record, wanted) for record in shown], "info": info})


def read_record(call: Call) -> Answer:
    """`GET /{module}/{id}`: every field unless `fields` names some; 204 for a converted lead that is not asked for as one."""
    org, module = call.org, call.module
    call.allow("View")
    if not call.params["id"].isdecimal():
        raise invalid_id()
    record = call.store.get(call.params["id"])
    if record is None or (record.converted and call.choice("converted", "false", "true", "both") == "false"):
        return nothing()
    since = call.after()
    if since is not None and record.modified <= since:
        return Answer(304)
    names = _fields(call) if "fields" in call.query else all_names(module)
    told = row(record, shape(org, module, names))
    if module.converts:
        told["$converted"] = record.converted
        if record.converted:
            told["$converted_detail"] = _converted_detail(record)
    return ok({"data": [told]})


def count_records(call: Call) -> Answer:
    """`GET /{module}/actions/count`: converted leads are not counted."""
    call.allow("View")
    store = call.store
    hidden = sum(record.converted for record in store.live.values()) if call.module.converts else 0
    return ok({"count": len(store.live) - hidden})


def list_deleted(call: Call) -> Answer:
    """`GET /{module}/deleted`: newest first."""
    since = call.after()
    call.allow("View")
    kind = call.one("type", "all")
    if kind not in {"all", "recycle", "permanent"}:
        raise bad("PATTERN_NOT_MATCHED", "Please check whether the input values are correct", param_name="type")
    size, number = call.number("per_page", MOST_PER_PAGE, MOST_PER_PAGE), call.number("page", 1, 2**31)
    graves = [
        grave
        for grave in call.store.graves.values()
        if (kind == "all" or grave.permanent == (kind == "permanent")) and (since is None or grave.at > since)
    ]
    graves.sort(key=lambda grave: (-grave.at, -grave.id))
    shown = graves[(number - 1) * size : number * size]
    if not shown:
        return nothing()
    info = {"per_page": size, "count": len(shown), "page": number, "more_records": len(graves) > number * size}
    return ok({"data": [_grave(call, grave) for grave in shown], "info": info})


def _fields(call: Call) -> list[str]:
    names = [name for name in call.one("fields").split(",") if name]
    if not names:
        raise bad("REQUIRED_PARAM_MISSING", "required param is missing", param_name="fields")
    if len(names) > MOST_FIELDS:
        raise bad("LIMIT_EXCEEDED", "limit exceeded", limit=MOST_FIELDS, param_name="fields")
    return names


def _question(call: Call) -> Question:
    unknown = next((name for name in ("cvid", "territory_id", "filters") if name in call.query), None)
    if unknown is not None:
        raise invalid_param(unknown)
    return Question(
        call.choice("sort_by", "id", "Created_Time", "Modified_Time"),
        call.choice("sort_order", "desc", "asc") == "desc",
        call.after(),
        call.choice("converted", "false", "true", "both"),
        frozenset(one for one in call.one("ids").split(",") if one),
    )


def _asked(call: Call) -> str:
    """Everything that a page token is bound to: who asks, for what, how."""
    given = {name: values[-1] for name, values in call.query.items() if name not in {"page", "page_token"}}
    since = call.headers.get(b"if-modified-since", b"").decode("latin-1")
    return f"{call.module.api_name} {since} {sorted(given.items())}"


def _page(call: Call, asked: str) -> Page:
    size, token = call.number("per_page", MOST_PER_PAGE, MOST_PER_PAGE), call.one("page_token")
    if token and "page" in call.query:
        ambiguous = [{"param_name": "page"}, {"param_name": "page_token"}]
        raise bad("AMBIGUITY_DURING_PROCESSING", "Ambiguity while processing the request", ambiguity_due_to=ambiguous)
    if token:
        at = call.org.pages.redeem(token, asked, call.org.now())
        if at.delivered + size > MOST_RECORDS:
            raise too_far()
        return Page(at.page, size, after=at.key, delivered=at.delivered)
    number = call.number("page", 1, 2**31)
    if number * size > FIRST_RECORDS:
        raise too_far_without_token()
    return Page(number, size, skip=(number - 1) * size, delivered=(number - 1) * size)


def _walk(store: Store, question: Question, page: Page) -> Iterator[Record]:
    """The list's records in order from the page's key on."""
    candidates = None if question.since is None else store.modified_since(question.since, _FEW)
    if candidates is not None:
        yield from _sorted(candidates, question, page)
        return
    down, after = question.descending, page.after
    if question.sort_by == "id":
        edge = None if after is None else RecordId(after[1])
        ids = store.ids(None, edge, reverse=True) if down else store.ids(edge, None, reverse=False)
    else:
        order = store.by_modified if question.sort_by == "Modified_Time" else store.by_created
        ids = order.walk(None, after, reverse=True) if down else order.walk(after, None, reverse=False)
    for id_ in ids:
        record = store.live[id_]
        if question.fits(record):
            yield record


def _sorted(candidates: list[Record], question: Question, page: Page) -> Iterator[Record]:
    for record in sorted(candidates, key=question.key, reverse=question.descending):
        key = question.key(record)
        passed = page.after is not None and (key >= page.after if question.descending else key <= page.after)
        if not passed and question.fits(record):
            yield record


def _token(call: Call, asked: str, page: Page, key: tuple[int, int], shown: int, more: bool) -> dict[str, Any]:
    """The page tokens in an info block; a last page has none."""
    if not more:
        return {"next_page_token": None, "previous_page_token": None, "page_token_expiry": None}
    expires = Seconds(call.org.now() + call.org.settings.page_token_life_s)
    here = Position(asked, key, page.number + 1, page.delivered + shown, expires)
    return {
        "next_page_token": call.org.pages.give(here),
        "previous_page_token": None,
        "page_token_expiry": call.org.local(expires),
    }


def _converted_detail(record: Record) -> dict[str, Any]:
    held = record.values
    return {
        "contact": held.get("Converted_Contact"),
        "account": held.get("Converted_Account"),
        "deal": held.get("Converted_Deal"),
        "convert_date": held.get("Converted_Date_Time"),
        "converted_by": held.get("Modified_By"),
    }


def _grave(call: Call, grave: Grave) -> dict[str, Any]:
    return {
        "id": str(grave.id),
        "display_name": grave.name,
        "type": "permanent" if grave.permanent else "recycle",
        "deleted_time": call.org.local(grave.at),
        "deleted_by": _person(call, grave.deleted_by),
        "created_by": _person(call, grave.created_by),
    }


def _person(call: Call, id_: str | None) -> dict[str, Any] | None:
    known = None if id_ is None else call.org.users.get(id_)
    return None if known is None else {"name": known.full_name, "id": known.id}
