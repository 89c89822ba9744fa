"""A first pull, map and store of the one object of a configuration; as a process: `_pull.py CONFIG`, which prints the records stored."""

import sys
from collections.abc import Sequence
from pathlib import Path
from threading import Event

from state.model import Rejection, Taken
from sync.app import App
from sync.config import Config, parse_config
from sync.context import RunContext
from sync.observer import Silent
from sync.pull import pull_object


class Seen(Silent):
    """Adds up the records stored, and how many came in the largest page."""

    new = page_size = 0

    def page(self, connection: str, object: str, taken: Taken) -> None:  # noqa: A002 (the domain's word)
        """A page more."""
        self.new += taken.new
        self.page_size = max(self.page_size, taken.received)


def first_pull(config: Config) -> tuple[Seen, Sequence[Rejection]]:
    """What was stored and what was rejected; a record that is read twice, because it is so new, is rejected once."""
    seen = Seen()
    with App.open(config) as app:
        (connection,) = app.connections
        (mapping,) = app.mappings[connection].values()
        run = app.store.begin_run(connection, "manual")
        connector = app.connector(connection)
        ctx = RunContext(run, connection, connector, app.mappings[connection], app.store, seen, app.now, Event())
        pull_object(ctx, mapping)
        return seen, [row.rejection for row in app.store.rejected(run)]


if __name__ == "__main__":
    stored, rejected = first_pull(parse_config(Path(sys.argv[1]).read_text(), {}))
    print(stored.new, len(rejected))
