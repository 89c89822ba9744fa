"""The kinds of CRM object that the account has, by name, singular and object type id.

Type ids and scopes: developers.hubspot.com/docs/guides/crm/understanding-the-crm and the security sections of the published specifications.
"""

from dataclasses import dataclass

from sandbox.hubspot.errors import Refusal


@dataclass(frozen=True, slots=True)
class Kind:
    """`created` and `modified` name the properties the server keeps; `shown` are read when none is asked for."""

    name: str
    type_id: str
    singular: str
    read_scopes: tuple[str, ...]
    write_scopes: tuple[str, ...]
    created: str = "hs_createdate"
    modified: str = "hs_lastmodifieddate"
    shown: tuple[str, ...] = ()
    searched: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    merges: bool = False

    @property
    def always(self) -> tuple[str, ...]:
        """The properties in every answer, asked for or not."""
        return (self.created, self.modified, "hs_object_id")


def _scoped(name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return (f"crm.objects.{name}.read",), (f"crm.objects.{name}.write",)


def _activity(
    name: str, type_id: str, singular: str, *more_scopes: str, required: tuple[str, ...] = ("hs_timestamp",)
) -> Kind:
    read, write = _scoped("contacts")
    return Kind(name, type_id, singular, (*read, *more_scopes), write, required=required)


KINDS: tuple[Kind, ...] = (
    Kind(
        "contacts",
        "0-1",
        "contact",
        *_scoped("contacts"),
        created="createdate",
        modified="lastmodifieddate",
        shown=("email", "firstname", "lastname"),
        searched=("firstname", "lastname", "email", "phone", "company"),
        merges=True,
    ),
    Kind(
        "companies",
        "0-2",
        "company",
        *_scoped("companies"),
        created="createdate",
        shown=("domain", "name"),
        searched=("name", "domain", "website", "phone"),
        merges=True,
    ),
    Kind(
        "deals",
        "0-3",
        "deal",
        *_scoped("deals"),
        created="createdate",
        shown=("amount", "closedate", "dealname", "dealstage", "pipeline"),
        searched=("dealname", "pipeline", "dealstage", "description", "dealtype"),
        merges=True,
    ),
    Kind(
        "leads",
        "0-136",
        "lead",
        *_scoped("leads"),
        shown=("hs_lead_name",),
        searched=("hs_lead_name",),
        required=("hs_lead_name",),
    ),
    _activity("calls", "0-48", "call"),
    _activity("emails", "0-49", "email", "sales-email-read"),
    _activity("meetings", "0-47", "meeting"),
    _activity("communications", "0-18", "communication", required=()),
    _activity("tasks", "0-27", "task"),
    _activity("notes", "0-46", "note"),
    Kind("users", "0-115", "user", *_scoped("users")),
)

_BY_NAME = {alias: kind for kind in KINDS for alias in (kind.name, kind.singular, kind.type_id)}


def kind_named(name: str) -> Kind:
    """The kind by plural, singular or type id; an unknown one is the vendor's 400."""
    try:
        return _BY_NAME[name.lower()]
    except KeyError:
        raise Refusal(400, "VALIDATION_ERROR", f"Unable to infer object type from: {name}") from None
