"""Variables in configuration texts: `${VAR}`, `${VAR:-default}`, `${file:/path}`; `$${` stands for a plain `${`."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

LARGEST_SECRET = 65_536

_REFERENCE = re.compile(
    r"\$\$\{|\$\{(?:file:(?P<file>[^}]+)|(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?P<default>:-[^}]*)?|(?P<bad>[^}]*))\}"
)


class Filled(NamedTuple):
    """A text with its references replaced, what they were, the values put in, and what could not be."""

    text: str
    origins: list[str]
    values: list[str]
    problems: list[str]


class Filler:
    """Replaces `${…}` in texts, from the environment and from files (relative to the configuration's folder)."""

    def __init__(self, folder: Path, env: Mapping[str, str]) -> None:
        self._folder = folder
        self._env = env

    def __call__(self, text: str) -> Filled:
        filled = Filled("", [], [], [])
        return filled._replace(text=_REFERENCE.sub(lambda match: self._value(match, filled), text))

    def _value(self, match: re.Match[str], filled: Filled) -> str:
        name, default, file = match["name"], match["default"], match["file"]
        if match[0] == "$${":
            return "${"
        if file:
            return self._from_file(file, filled)
        if not name:
            filled.problems.append("write ${NAME}, ${NAME:-default} or ${file:/path}; $${ is a plain ${")
            return ""
        value = self._env.get(name) or (default[2:] if default is not None else self._env.get(name))
        if value is None:
            filled.problems.append(f"the environment variable {name} is not set, and has no default")
            return ""
        filled.origins.append(f"env {name}")
        filled.values.append(value)
        return value

    def _from_file(self, name: str, filled: Filled) -> str:
        try:
            with (self._folder / name).open(encoding="utf-8") as file:
                value = file.read(LARGEST_SECRET + 1).strip()
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
            filled.problems.append(f"the file {name} cannot be read: {reason}")
            return ""
        if len(value) > LARGEST_SECRET:
            filled.problems.append(f"the file {name} is larger than {LARGEST_SECRET:,} bytes")
            return ""
        filled.origins.append(f"file {name}")
        filled.values.append(value)
        return value
