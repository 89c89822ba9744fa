"""What every command shares: the global options, accepted before and after the command's name, and how help looks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import click

from sync.cli.output import Format

F = TypeVar("F", bound=Callable[..., Any])

HELP_NAMES = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@dataclass(slots=True)
class Settings:
    """What the global options say. Where one is given twice, the later one counts."""

    config: Path | None = None
    verbose: int = 0
    quiet: bool = False
    log_level: str | None = None
    log_format: str = "text"
    no_color: bool = False
    debug: bool = False


def settings_of(ctx: click.Context) -> Settings:
    """The one `Settings` of this invocation."""
    root = ctx.find_root()
    if not isinstance(root.obj, Settings):
        root.obj = Settings()
    return root.obj


def _keep(ctx: click.Context, param: click.Parameter, value: Any) -> None:
    if value and param.name is not None:
        setattr(settings_of(ctx), param.name, value)


class _Global(NamedTuple):
    """A global option; `everywhere`: listed in the help of each command too, not only in that of `relevo` itself."""

    names: tuple[str, ...]
    help: str
    settings: dict[str, Any]
    everywhere: bool = False


_GLOBALS = (
    _Global(
        ("-c", "--config"),
        "The configuration file. Otherwise $RELEVO_CONFIG, ./config.yaml, ~/.config/relevo/, /etc/relevo/.",
        {"type": click.Path(path_type=Path, dir_okay=False)},
        everywhere=True,
    ),
    _Global(("-v", "--verbose"), "Log what is done; twice for every step.", {"count": True}),
    _Global(("-q", "--quiet"), "Only results and errors.", {"is_flag": True}, everywhere=True),
    _Global(("--log-level",), "Log from this level on.", {"type": click.Choice(["debug", "info", "warning", "error"])}),
    _Global(("--log-format",), "How log lines look.", {"type": click.Choice(["text", "json"])}),
    _Global(("--no-color",), "No colours; also $NO_COLOR.", {"is_flag": True}),
    _Global(("--debug",), "Show tracebacks of errors.", {"is_flag": True}),
)


def global_options(*, brief: bool) -> list[click.Option]:
    """The global options; with `brief`, help lists only those that people look for after a command."""
    return [
        click.Option(
            option.names,
            callback=_keep,
            expose_value=False,
            hidden=brief and not option.everywhere,
            help=option.help,
            **option.settings,
        )
        for option in _GLOBALS
    ]


class Command(click.Command):
    """A command with the global options and examples. `examples` are command lines, one each."""

    def __init__(self, *args: Any, examples: Sequence[str] = (), **kwargs: Any) -> None:
        kwargs["context_settings"] = HELP_NAMES | kwargs.get("context_settings", {})
        super().__init__(*args, **kwargs)
        self.examples = tuple(examples)
        self.params = [*self.params, *global_options(brief=True)]

    def invoke(self, ctx: click.Context) -> Any:
        from sync.cli.logs import configure

        configure(settings_of(ctx))
        return super().invoke(ctx)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        if self.examples:
            with formatter.section("Examples"):
                for line in self.examples:
                    formatter.write(f"{'':>{formatter.current_indent}}{line}\n")


class Group(click.Group):
    """A group of commands; `-h` works on it too."""

    command_class = Command

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["context_settings"] = HELP_NAMES | kwargs.get("context_settings", {})
        super().__init__(*args, **kwargs)


class CommandGroup(Command, click.Group):
    """A command of its own that has commands below it too."""

    command_class = Command

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, invoke_without_command=True, **kwargs)


def output_option(*formats: Format) -> Callable[[F], F]:
    """`-o`: text for people, or one of `formats` for programs."""
    choices = click.Choice([Format.TEXT.value, *(f.value for f in formats)])

    def parsed(_: click.Context, __: click.Parameter, value: str) -> Format:
        return Format(value)

    return click.option(
        "-o",
        "--output",
        "fmt",
        type=choices,
        default=Format.TEXT.value,
        callback=parsed,
        help="How to print the result.",
    )


def lang_option(function: F) -> F:
    """`--lang`: the language of what people read. Keys in JSON and CSV are never translated."""
    return click.option("--lang", type=click.Choice(["en", "es"]), help="Language; else the configuration's.")(function)
