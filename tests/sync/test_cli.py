"""The command line as a whole: what it imports, how it helps, how it ends."""

import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from sync.cli import TABLE, main
from sync.cli.errors import Exit, Failure, redact
from sync.cli.reference import reference, walk

HEAVY = ("pydantic", "sqlalchemy", "rich", "hubspot", "apscheduler", "yaml")


def test_help_imports_click_and_nothing_heavy() -> None:
    """`relevo --help` answers at once: no room but the command line is imported."""
    script = f"""
import sys
from pathlib import Path
from sync.cli import main
try:
    main(["--help"])
except SystemExit as end:
    assert end.code == 0, end.code
loaded = [name for name in {HEAVY!r} if name in sys.modules]
print("LOADED", loaded)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)  # noqa: S603
    assert "LOADED []" in done.stdout


def test_every_command_has_help_and_an_example() -> None:
    """Nobody is left with a bare list of options."""
    bare = [
        " ".join(path)
        for path, command in walk()
        if not command.help or not (isinstance(command, click.Group) or list(getattr(command, "examples", ())))
    ]
    assert bare == []


def test_every_example_names_a_command_and_options_that_exist() -> None:
    """An example is a promise: each `relevo …` line parses down to its command."""
    known = {" ".join(path): command for path, command in walk()}
    for path, command in walk():
        for line in list(getattr(command, "examples", ())):
            assert " ".join(path) in line, line
            options = {opt for param in known[" ".join(path)].params for opt in [*param.opts, *param.secondary_opts]}
            used = [part for part in line.split("|")[0].split() if part.startswith("-") and part != "-"]
            assert set(used) <= options | {"-h"}, line


def test_the_one_line_help_of_each_command_is_a_sentence_that_fits() -> None:
    """The overview is read at a glance."""
    for name, entry in TABLE.items():
        assert entry.help.endswith("."), name
        assert len(entry.help) <= 80, name


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["statsu"], "Did you mean 'status'?"),
        (["qwxyz"], "relevo --help"),
        (["version", "--outptu", "json"], "Did you mean '--output'?"),
        (["version", "-o", "xml"], "xml"),
    ],
)
def test_a_word_that_is_not_known_exits_with_2_and_a_hint(words: list[str], expected: str) -> None:
    """Unknown commands, options and choices are usage errors."""
    result = CliRunner().invoke(main, words)
    assert result.exit_code == Exit.USAGE
    assert expected in result.stderr
    assert result.stdout == ""


def _ending_with(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    @click.command()
    def broken() -> None:
        raise error

    monkeypatch.setattr(type(main), "get_command", lambda *_: broken)


def test_a_failure_is_one_line_and_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message, the fix and the code of a `Failure` reach the person."""
    _ending_with(monkeypatch, Failure("The CRM is away.", code=Exit.UNREACHABLE, fix="Wait."))
    result = CliRunner().invoke(main, ["version"])
    assert result.exit_code == Exit.UNREACHABLE
    assert result.stderr == "error: The CRM is away.\n  fix: Wait.\n"


def test_a_fault_of_our_own_shows_neither_traceback_nor_data(monkeypatch: pytest.MonkeyPatch) -> None:
    """I12: an unforeseen error's text may quote a record, so only its kind is told."""
    _ending_with(monkeypatch, KeyError("ana@bodegas.es"))
    result = CliRunner().invoke(main, ["version"])
    assert result.exit_code == Exit.FAULT
    assert "KeyError" in result.stderr
    assert "--debug" in result.stderr
    assert "ana@" not in result.stderr
    assert "Traceback" not in result.stderr


def test_debug_shows_the_traceback_without_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    """I12: even the traceback that was asked for carries no e-mail address and no token."""
    _ending_with(monkeypatch, KeyError("ana@bodegas.es", "Bearer pat-eu1-0123456789"))
    result = CliRunner().invoke(main, ["--debug", "version"])
    assert "Traceback" in result.stderr
    assert "ana@" not in result.stderr
    assert "0123456789" not in result.stderr


def test_an_interrupt_exits_with_130(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C is the shell's usual code."""
    _ending_with(monkeypatch, KeyboardInterrupt())
    result = CliRunner().invoke(main, ["version"])
    assert result.exit_code == Exit.INTERRUPTED
    assert "Traceback" not in result.output


def test_a_reader_that_goes_away_is_not_an_error() -> None:
    """`relevo … | head` ends quietly."""
    script = "from sync.cli import main; main(['version'])"
    done = subprocess.run(  # noqa: S602
        f'{sys.executable} -c "{script}" | true; echo ${{PIPESTATUS[0]}}',
        shell=True,
        executable="/bin/bash",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == "0"
    assert done.stderr == ""


def test_global_options_stand_before_or_after_the_command() -> None:
    """`relevo -q version` and `relevo version -q` mean the same."""
    for words in (["-q", "version"], ["version", "-q"], ["--log-level", "debug", "version"]):
        assert CliRunner().invoke(main, words).exit_code == Exit.OK


def test_completion_prints_a_script_for_each_shell() -> None:
    """The script calls `relevo` back."""
    for shell in ("bash", "zsh", "fish"):
        result = CliRunner().invoke(main, ["completion", shell])
        assert result.exit_code == Exit.OK
        assert "_RELEVO_COMPLETE" in result.stdout


def test_completing_a_command_imports_no_command() -> None:
    """A tab is answered from the table."""
    script = f"""
import os, sys
os.environ.update(_RELEVO_COMPLETE="bash_complete", COMP_WORDS="relevo s", COMP_CWORD="1")
from sync.cli import main
try:
    main(prog_name="relevo", complete_var="_RELEVO_COMPLETE")
except SystemExit:
    pass
print("LOADED", [name for name in {HEAVY!r} if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)  # noqa: S603
    assert "status" in done.stdout
    assert "LOADED []" in done.stdout


def test_redact_takes_out_addresses_and_tokens() -> None:
    """I12: what names a person or opens a door is masked; the rest of the sentence stays."""
    text = "GET postgresql://ana:s3cret@db/x by Bearer abcdefgh12 for ana.r@bodegas.es failed"
    hidden = redact(text)
    assert "s3cret" not in hidden
    assert "abcdefgh12" not in hidden
    assert "bodegas" not in hidden
    assert hidden.endswith("failed")


def test_the_reference_is_what_the_program_says() -> None:
    """docs/cli.md is made from the commands; after changing one: python -m sync.cli.reference > docs/cli.md"""
    page = Path(__file__).parents[2] / "docs" / "cli.md"
    assert page.read_text(encoding="utf-8") == reference()
