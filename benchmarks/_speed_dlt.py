"""dlt with its rest_api source, run by a Python that has it: `_speed_dlt.py HOST TOKEN DATABASE FIELDS`.

`replace` is what dlt does fastest on a first load; it is given the advantage.
"""

import os
import sys
import tempfile

os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
os.environ["DLT_DATA_DIR"] = tempfile.mkdtemp(prefix="dlt-")

import dlt
from dlt.sources.rest_api import rest_api_source


def main(host: str, token: str, database: str, fields: str) -> None:
    """Read all contacts; prints how many are stored."""
    endpoint = {
        "path": "crm/objects/2026-03/contacts",
        "params": {"limit": 100, "properties": fields},
        "data_selector": "results",
        "paginator": {"type": "cursor", "cursor_path": "paging.next.after", "cursor_param": "after"},
    }
    source = rest_api_source(
        {
            "client": {"base_url": host, "auth": {"type": "bearer", "token": token}},
            "resources": [
                {"name": "contacts", "primary_key": "id", "write_disposition": "replace", "endpoint": endpoint}
            ],
        }
    )
    if database.startswith("sqlite"):
        destination = dlt.destinations.sqlalchemy(database)
    else:
        # It insists on a host; the socket that the URL's query names goes before that one.
        _, _, place = database.partition("@")
        destination = dlt.destinations.postgres(f"postgresql://postgres:none@localhost{place}")
    pipeline = dlt.pipeline("speed", destination=destination, dataset_name="speed")
    pipeline.run(source)
    print(pipeline.last_trace.last_normalize_info.row_counts["contacts"])


if __name__ == "__main__":
    main(*sys.argv[1:5])
