"""The sales team and the campaigns of the generated company."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sandbox.common.times import iso
from sandbox.hubspot.account import Account
from sandbox.hubspot.generate.hours import DAY, Office
from sandbox.hubspot.kinds import kind_named
from sandbox.hubspot.load import Seed, load_campaign, load_owner, load_records

DOMAIN = "ibertech-demo.example"


@dataclass(frozen=True, slots=True)
class Rep:
    """A seller. `pace` stretches their response times; `share` is how many leads they are given."""

    id: int
    first: str
    last: str
    team: tuple[int, str]
    office: Office
    countries: frozenset[str]
    pace: float
    share: int
    archived: bool = False

    @property
    def user_id(self) -> int:
        """The user behind the owner."""
        return self.id + 40_000_000


def _rep(
    id_: int,
    name: str,
    team: tuple[int, str],
    zone: str,
    countries: str,
    pace: float,
    share: int,
    archived: bool = False,
) -> Rep:
    first, last = name.split(" ", 1)
    return Rep(id_, first, last, team, Office(ZoneInfo(zone)), frozenset(countries.split()), pace, share, archived)


_IBERIA, _EUROPE, _LATAM = (11, "Iberia"), (12, "Europa"), (13, "Latinoamérica")
REPS = (
    _rep(71001, "Lucía Herrero", _IBERIA, "Europe/Madrid", "ES", 0.4, 5),
    _rep(71002, "Javier Otero", _IBERIA, "Europe/Madrid", "ES", 1.0, 5),
    _rep(71003, "Marta Soler", _IBERIA, "Europe/Madrid", "ES", 2.5, 4),
    _rep(71004, "Duarte Nogueira", _IBERIA, "Europe/Lisbon", "PT", 0.8, 3),
    _rep(71005, "Katrin Vogel", _EUROPE, "Europe/Berlin", "DE FR IT IN", 0.6, 4),
    _rep(71006, "Paolo Ferri", _EUROPE, "Europe/Rome", "IT FR", 1.5, 2),
    _rep(71007, "Ximena Rangel", _LATAM, "America/Mexico_City", "MX", 1.2, 4),
    _rep(71008, "Andrés Mejía", _LATAM, "America/Bogota", "CO", 0.9, 3),
    _rep(71009, "Óscar Pineda", _IBERIA, "Europe/Madrid", "ES", 3.0, 1, archived=True),
)

# name, budget, spend by line; the last one's cost is not known
CAMPAIGNS = (
    ("Google Ads: software SLA", 9_000, (("Clics de búsqueda", 6_480.0), ("Agencia", 1_200.0))),
    ("LinkedIn: directores de ventas", 6_000, (("Anuncios", 5_310.5),)),
    ("Webinar: alinear marketing y ventas", 2_500, (("Plataforma", 390.0), ("Ponente", 1_500.0))),
    ("Feria Industria 4.0", 14_000, (("Estand", 9_800.0), ("Viajes", 2_150.0), ("Material", 870.4))),
    ("Boletín mensual", 600, (("Envíos", 240.0),)),
    ("Programa de socios", 3_000, ()),
)


def load_team(account: Account, start: int) -> None:
    """Owners, their users with time zones, and campaigns that begin with the history."""
    for rep in REPS:
        load_owner(
            account,
            {
                "id": rep.id,
                "userId": rep.user_id,
                "email": email_of(rep),
                "firstName": rep.first,
                "lastName": rep.last,
                "teams": [rep.team],
                "archived": rep.archived,
            },
        )
    load_records(account, kind_named("users"), [_user(rep, start) for rep in REPS])
    for n, (name, budget, spend) in enumerate(CAMPAIGNS):
        begun = start + n * DAY
        properties = {
            "hs_name": name,
            "hs_start_date": iso(begun)[:10],
            "hs_end_date": iso(begun + 75 * DAY)[:10],
            "hs_campaign_status": "in_progress",
            "hs_currency_code": account.settings.currency,
        }
        items = [{"name": line, "amount": amount} for line, amount in spend]
        campaign = str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{n}.{DOMAIN}"))
        total = [{"name": "Presupuesto", "amount": budget}]
        load_campaign(
            account, {"id": campaign, "properties": properties, "created": begun, "budget": total, "spend": items}
        )


def email_of(rep: Rep) -> str:
    """A seller's address."""
    return f"owner{rep.id}@{DOMAIN}"


def _user(rep: Rep, start: int) -> Seed:
    properties = {
        "hs_email": email_of(rep),
        "hs_given_name": rep.first,
        "hs_family_name": rep.last,
        "hs_internal_user_id": str(rep.user_id),
        "hs_standard_time_zone": str(rep.office.zone),
        "hubspot_owner_id": str(rep.id),
    }
    return Seed(properties, rep.user_id, start, start)


def opened(end: datetime, days: int) -> int:
    """The first instant of the history, epoch ms."""
    return round(end.astimezone(UTC).timestamp() * 1000) - days * DAY
