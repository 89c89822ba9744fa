"""The least a client can do: raw answers, decoded, into plain rows. `_speed_floor.py HOST TOKEN DATABASE FIELDS`.

No typed values, no check of what came, no cursor, no change detection; one table with two indexes, committed every 2,000 rows.
"""

import sqlite3
import sys
from collections.abc import Iterator
from urllib.parse import urlencode

import orjson
import urllib3

PAGES_A_COMMIT = 20


def main(host: str, token: str, database: str, fields: str) -> None:
    """Read all contacts; prints how many are stored."""
    names = fields.split(",")
    with sqlite3.connect(database.removeprefix("sqlite:///")) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")
        db.execute(f"CREATE TABLE contacts (id TEXT PRIMARY KEY, updated TEXT, {', '.join(names)}) WITHOUT ROWID")
        db.execute("CREATE INDEX contacts_email ON contacts (email)")
        db.execute("CREATE INDEX contacts_updated ON contacts (updated)")
        marks = ", ".join("?" * (len(names) + 2))
        for page, rows in enumerate(_pages(host, token, fields, names), 1):
            db.executemany(f"INSERT OR REPLACE INTO contacts VALUES ({marks})", rows)  # noqa: S608 (marks alone)
            if page % PAGES_A_COMMIT == 0:
                db.commit()
        print(db.execute("SELECT count(*) FROM contacts").fetchone()[0])


def _pages(host: str, token: str, fields: str, names: list[str]) -> Iterator[list[tuple[str | None, ...]]]:
    http, headers, after = urllib3.PoolManager(), {"authorization": f"Bearer {token}"}, ""
    while True:
        query = {"limit": "100", "properties": fields, **({"after": after} if after else {})}
        url = f"{host}/crm/objects/2026-03/contacts?{urlencode(query)}"
        data = orjson.loads(http.request("GET", url, headers=headers).data)
        yield [(row["id"], row["updatedAt"], *map(row["properties"].get, names)) for row in data["results"]]
        if "paging" not in data:
            return
        after = data["paging"]["next"]["after"]


if __name__ == "__main__":
    main(*sys.argv[1:5])
