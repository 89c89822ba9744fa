"""How a figure ends: one JSON line, last on stdout."""

import json
import sys
from collections.abc import Mapping


def finish(name: str, *, value: object, ok: bool, details: Mapping[str, object] | None = None) -> int:
    """Print the figure's closing line; returns the exit code (1 when the promise was not kept)."""
    sys.stdout.flush()
    print(json.dumps({"figure": name, "value": value, "ok": ok, **(details or {})}, default=str), flush=True)
    return 0 if ok else 1
