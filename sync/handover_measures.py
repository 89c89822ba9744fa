"""What sales made of marketing's leads: how many it took, why it refused the others, and how long it thought about it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime

from journey.handover import Decision, Handover
from journey.measures import Span, proportion
from sync.measures import Number, median, share
from sync.notes import Says, note

NO_REASON = "(none)"
"""Stands for the reason of a rejection that gives none."""


def handover_numbers(group: str, told: Sequence[Handover], as_of: datetime) -> Iterator[Number]:
    """Of the qualifications of a period; nothing where there are none."""
    if not told:
        return
    counts = Counter(one.decision for one in told)
    rejected = [one for one in told if one.decision is Decision.REJECTED]
    decided, open_ = counts[Decision.ACCEPTED] + len(rejected), counts[Decision.OPEN]
    said = note(Says.NOT_DECIDED, n=len(told) - decided) if decided else note(Says.NOBODY_DECIDED)
    taken = proportion(counts[Decision.ACCEPTED], decided)
    yield share("acceptance", group, taken, decided, provisional=open_ > 0, note=said)
    for decision in Decision:
        of = note(Says.OF_HANDED_OVER, share=counts[decision] / len(told))
        yield Number(f"handover_{decision.value}", group, counts[decision], len(told), "leads", note=of)
    for reason, n in Counter(one.reason or NO_REASON for one in rejected).most_common():
        why = note(Says.OF_REJECTED, share=n / len(rejected))
        yield Number(f"rejected_for:{reason}", group, n, len(rejected), "leads", note=why)
    returned = sum(one.returned for one in rejected)
    yield Number("handover_returned", group, returned, len(rejected), "leads", note=note(Says.BAD_DATA))
    yield median("decision_median", group, [Span(one.qualified_at, one.decided_at) for one in told], as_of)
