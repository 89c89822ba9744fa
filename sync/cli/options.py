"""What every command shares: the global options, accepted before and after the command's name, and how help looks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

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
    color: bool | None = None
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


def _no_color(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if value:
        settings_of(ctx).color = False


def global_options(*, brief: bool) -> list[click.Option]:
    """The global options; with `brief`, help lists only the two that people look for after a command."""
    levels = click.Choice(["debug", "info", "warning", "error"])
    return [
        click.Option(
            ["-c", "--config"],
            type=click.Path(path_type=Path, dir_okay=False),
            callback=_keep,
            expose_value=False,
            help="The configuration file. Otherwise $RELEVO_CONFIG, ./config.yaml, ~/.config/relevo/, /etc/relevo/.",
        ),
        click.Option(
            ["-v", "--verbose"],
            count=True,
            callback=_keep,
            expose_value=False,
            hidden=brief,
            help="Say more; twice for all.",
        ),
        click.Option(
            ["-q", "--quiet"], is_flag=True, callback=_keep, expose_value=False, help="Only results and errors."
        ),
        click.Option(
            ["--log-level"],
            type=levels,
            callback=_keep,
            expose_value=False,
            hidden=brief,
            help="Log from this level on.",
        ),
        click.Option(
            ["--log-format"],
            type=click.Choice(["text", "json"]),
            callback=_keep,
            expose_value=False,
            hidden=brief,
            help="How log lines look.",
        ),
        click.Option(
            ["--no-color"],
            is_flag=True,
            callback=_no_color,
            expose_value=False,
            hidden=brief,
            help="No colours; also $NO_COLOR.",
        ),
        click.Option(
            ["--debug"],
            is_flag=True,
            callback=_keep,
            expose_value=False,
            hidden=brief,
            help="Show tracebacks of errors.",
        ),
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
