"""Which scopes a call needs. Each set in the tuple must be met by at least one of its scopes.

Source: the security sections of the published specifications.
"""

from sandbox.hubspot.call import Call
from sandbox.hubspot.errors import Refusal
from sandbox.hubspot.kinds import kind_named

Needs = tuple[frozenset[str], ...]


def _each(scopes: tuple[str, ...]) -> Needs:
    return tuple(frozenset({scope}) for scope in scopes)


def nothing(call: Call) -> Needs:
    """Any valid token will do."""
    return ()


def read(call: Call) -> Needs:
    """Reading records."""
    return _each(call.kind.read_scopes)


def write(call: Call) -> Needs:
    """Writing records."""
    return _each(call.kind.write_scopes)


def read_schema(call: Call) -> Needs:
    """Reading properties and pipelines: the schema scope or an object scope."""
    return (frozenset({f"crm.schemas.{call.kind.name}.read", *call.kind.read_scopes, *call.kind.write_scopes}),)


def write_schema(call: Call) -> Needs:
    """Creating properties needs the schema scope; an object scope is not enough."""
    return (frozenset({f"crm.schemas.{call.kind.name}.write"}),)


def read_links(call: Call) -> Needs:
    """Reading associations between two kinds."""
    left = kind_named(call.params.get("from") or call.params["object"])
    return (*_each(left.read_scopes[:1]), *_each(kind_named(call.params["to"]).read_scopes[:1]))


def write_links(call: Call) -> Needs:
    """Writing associations between two kinds."""
    left = kind_named(call.params.get("from") or call.params["object"])
    return (*_each(left.write_scopes), *_each(kind_named(call.params["to"]).write_scopes))


def owners(call: Call) -> Needs:
    """Reading owners."""
    return (frozenset({"crm.objects.owners.read"}),)


def read_campaigns(call: Call) -> Needs:
    """Reading campaigns."""
    return (frozenset({"marketing.campaigns.read"}),)


def write_campaigns(call: Call) -> Needs:
    """Writing campaigns."""
    return (frozenset({"marketing.campaigns.write"}),)


def missing_scopes(needs: Needs) -> Refusal:
    """The vendor's 403."""
    return Refusal(
        403,
        "MISSING_SCOPES",
        "This app hasn't been granted all required scopes to make this call.",
        errors=[
            {
                "message": "One or more of the following scopes are required.",
                "context": {"requiredGranularScopes": sorted(scope for need in needs for scope in need)},
            }
        ],
    )
