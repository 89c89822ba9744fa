"""The configuration: one YAML file, checked as a whole before anything runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from connectors.plugin import Options
from journey.derive import Agreement
from mapping.compiled import MappingErrors, ObjectMapping, compile_object
from sync.agreement import build_agreement
from sync.config_change import changed
from sync.config_connections import Connection, check_objects, connection_schemas, read_connections
from sync.config_cut import Cut
from sync.config_errors import ConfigErrors, problems_of
from sync.config_model import File, Lang, Schedule
from sync.config_show import Setting, settings
from sync.config_source import Location, Problem, Source, parse_source, read_source
from sync.vocabulary import add_unread, vocabulary

__all__ = ["Config", "ConfigErrors", "Connection", "find_config", "json_schema", "load_config", "parse_config"]

Mappings = Mapping[str, Mapping[str, ObjectMapping]]


@dataclass(frozen=True, slots=True)
class Config:
    """A configuration that is whole: every name in it is known, every expression compiled.

    `mappings` holds them by connection and object, in the file's order. `state_url` may hold a password, so it is never
    printed; a relative SQLite path is relative to the file's folder.
    """

    path: Path
    lang: Lang
    schedule: Schedule
    connections: Mapping[str, Connection] = field(repr=False)
    mappings: Mappings = field(repr=False)
    agreement: Agreement = field(repr=False)
    state_url: str = field(repr=False)
    sections: File = field(repr=False)
    source: Source = field(repr=False)

    def position(self, location: Location) -> str:
        """`file:line:column` of a place in the file, or of the nearest one around it."""
        mark = self.source.locate(location)[1]
        return f"{self.path}:{mark.key_line}:{mark.key_column}" if mark else str(self.path)

    def show(self, *, defaults: bool = True) -> list[Setting]:
        """Every setting with its value and where that came from. Secrets and values from outside the file are masked."""
        options: Mapping[str, Options] = {name: connection.options for name, connection in self.connections.items()}
        return [item for item in settings(self.sections, options, self.source) if defaults or item.origin != "default"]


def find_config(explicit: Path | None, env: Mapping[str, str], cwd: Path) -> Path | None:
    """The file to use: the explicit one, `$RELEVO_CONFIG`, `./config.yaml`, `~/.config/relevo/`, `/etc/relevo/`.

    The first two are returned whether they exist or not.
    """
    named = explicit or (Path(env["RELEVO_CONFIG"]) if env.get("RELEVO_CONFIG") else None)
    if named is not None:
        return named
    home = Path(env.get("XDG_CONFIG_HOME") or Path(env.get("HOME", "/")) / ".config")
    places = (cwd, home / "relevo", Path("/etc/relevo"))
    return next((place / "config.yaml" for place in places if (place / "config.yaml").is_file()), None)


def load_config(path: Path, env: Mapping[str, str]) -> Config:
    """Read and check the file. Raises `ConfigErrors` with everything that is wrong with it."""
    return _checked(read_source(path, env))


def parse_config(text: str, env: Mapping[str, str], path: Path = Path("config.yaml")) -> Config:
    """Check `text` as the content of `path`. Raises `ConfigErrors`."""
    return _checked(parse_source(path, text, env))


def changed_config(config: Config, changes: Sequence[str]) -> Config:
    """The configuration with other values in its agreement (see `sync.config_change`).

    Raises `WrongChange` for a change that leads nowhere, `ConfigErrors` if what results is wrong.
    """
    return _checked(changed(config.source, changes))


def with_sections(config: Config, sections: Mapping[str, Any]) -> Config:
    """The configuration with other top-level sections in place of its own; their positions are not known.

    Raises `ConfigErrors` if what results is wrong.
    """
    source = config.source
    marks = {location: mark for location, mark in source.marks.items() if not {*location[:1]} & sections.keys()}
    return _checked(replace(source, data={**source.data, **sections}, marks=marks, problems=[]))


def json_schema() -> dict[str, Any]:
    """The file's JSON Schema, with the options of every installed connector; editors of draft 7 understand it."""
    schema = File.model_json_schema()
    forms, definitions = connection_schemas()
    schema["$defs"] |= definitions
    schema["properties"]["connections"]["additionalProperties"] = {"oneOf": forms} if len(forms) > 1 else forms[0]
    return {"$schema": "http://json-schema.org/draft-07/schema#", **schema, "title": "Relevo configuration"}


