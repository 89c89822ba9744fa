"""How a command ends: the exit codes, and what a person is told when something went wrong.

A message says what happened in one line and, where that helps, what to do in another. It never carries a CRM's payload.
"""

import re
import sys
import traceback
from enum import IntEnum

import click


class Exit(IntEnum):
    """The exit codes of every command; 5 is kept for applying a plan that has gone stale.

    `FAULT` is a defect of Relevo itself (EX_SOFTWARE of sysexits(3)).
    """

    OK = 0
    REJECTED = 1
    USAGE = 2
    UNREACHABLE = 3
    LOCKED = 4
    FAULT = 70
    INTERRUPTED = 130


class Failure(click.ClickException):
    """Ends the command with `code`, one line of `message` and, if given, what to do about it (`fix`)."""

    def __init__(self, message: str, *, code: Exit = Exit.USAGE, fix: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.fix = fix


_ADDRESS = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
_SECRET = re.compile(r"(?i)\b(?:bearer\s+|pat-)[\w.~+/-]{6,}=*|://[^\s/@:]+:[^\s/@]+@")


def redact(text: str) -> str:
    """`text` without e-mail addresses, bearer or private-app tokens, or the user part of an address."""
    return _ADDRESS.sub("***@***", _SECRET.sub("***", text))


def explain(error: Exception) -> Failure | None:
    """The failure a known error stands for; None if nobody expected it. Imports rooms only now, when one has spoken."""
    from sqlalchemy.exc import SQLAlchemyError

    from connectors.base import Later, Stop
    from connectors.registry import BrokenConnector, UnknownConnector
    from state.migrate import TooNew
    from state.model import Busy
    from sync.config import ConfigErrors
    from sync.context import Interrupted

    match error:
        case Stop():
            return Failure(str(error), code=Exit.UNREACHABLE, fix=error.fix)
        case Later():
            return Failure(str(error), code=Exit.UNREACHABLE, fix=f"Try again in {error.after:.0f} s.")
        case Busy():
            return Failure(f"{error}.", code=Exit.LOCKED, fix="Wait for it to end, then run this again.")
        case ConfigErrors():
            many = len(error.problems)
            head = f"The configuration cannot be used: {many} problem{'s' if many > 1 else ''}."
            return Failure(f"{head}\n{error}", fix="Correct the file, then run: relevo config validate")
        case SQLAlchemyError():
            # The first line of the driver's own words: what follows it, and SQLAlchemy's text, may quote a row.
            reason = str(getattr(error, "orig", None) or type(error).__name__).partition("\n")[0]
            return Failure(f"The database cannot be used: {reason}", fix="Check state.url in the configuration.")
        case Interrupted():
            return Failure("Interrupted.", code=Exit.INTERRUPTED)
        case UnknownConnector() | BrokenConnector() | TooNew():
            return Failure(str(error))
        case _:
            return None


def show(failure: click.ClickException) -> None:
    """Print the failure on stderr."""
    if isinstance(failure, Failure):
        click.echo(f"error: {redact(failure.format_message())}", err=True)
        if failure.fix:
            click.echo(f"  fix: {failure.fix}", err=True)
    else:
        failure.show()


def end_with(error: Exception, *, debug: bool) -> Exit:
    """Tell the person of `error` and give the exit code. With `debug` the (redacted) traceback is shown first."""
    if debug:
        click.echo(redact("".join(traceback.format_exception(error))), err=True, nl=False)
    failure = error if isinstance(error, click.ClickException) else explain(error)
    if failure is None:
        fix = "" if debug else "Run the command again with --debug and report what it shows."
        failure = Failure(f"Relevo itself failed ({type(error).__name__}).", code=Exit.FAULT, fix=fix)
    show(failure)
    return failure.code if isinstance(failure, Failure) else Exit(failure.exit_code)


def hang_up() -> Exit:
    """The reader of our output went away (`relevo sla | head`): be quiet, and keep Python from saying more at its end."""
    import os

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return Exit.OK
