"""The verdict on a clock in one sentence, and why the policy and the calendar are what they are."""

from collections.abc import Mapping

from journey.running import SlaStatus
from journey.working_hours import CalendarBy
from sync.cli.output import plain
from sync.cli.people import place
from sync.cli.sla_account import Account
from sync.cli.words import Lang, duration, word

_SENTENCES: Mapping[str, Mapping[Lang, str]] = {
    "precontacted": {
        "en": "{status}: sales had been in contact before the person qualified.",
        "es": "{status}: ventas ya había contactado antes de que se cualificara.",
    },
    "met": {
        "en": "{status}: first contact after {took}, {early} before it was due.",
        "es": "{status}: primer contacto a las {took}, {early} antes de vencer.",
    },
    "met_late": {
        "en": "{status}: first contact after {took}, {late} after it was due.",
        "es": "{status}: primer contacto a las {took}, {late} después de vencer.",
    },
    "breached": {
        "en": "{status}: it was due {late} ago, and nobody has made contact.",
        "es": "{status}: venció hace {late} y nadie ha contactado.",
    },
    "awaiting": {
        "en": "{status}, no verdict yet: it was due {late} ago, but not everything that could refute a breach has been read since.",
        "es": "{status}, aún sin veredicto: venció hace {late}, pero no se ha leído desde entonces todo lo que podría desmentirlo.",
    },
    "open": {
        "en": "{status}: {early} left, and nobody has made contact yet.",
        "es": "{status}: quedan {early} y nadie ha contactado todavía.",
    },
    "paused": {"en": "{status}: the clock stands still.", "es": "{status}: el reloj está parado."},
    "excluded": {"en": "{status}: {by}. It does not count.", "es": "{status}: {by}. No cuenta."},
}
_CALENDARS: Mapping[CalendarBy, Mapping[Lang, str]] = {
    CalendarBy.POLICY: {"en": "the policy names it", "es": "lo nombra el acuerdo"},
    CalendarBy.OWNER: {"en": "the owner's at the opening", "es": "el de quien era propietario al abrirse"},
    CalendarBy.TEAM: {
        "en": "that of the owner's team at the opening",
        "es": "el del equipo del propietario al abrirse",
    },
    CalendarBy.DEFAULT: {"en": "the default", "es": "el predeterminado"},
}


def sentence(account: Account, lang: Lang) -> str:
    """The verdict in one sentence."""
    cycle = account.clock.row.cycle
    until = cycle.stopped_at or account.as_of
    return _SENTENCES[_kind(account)][lang].format(
        status=word(cycle.status, lang).capitalize(),
        took=duration(until - cycle.opened_at),
        early=duration(cycle.due_at - until),
        late=duration(until - cycle.due_at),
        by=plain(account.body["excluded_by"]),
    )


def _kind(account: Account) -> str:
    if account.body["precontacted"] and account.status is SlaStatus.MET:
        return "precontacted"
    if account.clock.awaiting_data:
        return "awaiting"
    return "open" if account.status in (SlaStatus.PENDING, SlaStatus.AT_RISK) else account.status.value


def policy_reason(account: Account, lang: Lang) -> str:
    """Why this policy governs the clock."""
    if account.policy is None:
        return word("no longer in the configuration", lang)
    if account.policy.when is None:
        return word("it applies to everybody", lang)
    return f"{word('at the opening:', lang)} {plain(account.policy.when)}"


def calendar_reason(account: Account, lang: Lang) -> str:
    """Why these working hours measure it."""
    return _CALENDARS[CalendarBy(account.body["calendar_by"])][lang]


def correction(account: Account, lang: Lang) -> str:
    """What put the verdict right: the contact that counts now, or that none does any more."""
    stop = account.clock.stop
    if stop is None:
        return word("corrected: what had counted does not any more", lang)
    return f"{word('corrected: what counts is', lang)} {place(stop)}"
