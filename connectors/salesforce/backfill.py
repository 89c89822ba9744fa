"""Reads all records of an object, in the order of their ids."""

from collections.abc import Iterator
from contextlib import suppress

from connectors.base import Selection
from connectors.salesforce.account import Account
from connectors.salesforce.bulk import Unusable, results, started
from connectors.salesforce.cursor import Backfill
from connectors.salesforce.objects import KINDS
from connectors.salesforce.records import Raw, asked, literal
from connectors.salesforce.soql import PAGE, count, page, quoted, select


def backfill(account: Account, selection: Selection, start: Backfill | None) -> Iterator[tuple[list[Raw], Backfill]]:
    """Pages of records with the position after each.

    Records that change while this runs are not chased: the scan that follows begins before `started`.
    """
    at = start or _begun(account, selection)
    if at.job:
        with suppress(Unusable):
            for rows, after in results(account, selection, at):
                at = after
                yield rows, at
    for rows, last in by_id(account, selection, at.after):
        yield rows, Backfill(at.started, last)


def by_id(account: Account, selection: Selection, after: str) -> Iterator[tuple[list[Raw], str]]:
    """Pages of records behind an id, with the last id of each."""
    live = ("IsDeleted = false",) if KINDS[selection.object].deletable else ()
    more = True
    while more:
        where = (*((f"Id > {quoted(after)}",) if after else ()), *live)
        rows, more = page(account, select(selection.object, asked(selection), where, "Id", PAGE))
        after = rows[-1]["Id"] if rows else after
        yield rows, after


def _begun(account: Account, selection: Selection) -> Backfill:
    total = count(account, selection.object, KINDS[selection.object].live)
    at = Backfill(literal(account.told.now()))
    return started(account, selection, at) if total >= account.options.bulk_from else at
