"""Logs: redacted, in text or JSON, with priorities for the journal."""

import io
import json
import logging
import os
import sys
from pathlib import Path

import pytest

from sync.cli.logs import JsonLines, TextLines, level_of, under_journal
from sync.cli.options import Settings


def _record(message: str, *args: object, level: int = logging.ERROR, **extra: object) -> logging.LogRecord:
    record = logging.LogRecord("sync.engine", level, __file__, 1, message, args, None)
    record.__dict__.update(extra)
    record.created = 1_795_500_000.0
    return record


def test_a_text_line_has_time_level_place_and_context() -> None:
    """What a person greps for."""
    line = TextLines(journal=False).format(_record("page %d", 3, run="run_1", connection="hubspot", secret="x"))
    assert line == "2026-11-24T06:00:00Z ERROR sync.engine: page 3 run=run_1 connection=hubspot"


def test_the_journal_gets_a_priority_and_no_time() -> None:
    """systemd keeps the time itself; `<3>` is its word for an error (sd-daemon(3))."""
    assert TextLines(journal=True).format(_record("broke")) == "<3>sync.engine: broke"
    assert TextLines(journal=True).format(_record("fine", level=logging.INFO)).startswith("<6>")


def test_a_json_line_is_one_object() -> None:
    """For a log collector."""
    line = JsonLines().format(_record("two\nlines", run="run_1"))
    assert json.loads(line) == {
        "at": "2026-11-24T06:00:00Z",
        "level": "error",
        "logger": "sync.engine",
        "message": "two\nlines",
        "run": "run_1",
    }
    assert "\n" not in line


@pytest.mark.parametrize("formatter", [TextLines(journal=False), TextLines(journal=True), JsonLines()])
def test_no_log_line_carries_an_address_or_an_exceptions_text(formatter: logging.Formatter) -> None:
    """I12: an exception may quote a record, so only its kind and place are logged."""
    try:
        int("ana@bodegas.es owes 18,400")
    except ValueError:
        record = _record("row of %s failed with Bearer abcdef123456", "eva@x.es")
        record.exc_info = sys.exc_info()
    line = formatter.format(record)
    assert "@bodegas" not in line
    assert "eva@" not in line
    assert "abcdef123456" not in line
    assert "18,400" not in line
    assert "ValueError at" in line


def test_only_the_journals_own_stream_counts_as_the_journal(tmp_path: Path) -> None:
    """A child whose stderr goes elsewhere inherits the variable, but is not read by the journal."""
    with (tmp_path / "stderr").open("w") as stream:
        status = os.fstat(stream.fileno())
        assert under_journal(stream, f"{status.st_dev}:{status.st_ino}")
        assert not under_journal(stream, "1:2")
        assert not under_journal(stream, None)
    assert not under_journal(io.StringIO(), "1:2")


def test_the_level_is_the_named_one_or_follows_q_and_v() -> None:
    """A name counts more than -q and -v; the daemon's usual level is INFO."""
    assert level_of(Settings()) == logging.WARNING
    assert level_of(Settings(verbose=1)) == logging.INFO
    assert level_of(Settings(verbose=5)) == logging.DEBUG
    assert level_of(Settings(quiet=True), logging.INFO) == logging.ERROR
    assert level_of(Settings(), logging.INFO) == logging.INFO
    assert level_of(Settings(quiet=True, log_level="debug")) == logging.DEBUG
