"""The fields that Relevo writes to, made where they are missing."""

from collections.abc import Callable, Container, Iterable, Sequence

from connectors.base import FieldSpec, Provisioned


def provision(
    specs: Sequence[FieldSpec],
    known: Callable[[str], Container[str]],
    make: Callable[[str, Sequence[FieldSpec]], Iterable[Provisioned]],
) -> list[Provisioned]:
    """What each spec came to, in order. `known` are an object's fields, `make` creates those that an object lacks."""
    made: dict[FieldSpec, Provisioned] = {}
    for object_ in dict.fromkeys(spec.object for spec in specs):
        there = known(object_)
        if missing := [spec for spec in specs if spec.object == object_ and spec.name not in there]:
            made.update((told.spec, told) for told in make(object_, missing))
    return [made.get(spec, Provisioned(spec, created=False)) for spec in specs]
