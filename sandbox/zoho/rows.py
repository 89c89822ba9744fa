"""Records as the API writes them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.zoho.fields import DataType
from sandbox.zoho.modules import Module
from sandbox.zoho.org import Org
from sandbox.zoho.store import Record

Render = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Shape:
    """Which fields of a record go into an answer; `references` say how lookups among them are written."""

    names: tuple[str, ...]
    references: tuple[tuple[str, Render], ...]
    with_home: bool
    """Whether $se_module is told: the module that What_Id points into."""


def shape(org: Org, module: Module, names: Sequence[str]) -> Shape:
    """The shape for the names asked for. Unknown fields, and those hidden from the user, are left out in silence."""
    known = [name for name in dict.fromkeys(names) if name in module.fields and module.fields[name].visible]
    references = []
    for name in known:
        render = _reference(org, module, name)
        if render is not None:
            references.append((name, render))
    with_home = "What_Id" in module.fields and ("$se_module" in names or "What_Id" in names)
    return Shape(tuple(known), tuple(references), with_home)


def all_names(module: Module) -> list[str]:
    """Every field of a module: what a single record is read with by default."""
    return list(module.fields)


def row(record: Record, wanted: Shape) -> dict[str, Any]:
    """One record."""
    held = record.values
    told = dict(zip(wanted.names, map(held.get, wanted.names), strict=True))
    for name, render in wanted.references:
        value = told[name]
        if value is not None:
            told[name] = render(value)
    if wanted.with_home:
        told["$se_module"] = held.get("$se_module")
    told["id"] = str(record.id)
    return told


def reference(org: Org, module: str, id_: Any) -> Any:
    """A lookup's value: name and id of where it points; what is no id is told as it is."""
    if not isinstance(id_, str):
        return id_
    for name in org.modules if module == "*" else (module,):
        record = org.stores[name].get(id_)
        if record is not None:
            return {"name": org.display_name(org.modules[name], record.values), "id": id_}
    return {"name": None, "id": id_}


def user(org: Org, id_: Any) -> Any:
    """An owner's value."""
    known = org.users.get(id_) if isinstance(id_, str) else None
    return {"name": None, "id": id_} if known is None else known.minified()


def _reference(org: Org, module: Module, name: str) -> Render | None:
    field = module.fields[name]
    if field.data_type is DataType.OWNER:
        people = {id_: one.minified() for id_, one in org.users.items()}
        return lambda id_: people[id_] if id_ in people else user(org, id_)
    if field.data_type is DataType.LOOKUP:
        return lambda id_: reference(org, field.lookup, id_)
    return None
