"""Logging to stderr: redacted by construction, in text or JSON, and with priorities for the journal under systemd."""

import json
import logging
import os
import sys
import traceback
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TextIO

from sync.cli.errors import redact

if TYPE_CHECKING:
    from sync.cli.options import Settings

ROOMS = ("relevo", "connectors", "mapping", "journey", "state", "sync", "sandbox")
CONTEXT = ("run", "connection", "object")
"""What a log call may pass in `extra` to have it shown; anything else there is dropped."""

_PRIORITY = {logging.DEBUG: 7, logging.INFO: 6, logging.WARNING: 4, logging.ERROR: 3, logging.CRITICAL: 2}
_LEVELS = (logging.WARNING, logging.INFO, logging.DEBUG)


class _Redacting(logging.Formatter):
    """Of an exception only its kind and place are told: its text may quote a record."""

    def formatException(self, ei: object) -> str:  # noqa: N802 (the base class's name)
        assert isinstance(ei, tuple)  # noqa: S101
        kind, _, tb = ei
        where = traceback.extract_tb(tb)[-1:] if tb else []
        return f"{kind.__name__} at " + ", ".join(f"{frame.filename}:{frame.lineno}" for frame in where)

    def said(self, record: logging.LogRecord) -> str:
        """The message, with the exception's kind and place where there is one."""
        text = record.getMessage()
        if record.exc_info and record.exc_info[0]:
            text = f"{text} ({self.formatException(record.exc_info)})"
        return redact(text)


class TextLines(_Redacting):
    """`2026-11-24T06:00:00Z INFO sync.engine: message run=…`; for the journal `<6>sync.engine: message run=…`."""

    def __init__(self, *, journal: bool) -> None:
        super().__init__()
        self._journal = journal

    def format(self, record: logging.LogRecord) -> str:
        context = "".join(f" {key}={value}" for key, value in _context(record))
        line = f"{record.name}: {self.said(record)}{context}".replace("\n", " ")
        if self._journal:
            return f"<{_PRIORITY.get(record.levelno, 6)}>{line}"
        return f"{_time(record)} {record.levelname} {line}"


class JsonLines(_Redacting):
    """One JSON object a line: at, level, logger, message, and the context that was given."""

    def format(self, record: logging.LogRecord) -> str:
        head = {
            "at": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": self.said(record),
        }
        return json.dumps(head | dict(_context(record)), ensure_ascii=False)


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _context(record: logging.LogRecord) -> list[tuple[str, str]]:
    return [(key, str(value)) for key in CONTEXT if (value := getattr(record, key, None)) is not None]


def under_journal(stream: TextIO, environ: str | None) -> bool:
    """Whether `stream` is the very one that `$JOURNAL_STREAM` (device:inode, systemd.exec(5)) names."""
    if not environ:
        return False
    try:
        status = os.fstat(stream.fileno())
    except (OSError, ValueError):
        return False
    return environ == f"{status.st_dev}:{status.st_ino}"


def configure(settings: "Settings", *, default: int | None = None) -> None:
    """Send logs to stderr as `settings` say. `default` is the level when no option names one (the daemon logs INFO)."""
    handler = logging.StreamHandler(sys.stderr)
    journal = under_journal(sys.stderr, os.environ.get("JOURNAL_STREAM"))
    handler.setFormatter(JsonLines() if settings.log_format == "json" else TextLines(journal=journal))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    level = level_of(settings, default)
    for room in ROOMS:
        logging.getLogger(room).setLevel(level)


def level_of(settings: "Settings", default: int | None = None) -> int:
    """The level asked for: by name, else by -q and -v, else `default`, else WARNING."""
    if settings.log_level:
        return logging.getLevelNamesMapping()[settings.log_level.upper()]
    if settings.quiet:
        return logging.ERROR
    usual = logging.WARNING if default is None else default
    return min(usual, _LEVELS[min(settings.verbose, 2)])
