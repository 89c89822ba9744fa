"""What to write, decided against what the CRM holds at this moment. Pure.

For each field we owe, `desired` is compared with the live value and with the agreed one (what the CRM last confirmed to us):

    live means desired                      already there: agree, write nothing
    nothing agreed yet                      put: the first write of a field takes it over, and the plan shows its old value
    live means agreed                       put: nobody touched it since
    live is empty                           put: clearing a field hands it back to us
    otherwise a person edited it            conflict: kept as theirs, or overwritten, by the field's policy; shown either way
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from journey.model import Ref, Value


class ConflictPolicy(StrEnum):
    """Whose value stays when a person edited a field that Relevo owns."""

    KEEP = "keep"
    OVERWRITE = "overwrite"


@dataclass(frozen=True, slots=True)
class Owed:
    """What one record should hold, and what the CRM last agreed to. `kept` are the fields a person's edit was kept in."""

    ref: Ref
    fields: Mapping[str, Value]
    agreed: Mapping[str, Value]
    kept: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field's `old → new`; `old` in the CRM's own words."""

    field: str
    old: object
    new: Value


@dataclass(frozen=True, slots=True)
class Conflict:
    """A person's edit (`theirs`, in the CRM's words) in a field for which we want `ours`."""

    field: str
    theirs: object
    ours: Value
    policy: ConflictPolicy


@dataclass(frozen=True, slots=True)
class RecordPlan:
    """Everything decided about one record. `gone`: the CRM no longer has it, so nothing is owed."""

    ref: Ref
    put: tuple[FieldChange, ...] = ()
    already: tuple[str, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    gone: bool = False

    @property
    def writes(self) -> Mapping[str, Value]:
        """The fields to send, and nothing else."""
        return {change.field: change.new for change in self.put}


Same = Callable[[str, Value, object], bool]
"""Does the CRM's raw value of a field mean the desired value? (field, desired, raw)"""


def plan_record(
    owed: Owed, live: Mapping[str, object] | None, policies: Mapping[str, ConflictPolicy], same: Same
) -> RecordPlan:
    """Decide each owed field against the record as the CRM holds it now (`None`: it no longer does)."""
    if live is None:
        return RecordPlan(owed.ref, gone=True)
    put: list[FieldChange] = []
    already: list[str] = []
    conflicts: list[Conflict] = []
    for name, desired in sorted(owed.fields.items()):
        raw = live.get(name)
        if same(name, desired, raw):
            already.append(name)
            continue
        if _edited_by_a_person(owed, name, raw, same):
            policy = policies.get(name, ConflictPolicy.KEEP)
            conflicts.append(Conflict(name, raw, desired, policy))
            if policy is ConflictPolicy.KEEP:
                continue
        put.append(FieldChange(name, raw, desired))
    return RecordPlan(owed.ref, tuple(put), tuple(already), tuple(conflicts))


def _edited_by_a_person(owed: Owed, name: str, raw: object, same: Same) -> bool:
    if raw is None or raw == "":
        return False
    if name in owed.kept:
        return True
    return name in owed.agreed and not same(name, owed.agreed[name], raw)


@dataclass(frozen=True, slots=True)
class PlanTotals:
    """How many records a set of plans would touch; the four add up to the number of plans."""

    update: int
    unchanged: int
    conflict: int
    gone: int


def totals(plans: Iterable[RecordPlan]) -> PlanTotals:
    """Count each plan once: by what would be sent first, then by what was kept back."""
    update = unchanged = conflict = gone = 0
    for plan in plans:
        if plan.gone:
            gone += 1
        elif plan.put:
            update += 1
        elif plan.conflicts:
            conflict += 1
        else:
            unchanged += 1
    return PlanTotals(update, unchanged, conflict, gone)


def batches(plans: Sequence[RecordPlan], size: int) -> Iterable[Sequence[RecordPlan]]:
    """Plans in slices of at most `size`, in order."""
    for start in range(0, len(plans), size):
        yield plans[start : start + size]
