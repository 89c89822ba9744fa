"""The mark that a demo leaves beside its configuration, and whether its CRM still runs."""

import socket
from pathlib import Path
from urllib.parse import urlsplit

MARKER = ".relevo-demo"


def mark(folder: Path, url: str) -> None:
    """Note in `folder` that its configuration belongs to a demo whose CRM is at `url`."""
    (folder / MARKER).write_text(url, encoding="utf-8")


def is_marked(folder: Path) -> bool:
    """Whether a demo made this folder."""
    return (folder / MARKER).is_file()


def is_over(folder: Path) -> bool:
    """Whether this is a demo's folder and its CRM no longer answers."""
    if not is_marked(folder):
        return False
    address = urlsplit((folder / MARKER).read_text(encoding="utf-8").strip())
    try:
        with socket.create_connection((address.hostname or "", address.port or 80), timeout=1.0):
            return False
    except OSError:
        return True
