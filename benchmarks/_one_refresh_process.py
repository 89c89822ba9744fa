"""One of the processes of the figure one-refresh: reads one record in each of its threads, all at once."""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from connectors.base import Selection
from sync.app import App
from sync.config import load_config

if __name__ == "__main__":
    file, connection, object_, field, *ids = sys.argv[1:]
    with App.open(load_config(Path(file), {})) as app, ThreadPoolExecutor(len(ids)) as pool:
        crm = app.connector(connection)
        found = list(pool.map(lambda id_: crm.read(Selection(object_, (field,)), [id_]), ids))
    sys.exit(0 if all(changes for changes in found) else 1)