def _checked(source: Source) -> Config:
    problems = list(source.problems)
    if not isinstance(source.data, dict):
        if not problems:
            problems.append(Problem((), "is empty" if source.data is None else "must be a mapping of keys to values"))
        raise ConfigErrors(source, problems)
    connections, found = read_connections(source)
    problems += found
    file, cut = _file(source, problems)
    if file is None:
        raise ConfigErrors(source, problems)
    mappings, found = _mappings(file, connections)
    words = vocabulary(item for group in mappings.values() for item in group.values())
    if cut.locations or found:
        add_unread(words, source.data)
    agreement, more = build_agreement(file, words)
    problems += cut.still_true([*found, *more])
    if problems or agreement is None:
        raise ConfigErrors(source, problems)
    return Config(
        path=source.path,
        lang=file.lang,
        schedule=file.schedule,
        connections=connections,
        mappings=mappings,
        agreement=agreement,
        state_url=_resolved(file.state.url, source.path.parent),
        sections=file,
        source=source,
    )


def _file(source: Source, problems: list[Problem]) -> tuple[File | None, Cut]:
    """The sections; where parts of them are wrong, what remains without these parts, so that the rest is checked too."""
    cut = Cut(source.data)
    try:
        return File.model_validate(source.data), cut
    except ValidationError as error:
        found = problems_of(error, source, File.model_json_schema())
    problems += found
    while cut.remove(problem.location for problem in found):
        try:
            return File.model_validate(cut.data), cut
        except ValidationError as error:
            found = problems_of(error, source, {})
    return None, cut


def _mappings(
    file: File, connections: Mapping[str, Connection]
) -> tuple[dict[str, dict[str, ObjectMapping]], list[Problem]]:
    problems: list[Problem] = []
    mappings: dict[str, dict[str, ObjectMapping]] = {name: {} for name in file.connections}
    for name, spec in file.objects.items():
        connection, _, object_ = name.partition(".")
        if connection not in mappings:
            near = get_close_matches(connection, list(mappings), n=1)
            hint = f"; did you mean '{near[0]}'?" if near else ""
            problems.append(Problem(("objects", name), f"there is no connection '{connection}'{hint}", on_key=True))
            continue
        try:
            mappings[connection][object_] = compile_object(connection, object_, spec)
        except MappingErrors as errors:
            problems += [
                Problem(("objects", name, *error.path), error.message, inside=error.inside, on_key=error.on_key)
                for error in errors.errors
            ]
    return mappings, problems + check_objects(mappings, connections) + _misunderstood_links(file)


def _misunderstood_links(file: File) -> list[Problem]:
    """Links said to lead to another kind of record than the linked object holds."""
    problems: list[Problem] = []
    for name, spec in file.objects.items():
        connection = name.partition(".")[0]
        for other, kind in spec.links.items() if isinstance(spec.links, dict) else ():
            linked = file.objects.get(f"{connection}.{other}")
            if linked is not None and linked.kind is not kind:
                message = f"{connection}.{other} is mapped as {linked.kind}, not as {kind}"
                problems.append(Problem(("objects", name, "links", other), message))
    return problems


def _resolved(url: str, folder: Path) -> str:
    scheme, found, rest = url.partition(":///")
    if not found or not scheme.startswith("sqlite") or rest.startswith("/") or rest in ("", ":memory:"):
        return url
    return f"{scheme}:///{(folder / rest).resolve()}"
