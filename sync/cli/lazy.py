"""The top group: knows every command's name and one-line help, and imports a command only when it is called.

So `relevo --help` and shell completion need click and nothing else.
"""

import sys
from collections.abc import Sequence
from difflib import get_close_matches
from importlib import import_module
from typing import Any, NamedTuple, NoReturn

import click
from click.shell_completion import CompletionItem

from sync.cli.errors import Exit, end_with, hang_up
from sync.cli.options import Group, Settings


class Entry(NamedTuple):
    """A command: the section of help it stands in, its one-line help, and where it lives (`module:name`)."""

    section: str
    help: str
    target: str


class LazyGroup(Group):
    """A group whose commands are given as a table."""

    def __init__(self, *args: Any, table: dict[str, Entry], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.table = table

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        entry = self.table.get(cmd_name)
        if entry is None:
            return None
        module, _, name = entry.target.partition(":")
        command = getattr(import_module(module), name)
        assert isinstance(command, click.Command)  # noqa: S101
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in self.table and not name.startswith("-"):
            near = get_close_matches(name, self.table, n=1)
            hint = f"Did you mean {near[0]!r}?" if near else "See: relevo --help"
            raise click.UsageError(f"There is no command {name!r}. {hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        widest = max(len(name) for name in self.table)
        for section in dict.fromkeys(entry.section for entry in self.table.values()):
            with formatter.section(section):
                rows = [
                    (f"{name:{widest}}", entry.help) for name, entry in self.table.items() if entry.section == section
                ]
                formatter.write_dl(rows)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        found = [
            CompletionItem(name, help=entry.help) for name, entry in self.table.items() if name.startswith(incomplete)
        ]
        # Past our own class, click would import every command for its help.
        return [*found, *click.Command.shell_complete(self, ctx, incomplete)]

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:  # click itself would call this a failure
            return hang_up()

    def main(self, args: Sequence[str] | None = None, *rest: Any, **extra: Any) -> NoReturn:
        """Run, and exit with one of `Exit`'s codes whatever happens. The one place where every error ends."""
        _be_lenient()
        settings = extra.setdefault("obj", Settings())
        extra["standalone_mode"] = False
        try:
            result = super().main(args, *rest, **extra)
            code = result if isinstance(result, int) else Exit.OK
        except (click.Abort, KeyboardInterrupt):
            click.echo("Interrupted.", err=True)
            code = Exit.INTERRUPTED
        except Exception as error:  # noqa: BLE001 (every error must end as an exit code and one line)
            code = end_with(error, debug=settings.debug)
        sys.exit(code)


def _be_lenient() -> None:
    """A name that is not valid Unicode is printed escaped; it never ends a command."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
