"""What was done about a lead: by people, and by machines that look like people."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from sandbox.common.times import iso
from sandbox.hubspot.generate import words
from sandbox.hubspot.generate.hours import DAY, HOUR
from sandbox.hubspot.generate.people import Person
from sandbox.hubspot.generate.team import Rep
from sandbox.hubspot.load import Seed

# HubSpot's own ids of the call outcomes "connected" and "no answer".
CONNECTED, NO_ANSWER = "f240bbac-87c9-4f6e-bf70-924b57d47db7", "73a0d17f-1163-4015-bdd5-ec830791da20"
SEQUENCE_ID = "882001"
_SEQUENCED, _LOGGED_LATE, _REPLIES, _TASKED, _NOTED = 0.4, 0.1, 0.3, 0.5, 0.2


@dataclass(frozen=True, slots=True)
class Activity:
    """An activity of a kind, linked to a contact by its number."""

    kind: str
    seed: Seed
    person: int


def of(rng: random.Random, number: int, one: Person, end: int) -> Iterator[Activity]:
    """Everything done about one lead up to `end`, in no order."""
    if one.rep is None or one.assigned is None:
        return
    rep, assigned = one.rep, one.assigned
    if rng.random() < _SEQUENCED:
        yield Activity("emails", _sequence_email(rng, rep, assigned + int(rng.uniform(1, 15) * 60_000)), number)
    if rng.random() < _TASKED:
        yield Activity("tasks", _task(rep, assigned, done=one.contacted is not None), number)
    if one.contacted is None:
        return
    at, left = one.contacted, 1 + min(5, int(rng.expovariate(0.6)))
    while at <= end and left:
        yield _by_hand(rng, number, rep, at, end)
        if rng.random() < _REPLIES and at + HOUR < end:
            yield Activity("emails", _reply(rng, rep, at + int(rng.uniform(0.2, 30) * HOUR)), number)
        at, left = rep.office.after(at, int(rng.expovariate(1 / (14 * HOUR)))), left - 1
    if rng.random() < _NOTED:
        yield Activity(
            "notes", _logged(rng, rep, one.contacted, end, {"hs_note_body": "Interesados; decidir en comité."}), number
        )


def _by_hand(rng: random.Random, number: int, rep: Rep, at: int, end: int) -> Activity:
    (kind,) = rng.choices(("calls", "emails", "meetings", "communications"), weights=(50, 36, 8, 6))
    return Activity(kind, _logged(rng, rep, at, end, _HANDS[kind](rng, at)), number)


def _call(rng: random.Random, at: int) -> dict[str, str]:
    connected = rng.random() < 0.45
    return {
        "hs_call_title": "Llamada de contacto",
        "hs_call_direction": "OUTBOUND",
        "hs_call_disposition": CONNECTED if connected else NO_ANSWER,
        "hs_call_duration": str(int(rng.lognormvariate(12.2, 0.8)) if connected else 0),
        "hs_call_status": "COMPLETED" if connected else "NO_ANSWER",
    }


def _email(rng: random.Random, at: int) -> dict[str, str]:
    return {
        "hs_email_subject": rng.choice(words.SUBJECTS).replace("{company}", "su empresa"),
        "hs_email_direction": "EMAIL",
        "hs_email_status": "SENT",
        "hs_email_sent_via": rng.choice(("GMAIL", "OUTLOOK")),
    }


def _meeting(rng: random.Random, at: int) -> dict[str, str]:
    return {
        "hs_meeting_title": "Demostración",
        "hs_meeting_start_time": iso(at),
        "hs_meeting_end_time": iso(at + HOUR),
        "hs_meeting_outcome": rng.choices(("COMPLETED", "NO_SHOW", "SCHEDULED"), weights=(80, 12, 8))[0],
    }


def _message(rng: random.Random, at: int) -> dict[str, str]:
    return {
        "hs_communication_channel_type": rng.choice(("WHATS_APP", "LINKEDIN_MESSAGE", "SMS")),
        "hs_communication_logged_from": "CRM",
        "hs_communication_body": "Hola, ¿le viene bien hablar hoy?",
    }


_HANDS = {"calls": _call, "emails": _email, "meetings": _meeting, "communications": _message}


def _logged(rng: random.Random, rep: Rep, at: int, end: int, properties: dict[str, str]) -> Seed:
    """An activity done by a person at `at`; one in ten is written down hours later."""
    late = int(rng.expovariate(1 / (9 * HOUR))) if rng.random() < _LOGGED_LATE else 1_000
    created = min(end, at + late)
    told = {
        **properties,
        "hs_timestamp": iso(at),
        "hs_object_source": "CRM_UI",
        "hs_created_by_user_id": str(rep.user_id),
    }
    return Seed({**told, "hubspot_owner_id": str(rep.id)}, None, created, created)


def _sequence_email(rng: random.Random, rep: Rep, at: int) -> Seed:
    """Sent by a sequence in the owner's name, within minutes: no person has answered yet."""
    properties = {
        **_email(rng, at),
        "hs_timestamp": iso(at),
        "hs_sequence_id": SEQUENCE_ID,
        "hs_object_source": rng.choice(("SEQUENCES", "AUTOMATION_PLATFORM")),
        "hubspot_owner_id": str(rep.id),
    }
    return Seed(properties, None, at, at)


def _reply(rng: random.Random, rep: Rep, at: int) -> Seed:
    properties = {
        **_email(rng, at),
        "hs_email_direction": "INCOMING_EMAIL",
        "hs_timestamp": iso(at),
        "hs_object_source": "EMAIL",
        "hubspot_owner_id": str(rep.id),
    }
    return Seed(properties, None, at, at)


def _task(rep: Rep, at: int, done: bool) -> Seed:
    properties = {
        "hs_task_subject": "Llamar al nuevo lead",
        "hs_task_type": "CALL",
        "hs_task_status": "COMPLETED" if done else "NOT_STARTED",
        "hs_timestamp": iso(at + DAY),
        "hs_object_source": "AUTOMATION_PLATFORM",
        "hubspot_owner_id": str(rep.id),
    }
    return Seed(properties, None, at, at)


def bulk(rng: random.Random, rep: Rep, at: int, numbers: list[int]) -> Iterator[Activity]:
    """The same e-mail to many people within a minute: sent from a person's mailbox, yet no answer to anyone."""
    subject = rng.choice(words.BULK_SUBJECTS)
    for n, number in enumerate(numbers):
        sent = at + n * 700
        properties = {
            **_email(rng, sent),
            "hs_email_subject": subject,
            "hs_timestamp": iso(sent),
            "hs_object_source": "CRM_UI",
        }
        yield Activity("emails", Seed({**properties, "hubspot_owner_id": str(rep.id)}, None, sent, sent), number)
