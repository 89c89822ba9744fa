"""Where a login keeps what must outlive it: access tokens that several processes share, refresh tokens that were replaced."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from threading import RLock
from typing import Protocol


class Secrets(Protocol):
    """One connection's safe. Thread-safe, and where it is kept on disk one for all processes, encrypted."""

    def get(self, name: str, of: str) -> str | None:
        """The secret called `name`, if it was put there for the same `of`: the settings that it was obtained with."""
        ...

    def put(self, name: str, value: str, of: str) -> None:
        """Keep a secret. It is safe before this returns."""
        ...

    def exclusive(self) -> AbstractContextManager[None]:
        """Nobody else logs in to this connection meanwhile. Raises `Later` when somebody does for too long."""
        ...


class Remembered:
    """Keeps secrets as long as the process lives."""

    def __init__(self) -> None:
        self._held: dict[str, tuple[str, str]] = {}
        self._lock = RLock()

    def get(self, name: str, of: str) -> str | None:
        """See `Secrets`."""
        value, origin = self._held.get(name, (None, of))
        return value if origin == of else None

    def put(self, name: str, value: str, of: str) -> None:
        """See `Secrets`."""
        self._held[name] = (value, of)

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """See `Secrets`."""
        with self._lock:
            yield
