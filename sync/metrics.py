"""The numbers that both teams share, worked out from the stored facts.

Two passes over the database, in batches: everybody (cohorts, response, funnel), and the closed deals (revenue, attribution). Kept
until the end are a few times of each person in the period, and the path to each deal won in it; nothing of all the others.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from sync.app import App
from sync.cost_measures import cost_numbers
from sync.deal_measures import credits_of, deal_numbers, revenue
from sync.measures import Number, Question, kinds_of, read_until
from sync.people_measures import people, people_numbers
from sync.quantity_measures import quantity_numbers
from sync.subjects import names


def metrics(app: App, question: Question) -> Iterator[Number]:
    """Every number, with the time up to which the records it rests on have been read."""
    named = names(app.store)
    groups, delivered = people(app, question, named)
    sold = revenue(app, question, named)
    credit = credits_of(sold)
    cohort = [span for one in groups.values() for span in one.qualified]
    reached = {name: (len(cohort.qualified), cohort.won_in_period) for name, cohort in groups.items()}
    read = cache(lambda kinds: read_until(app, kinds))
    for number in (
        *people_numbers(groups, question),
        *quantity_numbers(delivered, sold, cohort, question),
        *deal_numbers(sold, credit, question),
        *cost_numbers(app, question, reached, credit),
    ):
        yield replace(number, fresh=read(kinds_of(number.measure)))
