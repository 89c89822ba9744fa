"""What one clock rests on, in tables that people read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sync.cli.journey_events import ACTORS, note
from sync.cli.output import Table, plain
from sync.cli.people import place
from sync.cli.sla_account import Account
from sync.cli.sla_verdict import calendar_reason, correction, policy_reason
from sync.cli.words import Lang, day_time, duration, word

Rows = Sequence[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Speech:
    """In which language and time zone people are told."""

    lang: Lang
    zone: ZoneInfo

    def time(self, at: datetime | None) -> str:
        """A time; of none, nothing."""
        return "" if at is None else day_time(at, self.lang, self.zone)

    def span(self, span: timedelta | None, of: str) -> str:
        """A length of time, and of what; of none, nothing."""
        return "" if span is None else f"{duration(span)} {word(of, self.lang)}"


def facts(account: Account, speech: Speech) -> Table:
    """What applied, when the clock opened, was due and stopped, and both measures of the time that took."""
    clock, cycle, lang = account.clock, account.clock.row.cycle, speech.lang
    taken = (speech.span(clock.elapsed, "by the clock"), speech.span(clock.span("business_elapsed"), "of working time"))
    rows = [
        ("policy", f"{cycle.policy} · {account.body['target']}", policy_reason(account, lang)),
        ("calendar", account.body["calendar"], calendar_reason(account, lang)),
        ("opened", speech.time(cycle.opened_at), _which(account, lang)),
        (
            "assigned",
            speech.time(account.time("assigned_at")) or word("to nobody yet", lang),
            speech.span(clock.span("routing_delay"), "of routing"),
        ),
        ("at risk from", speech.time(account.time("at_risk_at")), ""),
        ("due", speech.time(cycle.due_at), ""),
        (
            "answered",
            speech.time(cycle.stopped_at) or word("not contacted yet", lang),
            place(clock.stop) if clock.stop else "",
        ),
        ("took", " · ".join(filter(None, taken)), speech.span(clock.span("response_time"), "from the assignment on")),
    ]
    shown = [(word(what, lang), *rest) for what, *rest in rows if any(rest)]
    return Table("sla-clock", ("what", "value", "why"), shown, ("", "", ""))


def _which(account: Account, lang: Lang) -> str:
    cycle = account.clock.row.cycle
    return f"{word('clock', lang)} {cycle.n} / {account.of}" if account.of > 1 else ""


def parts(account: Account, speech: Speech) -> Iterator[tuple[str, Table]]:
    """The other tables that are not empty, each with its heading."""
    for heading, columns, rows in (
        ("who had the person", ("since", "until", "owner", ""), _owners(account, speech)),
        ("the clock stood still", ("since", "until", "why"), _standstills(account, speech)),
        ("activities", ("at", "who", "what", "verdict", "rule", "record", ""), _activities(account, speech)),
        ("escalation", ("step", "for", "due", "reached", ""), _steps(account, speech)),
        ("what was said of it", ("at", "status", "run", ""), _said(account, speech)),
        ("how far the CRM has been read", ("object", "until", ""), _read(account, speech)),
    ):
        if rows:
            headings = tuple(word(column, speech.lang).upper() for column in columns)
            yield heading, Table("sla-clock", columns, rows, headings)


def _owners(account: Account, speech: Speech) -> Rows:
    return [
        (
            speech.time(segment.since),
            speech.time(segment.until),
            plain(account.names.owner(segment.owner)) or word("nobody", speech.lang),
            duration((segment.until or account.as_of) - segment.since),
        )
        for segment in account.owners
    ]


def _standstills(account: Account, speech: Speech) -> Rows:
    return [
        (
            speech.time(lapse.since),
            speech.time(lapse.until) or word("until now", speech.lang),
            f"{word('excluded', speech.lang)}: {plain(lapse.excluded_by)}"
            if lapse.excluded_by
            else word("paused", speech.lang),
        )
        for lapse in account.standstills
    ]


def _activities(account: Account, speech: Speech) -> Rows:
    lang = speech.lang
    return [
        (
            speech.time(one.at),
            word(ACTORS[one.touch.actor], lang) if one.touch else "",
            word(one.touch.type.value.replace("_", " "), lang) if one.touch else word("not in the CRM any more", lang),
            _judged(counts=one.counts, stops=one.ref == account.clock.stop, lang=lang),
            word(one.rule, lang),
            place(one.ref),
            plain(note(one.touch)) if one.touch else "",
        )
        for one in account.activities
    ]


def _judged(*, counts: bool, stops: bool, lang: Lang) -> str:
    return word("stops the clock" if stops else "counts" if counts else "does not count", lang)


def _steps(account: Account, speech: Speech) -> Rows:
    reached = [
        (
            one.step.step,
            plain(", ".join(one.step.to)),
            speech.time(one.step.at),
            speech.time(one.reached),
            f"{word('corrected', speech.lang)} {speech.time(one.corrected)}" if one.corrected else "",
        )
        for one in account.steps
    ]
    following = account.time("next_step_at")
    return reached if following is None else [*reached, (word("next", speech.lang), "", speech.time(following), "", "")]


def _said(account: Account, speech: Speech) -> Rows:
    """Which record put it right is known of the last verdict alone: it is the one that counts now."""
    told = list(account.history())
    notes = [word("corrected", speech.lang) if corrects else "" for _, corrects in told]
    if notes and notes[-1]:
        notes[-1] = correction(account, speech.lang)
    return [
        (speech.time(verdict.at), word(verdict.status, speech.lang), verdict.run, note_)
        for (verdict, _), note_ in zip(told, notes, strict=True)
    ]


def _read(account: Account, speech: Speech) -> Rows:
    due = account.clock.row.cycle.due_at
    return [
        (
            f"{source.connection}.{source.object}",
            speech.time(through) or word("never", speech.lang),
            word("not up to the due time", speech.lang) if through is None or through < due else "",
        )
        for source, through in account.read
    ]
