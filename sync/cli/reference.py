"""Writes docs/cli.md from the commands themselves: `python -m sync.cli.reference > docs/cli.md`."""

import inspect
from collections.abc import Iterator

import click

from sync.cli import TABLE, main
from sync.cli.errors import Exit
from sync.cli.options import CommandGroup, global_options

_MEANING = {
    Exit.OK: "Done; nothing was rejected.",
    Exit.REJECTED: "Done, but records or writes were rejected, or a check or a `--fail-if` did not pass.",
    Exit.USAGE: "The command line or the configuration is wrong, or a name matches nothing.",
    Exit.UNREACHABLE: "The CRM cannot be reached, or does not let us in.",
    Exit.LOCKED: "Another run or daemon holds the lock.",
    Exit.FAULT: "Relevo itself failed; `--debug` shows where.",
    Exit.INTERRUPTED: "Interrupted. What was stored stays; the next run goes on from there.",
}


def walk() -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command and group below `relevo`, with its path (("relevo", "runs", "list"))."""
    with click.Context(main, info_name="relevo") as ctx:
        for name in TABLE:
            command = main.get_command(ctx, name)
            assert command is not None  # noqa: S101
            yield from _below(("relevo", name), command)


def _below(path: tuple[str, ...], command: click.Command) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        for name, child in sorted(command.commands.items()):
            yield from _below((*path, name), child)


def reference() -> str:
    """The whole page, in Markdown."""
    parts = [
        "# Command line\n",
        "Generated from the program: `python -m sync.cli.reference > docs/cli.md`. Do not edit.\n",
        "Results go to stdout; progress, remarks and logs to stderr. Every JSON object names its `schema`. CSV cells cannot become formulas.\n",
        "## Options of every command\n",
        _options(global_options(brief=False)),
        "## Exit codes\n",
        "| code | meaning |\n|---|---|\n" + "".join(f"| {code.value} | {text} |\n" for code, text in _MEANING.items()),
    ]
    parts += [_section(path, command) for path, command in walk()]
    return "\n".join(parts)


def _section(path: tuple[str, ...], command: click.Command) -> str:
    name = " ".join(path)
    heading = f"{'#' * len(path)} {name}\n"
    text = inspect.cleandoc(command.help or "") + "\n"
    if isinstance(command, click.Group) and not isinstance(command, CommandGroup):
        return f"{heading}\n{text}"
    with click.Context(command, info_name=name) as ctx:
        usage = " ".join(command.collect_usage_pieces(ctx))
    own = [p for p in command.params if isinstance(p, click.Option) and not p.hidden and not _is_global(p)]
    examples = "\n".join(getattr(command, "examples", ()))
    return f"{heading}\n`{name} {usage}`\n\n{text}\n{_options(own)}```sh\n{examples}\n```\n"


def _is_global(option: click.Option) -> bool:
    return option.name in {other.name for other in global_options(brief=False)}


def _options(options: list[click.Option]) -> str:
    if not options:
        return ""
    rows = "".join(f"| {_names(option)} | {_cell(_help(option))} |\n" for option in options)
    return f"| option | |\n|---|---|\n{rows}\n"


def _names(option: click.Option) -> str:
    names = ", ".join(f"`{name}`" for name in [*option.opts, *option.secondary_opts])
    if option.is_flag or option.count:
        return names
    if isinstance(option.type, click.Choice):
        return f"{names} {_cell('|'.join(map(str, option.type.choices)))}"
    return f"{names} {_cell(option.metavar or option.type.name.upper())}"


def _help(option: click.Option) -> str:
    default = f" Default: {option.default}." if option.show_default and option.default is not None else ""
    return f"{option.help or ''}{default}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    click.echo(reference(), nl=False)
