"""What the demo did, for somebody from revenue operations who has never seen Relevo before."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from state.model import RejectedRow
from sync.cli.clocks import opened
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
        "read": "Read        {read} records of {objects} kinds from HubSpot",
        "people": "Scored      {people} people; {qualified} are qualified for sales",
        "promise": "Promise     qualified leads and their first contact by sales:",
        "written": "Written     {written} records in HubSpot now carry score, reason and SLA; {read_back} read back as written",
        "none": "Rejected    nothing",
        "rejected": "Rejected    {n} records, each kept with its reason; most often:",
        "waiting": "Waiting     longest without a contact:",
        "late": "{who}  score {score}  waits {span}, due {due} ago",
        "left": "{who}  score {score}  waits {span}, due in {due}",
        "took": "Took        {seconds}, {calls} API calls",
        "try": "Try next",
        "again": "the same, keeping its database to look into",
        "start": "write a config.yaml for your own HubSpot",
        "status": "how fresh everything is",
        "sla": "who was not answered in time",
        "explain": "where each point comes from",
        "journey": "the whole path",
        "runs": "what could not be understood, and why",
    },
    "es": {
        "read": "Leídos      {read} registros de {objects} tipos en HubSpot",
        "people": "Puntuadas   {people} personas; {qualified} están cualificadas para ventas",
        "promise": "Compromiso  leads cualificados y su primer contacto de ventas:",
        "written": "Escritos    {written} registros de HubSpot llevan ya puntuación, motivo y SLA; {read_back} leídos de vuelta tal cual",
        "none": "Rechazados  ninguno",
        "rejected": "Rechazados  {n} registros, cada uno guardado con su motivo; los más frecuentes:",
        "waiting": "Esperando   quienes llevan más tiempo sin contacto:",
        "late": "{who}  puntuación {score}  espera {span}, venció hace {due}",
        "left": "{who}  puntuación {score}  espera {span}, vence en {due}",
        "took": "Tardó       {seconds}, {calls} llamadas a la API",
        "try": "Para seguir",
        "again": "lo mismo, guardando su base de datos para mirarla",
        "start": "escribe un config.yaml para tu propio HubSpot",
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
    say, run = _SAY[lang], done.report.run
    read = sum(counts.taken.received for counts in run.objects)
    yield say["read"].format(read=number(read, lang), objects=len(run.objects))
    people, qualified = number(done.people.people, lang), number(done.people.qualified, lang)
    yield say["people"].format(people=people, qualified=qualified)
    yield say["promise"]
    yield from _promise(done.sla, lang)
    yield say["written"].format(written=number(done.written, lang), read_back=number(done.read_back, lang))
    yield from _reasons(done.rejected, lang)
    if done.waiting:
        yield say["waiting"]
        yield from (_INDENT + _waits(waiting, now, lang) for waiting in done.waiting)
    yield say["took"].format(seconds=took(done.seconds), calls=number(run.api_calls, lang))


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


def _waits(waiting: Waiting, now: datetime, lang: Lang) -> str:
    clock = opened(waiting.clock, waiting.person)
    left: timedelta = waiting.clock.cycle.due_at - now
    phrase = _SAY[lang]["left" if left > timedelta() else "late"]
    span = duration(now - waiting.clock.cycle.opened_at)
    score = waiting.person.score if waiting.person else ""
    return phrase.format(who=f"{plain(clock.name):<34}", score=score, span=span, due=duration(left))


def next_steps(folder: Path | None, someone: str | None, lang: Lang) -> Iterator[str]:
    """What to try now: on the kept database, if there is one."""
    say = _SAY[lang]
    yield f"\n{say['try']}"
    for command, why in _commands(folder, someone):
        yield f"  {command:<58} {say[why]}".rstrip()


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
