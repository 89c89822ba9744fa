"""Merging records, as a person does it in the CRM's own pages.

Source: developer.salesforce.com/docs/platform/api/guide/sforce-api-calls-merge.html: at most three records of one object; the losers are deleted with
MasterRecordId set to the survivor; what hung on them hangs on it. Re-parented records keep their SystemModstamp here: no trigger fires for them.
"""

from collections.abc import Collection, Sequence

from sandbox.salesforce.errors import RowRefused
from sandbox.salesforce.fields import FieldType
from sandbox.salesforce.org import Org
from sandbox.salesforce.writes import Actor, delete, live_row, update

MOST_MERGED = 3


def merge(org: Org, master: str, losers: Sequence[str], actor: Actor) -> None:
    """Merge `losers` into `master`. Raises RowRefused or ValueError."""
    id_, gone = org.id_of(master), [org.id_of(one) for one in losers]
    table = None if id_ is None else org.table_of(id_)
    if id_ is None or table is None or not table.kind.mergeable:
        raise ValueError(f"{master!r} is no lead, contact or account")
    if not 1 <= len(gone) < MOST_MERGED:
        raise ValueError(f"a merge takes {MOST_MERGED} records at most")
    live_row(table, id_)
    for loser in gone:
        if loser is None or loser == id_:
            raise RowRefused("MALFORMED_ID", "bad id")
        live_row(table, loser)
        reparent(org, [table.kind.name], loser, id_)
        delete(org, table, loser, actor, id_)
    update(org, table, id_, {}, actor)


def reparent(org: Org, targets: Collection[str], old: str, new: str) -> None:
    """Let every lookup to all of these objects that holds `old` hold `new`, without touching the times of the records."""
    for table in org.tables.values():
        for field in table.kind.fields.values():
            if (
                field.type is FieldType.REFERENCE
                and set(targets) <= set(field.refers_to)
                and field.name != "MasterRecordId"
            ):
                for row in table.holding(field.name, old):
                    table.put({**row, field.name: new})
