"""Finding one person, and their journey as it is stored."""

from journey.fold import fold
from journey.model import Journey, Ref
from state.views import PersonRow
from sync.app import App
from sync.cli.errors import Failure
from sync.cli.output import plain


def person_called(app: App, who: str) -> PersonRow:
    """The one person of that e-mail, record id or person id; a failure if there is none or more than one."""
    found = app.store.find_person(who)
    if not found:
        raise Failure("Nobody here is called that.", fix="Give an e-mail address, a CRM record id or a person id.")
    if len(found) > 1:
        choices = "; ".join(f"{row.person} ({', '.join(map(place, row.records))})" for row in found)
        raise Failure(f"That is more than one person: {choices}", fix="Name one of them by its person id.")
    return found[0]


def journey_of(app: App, row: PersonRow) -> Journey:
    """The person's journey, folded from the stored facts."""
    known = app.store.facts_of([row.person]).get(row.person)
    if known is None:
        raise Failure(f"Nothing is left in the CRM of {row.person}.")
    return fold(row.person, known.facts, known.past)


def name_of(row: PersonRow, journey: Journey) -> str:
    """Their name and e-mail as far as they are known, else the person id."""
    now = journey.now
    full = " ".join(str(now[key]) for key in ("first_name", "last_name") if now.get(key))
    parts = [part for part in (full, row.email, now.get("company_name")) if part]
    return plain(" · ".join(str(part) for part in parts)) or row.person


def place(ref: Ref) -> str:
    """A record as people write it: `hubspot.calls 123`. An event told by a record's field is that record (`contacts#form`)."""
    return f"{ref.connection}.{ref.object.partition('#')[0]} {plain(ref.id.partition('@')[0])}"
