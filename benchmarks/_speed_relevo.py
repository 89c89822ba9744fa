"""Relevo's pull, map and store, as a process: `_speed_relevo.py HOST TOKEN DATABASE FIELDS`; prints the records stored."""

import sys
from threading import Event

from benchmarks._contacts import contacts_config
from state.model import Taken
from sync.app import App
from sync.context import RunContext
from sync.observer import Silent
from sync.pull import pull_object


class _Counting(Silent):
    new = 0

    def page(self, connection: str, object: str, taken: Taken) -> None:  # noqa: A002 (the domain's word)
        self.new += taken.new


def main(host: str, token: str, database: str) -> None:
    """The first sync of all contacts, without score, SLA and writing back, which the others do not have."""
    config, counting = contacts_config(host, token, database), _Counting()
    with App.open(config) as app:
        run = app.store.begin_run("hubspot", "manual")
        mappings = app.mappings["hubspot"]
        ctx = RunContext(run, "hubspot", app.connector("hubspot"), mappings, app.store, counting, app.now, Event())
        pull_object(ctx, mappings["contacts"])
    print(counting.new)


if __name__ == "__main__":
    main(*sys.argv[1:4])
