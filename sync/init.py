"""The files that a person starts from: a commented configuration, its schema for editors, and a place for secrets."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from sync.config import json_schema

SECRET_MODE = 0o600

ENV_HEAD = """\
# Copy to .env, fill in, and keep it to yourself: chmod 600 .env
# Relevo reads .env beside config.yaml; a variable of the process counts more.
"""

WANTED = re.compile(r"^[^#\n]*?\$\{([A-Z0-9_]+)(?::-)?\}", re.MULTILINE)
"""A variable that the configuration names without a value of its own."""

GITIGNORE = """\
.env
*.db
*.db-*
*.db.*
"""


class AlreadyThere(Exception):
    """Files that would have been overwritten; nothing was written."""

    def __init__(self, paths: tuple[Path, ...]) -> None:
        super().__init__(", ".join(str(path) for path in paths))
        self.paths = paths


@dataclass(frozen=True, slots=True)
class Written:
    """What `start` wrote, and what it left as it was because it already said the same."""

    written: tuple[Path, ...]
    kept: tuple[Path, ...]


def example() -> str:
    """The complete, commented configuration that is shipped."""
    return (files("sync") / "config.example.yaml").read_text(encoding="utf-8")


def start(folder: Path, *, force: bool = False, config: str | None = None) -> Written:
    """Write the starting files into `folder`, made if need be. `config` replaces the example.

    Raises `AlreadyThere`, before anything is written, if a file is there with other content and `force` is not given.
    """
    wanted = _contents(config if config is not None else example())
    same = {name for name, text in wanted.items() if _read(folder / name) == text}
    taken = tuple(folder / name for name in wanted if name not in same and (folder / name).exists())
    if taken and not force:
        raise AlreadyThere(taken)
    folder.mkdir(parents=True, exist_ok=True)
    for name in wanted.keys() - same:
        (folder / name).write_text(wanted[name], encoding="utf-8")
    return Written(
        tuple(folder / name for name in wanted if name not in same),
        tuple(folder / name for name in wanted if name in same),
    )


def _contents(config: str) -> Mapping[str, str]:
    return {
        "config.yaml": config,
        "relevo.schema.json": json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n",
        ".env.example": ENV_HEAD + "".join(f"{name}=\n" for name in dict.fromkeys(WANTED.findall(config))),
        ".gitignore": GITIGNORE,
    }


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None
