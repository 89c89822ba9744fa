"""What to write, decided against what the CRM holds at this moment. Pure.

For each field we owe, `desired` is compared with the live value and with the agreed one (what the CRM last confirmed to us):

    live means desired                      already there: agree, write nothing
    nothing agreed yet                      put: the first write of a field takes it over, and the plan shows its old value
    live means agreed                       put: nobody touched it since
    live is empty                           put: clearing a field hands it back to us
    otherwise a person edited it            conflict: kept as theirs, or overwritten, by the field's policy; shown either way
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from journey.model import Ref, Scalar
from state.model import ConflictPolicy, OutboxRow


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field's `old → new`; `old` in the CRM's own words."""

    field: str
    old: object
    new: Scalar


@dataclass(frozen=True, slots=True)
class Conflict:
    """A person's edit (`theirs`, in the CRM's words) in a field for which we want `ours`."""

    field: str
    theirs: object
    ours: Scalar
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
    def writes(self) -> Mapping[str, Scalar]:
        """The fields to send, and nothing else."""
        return {change.field: change.new for change in self.put}

    @property
    def held(self) -> Mapping[str, object]:
        """What the CRM holds in the fields to send."""
        return {change.field: change.old for change in self.put}


Same = Callable[[str, Any, Any], bool]
"""Does the CRM's raw value of a field mean the desired value? (field, desired, raw)"""


def plan_record(
    row: OutboxRow,
    live: Mapping[str, object] | None,
    policies: Mapping[str, ConflictPolicy],
    same: Same,
    kept: frozenset[str] = frozenset(),
) -> RecordPlan:
    """Decide each owed field against the record as the CRM holds it now (`None`: it no longer does).

    `kept` are the fields in which a person's edit was kept before and still stands.
    """
    if live is None:
        return RecordPlan(row.ref, gone=True)
    put: list[FieldChange] = []
    already: list[str] = []
    conflicts: list[Conflict] = []
    for name, desired in sorted(row.fields.items()):
        raw = live.get(name)
        if same(name, desired, raw):
            already.append(name)
            continue
        if _edited_by_a_person(row, name, raw, same, kept):
            policy = policies.get(name, ConflictPolicy.KEEP)
            conflicts.append(Conflict(name, raw, desired, policy))
            if policy is ConflictPolicy.KEEP:
                continue
        put.append(FieldChange(name, raw, desired))
    return RecordPlan(row.ref, tuple(put), tuple(already), tuple(conflicts))


def _edited_by_a_person(row: OutboxRow, name: str, raw: object, same: Same, kept: frozenset[str]) -> bool:
    if raw is None or raw == "":
        return False
    if name in kept:
        return True
    return row.agreed is not None and name in row.agreed and not same(name, row.agreed[name], raw)


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
