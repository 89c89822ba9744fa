"""Settings that can be changed while a stand-in runs."""

from dataclasses import dataclass, replace
from typing import Any, Self, get_type_hints


@dataclass(frozen=True, slots=True)
class Adjustable:
    """A vendor's settings are a frozen dataclass of numbers, booleans and texts that is a kind of this one."""

    def changed(self, values: dict[str, Any]) -> Self:
        """A copy with `values` set. Raises ValueError for an unknown name or a value of the wrong type."""
        hints = get_type_hints(type(self))
        for name, value in values.items():
            wanted = hints.get(name)
            if wanted is None:
                raise ValueError(f"no setting is called {name!r}; there are {', '.join(sorted(hints))}")
            fits = type(value) in (int, float) if wanted is float else type(value) is wanted
            if not fits:
                raise ValueError(f"{name} takes a {wanted.__name__}, not {value!r}")
        return replace(self, **values)
