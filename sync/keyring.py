"""Where the keys are that encrypt secrets at rest: in the configuration, or in a file beside a SQLite database."""

import os
import tempfile
from pathlib import Path

from sqlalchemy.engine import make_url

from state.sealing import Keys, new_key

PRIVATE = 0o600


def key_path(state_url: str) -> Path | None:
    """The file of keys of a SQLite database: beside it, named after it. A server's database has none."""
    url = make_url(state_url)
    on_disk = url.get_backend_name() == "sqlite" and url.database and url.database != ":memory:"
    return Path(f"{url.database}.key") if on_disk else None


class KeyFileOpen(Exception):
    """Others on this machine can read the file of keys."""


class Keyring:
    """`configured` holds keys as `Keys.read` reads them. Without it they are in the file `path`, made at first need."""

    def __init__(self, configured: str | None, path: Path | None) -> None:
        self._configured = configured
        self.path = None if configured else path

    @property
    def here(self) -> bool:
        """Whether there is a place for keys at all: a server's database needs one in the configuration."""
        return self._configured is not None or self.path is not None

    def keys(self) -> Keys:
        """The keys as they are now. Raises `KeyFileOpen`, and ValueError for a file that holds none."""
        if self._configured is not None:
            return Keys.read(self._configured)
        path = self._file()
        if path.stat().st_mode & 0o077:
            raise KeyFileOpen(f"{path} can be read by others on this machine. Run: chmod 600 {path}")
        return Keys.read(path.read_text())

    def add(self) -> None:
        """Put a new key before the others. Only for a file of keys."""
        path = self._file()
        _write(path, f"{new_key()}\n{path.read_text()}")

    def keep_newest(self) -> None:
        """Remove all keys but the newest. Only for a file of keys."""
        path = self._file()
        _write(path, f"{path.read_text().split()[0]}\n")

    def _file(self) -> Path:
        if self.path is None:
            raise ValueError("the keys are not in a file of Relevo's own")
        if not self.path.exists():
            _write(self.path, f"{new_key()}\n", only_new=True)
        return self.path


def _write(path: Path, text: str, *, only_new: bool = False) -> None:
    """All of it or nothing, on the disk before this returns. With `only_new` a file that is there meanwhile stays."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(PRIVATE)
        if only_new and path.exists():
            return
        if only_new:
            try:
                path.hardlink_to(temporary)
            except FileExistsError:
                return
        else:
            temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
