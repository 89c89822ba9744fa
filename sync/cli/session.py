"""From the global options to something to work with: the environment, the configuration, the application."""

import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path

import click

from sync.app import App
from sync.cli.errors import Failure
from sync.cli.options import Settings, settings_of
from sync.config import Config, find_config, load_config


def environment(beside: Path) -> Mapping[str, str]:
    """`$VAR`s for the configuration: those of `.env` beside it, under those of the process."""
    file = beside.parent / ".env"
    if not file.is_file():
        return os.environ
    if file.stat().st_mode & stat.S_IROTH:
        click.echo(f"warning: {file} holds secrets and everybody may read it. Run: chmod 600 {file}", err=True)
    return dict(read_env(file.read_text(encoding="utf-8"))) | dict(os.environ)


def read_env(text: str) -> Iterator[tuple[str, str]]:
    """`NAME=value` lines; `export`, quotes around a value, blank lines and `#` lines are understood."""
    for line in text.splitlines():
        name, equals, value = line.strip().removeprefix("export ").partition("=")
        if equals and not name.startswith("#"):
            value = value.strip()
            quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
            yield name.strip(), value[1:-1] if quoted else value


def config_file(settings: Settings) -> Path:
    """The configuration file to use, or a failure that says where one was looked for."""
    found = find_config(settings.config, os.environ, Path.cwd())
    if found is None:
        raise Failure("There is no configuration file here.", fix="Run: relevo init   (or name one with --config)")
    if not found.is_file():
        raise Failure(
            f"There is no configuration file {found}.", fix="Run: relevo init   (or name another with --config)"
        )
    return found


def load(settings: Settings) -> Config:
    """The configuration, checked."""
    path = config_file(settings)
    return load_config(path, environment(path))


@contextmanager
def application(ctx: click.Context) -> Iterator[App]:
    """The application of the configuration that the options name, to look at what is stored; closed afterwards."""
    with App.open(load(settings_of(ctx))) as app:
        yield app


def known(what: str, name: str, names: Iterable[str]) -> str:
    """`name` if it is one of `names`, else a usage failure with the nearest one."""
    known_names = tuple(names)
    if name in known_names:
        return name
    near = get_close_matches(name, known_names, n=1)
    hint = f"Did you mean {near[0]!r}?" if near else f"There are: {', '.join(known_names) or 'none'}."
    raise Failure(f"There is no {what} {name!r}. {hint}")


def connections(app: App, names: tuple[str, ...]) -> tuple[str, ...]:
    """The named connections, or all of them."""
    return tuple(known("connection", name, app.connections) for name in names) or tuple(app.connections)


def only_connection(app: App, name: str | None) -> str:
    """The named connection, or the only one there is."""
    if name is not None:
        return known("connection", name, app.connections)
    if len(app.connections) == 1:
        return app.connections[0]
    raise Failure(f"Which connection? There are: {', '.join(app.connections) or 'none'}.")
