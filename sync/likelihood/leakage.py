"""Fields that know the answer: written by sales after they touched the lead, or too good to be true."""

from collections import Counter
from collections.abc import Iterator, Sequence

from sync.likelihood.card import Leak, Leakage
from sync.likelihood.leads import Lead
from sync.likelihood.levels import levels
from sync.likelihood.regression import auc

REWRITTEN_SHARE = 0.10
REWRITTEN_LEADS = 10
"""A field is suspicious when it was rewritten in such a share, and so many, of the leads whose record changed after sales touched them."""
TOO_GOOD = 0.90
"""The AUC from which on a single field is taken to know the answer; whole models of honest fields rarely come so far."""


def leaks(fields: Sequence[str], found: Sequence[Lead], learned_from: Sequence[Lead]) -> Sequence[Leak]:
    """The fields to leave out: by their history in all leads, and by what they tell in those that are learned from."""
    told = [leak for n, name in enumerate(fields) if (leak := _rewritten(n, name, found))]
    known = {leak.field for leak in told}
    rest = [(n, name) for n, name in enumerate(fields) if name not in known]
    return [*told, *_too_good(rest, learned_from)]


def _rewritten(n: int, name: str, found: Sequence[Lead]) -> Leak | None:
    changed = [lead.rewritten[n] for lead in found if lead.rewritten is not None]
    if sum(changed) < REWRITTEN_LEADS or sum(changed) < REWRITTEN_SHARE * len(changed):
        return None
    return Leak(name, Leakage.REWRITTEN, sum(changed) / len(changed))


def _too_good(fields: Sequence[tuple[int, str]], learned_from: Sequence[Lead]) -> Iterator[Leak]:
    said = [bool(lead.bought) for lead in learned_from]
    for n, name in fields:
        one = levels(name, [lead.values[n] for lead in learned_from])
        own = [one.of(lead.values[n]) for lead in learned_from]
        all_, won = Counter(own), Counter(level for level, bought in zip(own, said, strict=True) if bought)
        measured = auc(said, [won[level] / all_[level] for level in own])
        if measured >= TOO_GOOD:
            yield Leak(name, Leakage.TELLS_ALL, measured)
