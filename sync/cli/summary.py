"""What the demo did, for somebody from revenue operations who has never seen Relevo before."""

import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from state.views import RejectedRow
from sync.cli.output import plain
from sync.cli.report import took
from sync.cli.words import Lang, duration, number
from sync.demo import Demo, Waiting

TOP_REASONS = 3

_PROMISE: Mapping[Lang, Mapping[str, str]] = {
    "en": {
        "met": "contacted in time",
        "met_late": "contacted, but late",
        "breached": "not contacted, and late",
        "at_risk": "not contacted, due soon",
        "pending": "not contacted, still in time",
        "paused": "paused",
        "excluded": "excluded",
    },
    "es": {
        "met": "contactados a tiempo",
        "met_late": "contactados, pero tarde",
        "breached": "sin contactar y fuera de plazo",
        "at_risk": "sin contactar, a punto de vencer",
        "pending": "sin contactar, aún en plazo",
        "paused": "en pausa",
        "excluded": "excluidos",
    },
}

_SAY: Mapping[Lang, Mapping[str, str]] = {
    "en": {
        "read": "Read        {read} records of {objects} kinds from HubSpot, Salesforce and Zoho CRM",
        "people": "Scored      {people} people; {qualified} are qualified for sales",
        "promise": "Promise     sales contacts a qualified lead within {targets}; of {n} that qualified:",
        "written": "Written     score, reason and SLA of {written} leads and contacts; {read_back} read back as written",
        "none": "Rejected    nothing",
        "rejected": "Rejected    {n} records, each kept with its reason; most often:",
        "waiting": "Waiting     longest, of those still qualified:",
        "late": "{who}  score {score}  {due} late",
        "left": "{who}  score {score}  {due} left",
        "took": "Took        {seconds}, {calls} API calls",
        "try": "Try next",
        "again": "the same, keeping its database to look into",
        "start": "write a config.yaml for your own CRM",
        "status": "how fresh everything is",
        "sla": "who was not answered in time",
        "explain": "where each point comes from",
        "journey": "the whole path",
        "runs": "what could not be understood, and why",
    },
    "es": {
        "read": "Leídos      {read} registros de {objects} tipos en HubSpot, Salesforce y Zoho CRM",
        "people": "Puntuadas   {people} personas; {qualified} están cualificadas para ventas",
        "promise": "Compromiso  ventas contacta a un lead cualificado en {targets}; de {n} que se cualificaron:",
        "written": "Escritos    puntuación, motivo y SLA de {written} leads y contactos; {read_back} leídos de vuelta igual",
        "none": "Rechazados  ninguno",
        "rejected": "Rechazados  {n} registros, cada uno guardado con su motivo; los más frecuentes:",
        "waiting": "Esperando   los que más, de los que siguen cualificados:",
        "late": "{who}  puntuación {score}  {due} tarde",
        "left": "{who}  puntuación {score}  quedan {due}",
        "took": "Tardó       {seconds}, {calls} llamadas a la API",
        "try": "Para seguir",
        "again": "lo mismo, guardando su base de datos para mirarla",
        "start": "escribe un config.yaml para tu propio CRM",
        "status": "cómo de al día está todo",
        "sla": "a quién no se respondió a tiempo",
        "explain": "de dónde sale cada punto",
        "journey": "el camino completo",
        "runs": "qué no se pudo entender y por qué",
    },
}

_INDENT = " " * 12


def summary(done: Demo, now: datetime, lang: Lang) -> Iterator[str]:
    """The lines of the summary."""
    say, runs = _SAY[lang], [report.run for report in done.reports]
    first = [counts for run in runs[: len({run.connection for run in runs})] for counts in run.objects]
    read = sum(counts.taken.received for counts in first)
    yield say["read"].format(read=number(read, lang), objects=len(first))
    people, qualified = number(done.people.people, lang), number(done.people.qualified, lang)
    yield say["people"].format(people=people, qualified=qualified)
    yield say["promise"].format(targets=" / ".join(done.targets), n=number(sum(done.sla.values()), lang))
    yield from _promise(done.sla, lang)
    yield say["written"].format(written=number(done.written, lang), read_back=number(done.read_back, lang))
    yield from _reasons(done.rejected, lang)
    if done.waiting:
        yield say["waiting"]
        width = max(len(name_of(waiting)) for waiting in done.waiting)
        yield from ("    " + _waits(waiting, width, now, lang) for waiting in done.waiting)
    yield say["took"].format(seconds=took(done.seconds), calls=number(sum(run.api_calls for run in runs), lang))


def _promise(sla: Mapping[str, int], lang: Lang) -> Iterator[str]:
    clocks = sum(sla.values())
    for status, words in _PROMISE[lang].items():
        if n := sla.get(status, 0):
            yield f"{_INDENT}{number(n, lang):>6}  {number(100 * n / clocks, lang):>3} %  {words}"


def _reasons(rejected: Sequence[RejectedRow], lang: Lang) -> Iterator[str]:
    if not rejected:
        yield _SAY[lang]["none"]
        return
    records = {(row.rejection.object, row.rejection.id) for row in rejected}
    yield _SAY[lang]["rejected"].format(n=number(len(records), lang))
    counts = Counter((r.rejection.object, r.rejection.field, r.rejection.reason) for r in rejected)
    for (kind, field, reason), n in counts.most_common(TOP_REASONS):
        yield f"{_INDENT}{number(n, lang):>6}  {kind} {field}: {plain(reason)}"


def name_of(waiting: Waiting) -> str:
    """What the person is called in the commands to try."""
    return plain(waiting.person.email or waiting.person.person)


def _waits(waiting: Waiting, width: int, now: datetime, lang: Lang) -> str:
    left: timedelta = waiting.clock.cycle.due_at - now
    phrase = _SAY[lang]["left" if left > timedelta() else "late"]
    who = f"{name_of(waiting):<{width}}"
    return phrase.format(who=who, score=waiting.person.score, due=duration(left))


def next_steps(folder: Path | None, someone: str | None, lang: Lang) -> Iterator[str]:
    """What to try now: on the kept database, if there is one."""
    say = _SAY[lang]
    yield f"\n{say['try']}"
    program = program_name(sys.argv[0], shutil.which)
    for command, why in _commands(folder, someone):
        yield f"  {program}{command.removeprefix('relevo')}\n      {say[why]}"


def program_name(invoked: str, which: Callable[[str], str | None]) -> str:
    """How to call this program again: `relevo` if a shell finds it by that name, else the way it was called now."""
    return invoked if Path(invoked).name == "relevo" and which("relevo") is None else "relevo"


def _commands(folder: Path | None, someone: str | None) -> Iterator[tuple[str, str]]:
    if folder is None:
        yield "relevo demo --keep demo", "again"
    else:
        config = f"-c {folder / 'config.yaml'}"
        yield f"relevo status {config}", "status"
        yield f"relevo sla --breached {config}", "sla"
        if someone:
            yield f"relevo score explain {someone} {config}", "explain"
            yield f"relevo journey {someone} {config}", "journey"
        yield f"relevo runs rejected {config}", "runs"
    yield "relevo init", "start"
