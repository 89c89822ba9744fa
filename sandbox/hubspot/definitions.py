"""Endpoints for the account's set-up: properties and their groups, pipelines, owners."""

from sandbox.common.wire import Answer, ok
from sandbox.hubspot.call import Call, cursor, next_page
from sandbox.hubspot.errors import Refusal, bad_request, not_found
from sandbox.hubspot.properties import Catalog, parse_property

MOST_OWNERS = 500


def _catalog(call: Call) -> Catalog:
    return call.account.catalogs[call.kind.name]


def list_properties(call: Call) -> Answer:
    """`GET /properties/{object}`: all of them, no paging."""
    catalog = _catalog(call)
    held = catalog.archived if call.flag("archived") else catalog.live
    return ok({"results": [one.shown() for one in held.values()]})


def read_property(call: Call) -> Answer:
    """`GET /properties/{object}/{name}`."""
    return ok(_catalog(call).named(call.params["name"], call.flag("archived")).shown())


def create_property(call: Call) -> Answer:
    """`POST /properties/{object}`: 201; an existing name is a 409, an archived one is restored."""
    new = _catalog(call).create(parse_property(call.json(), call.account.clock.now()))
    call.account.watch_unique(call.kind)
    return ok(new.shown(), 201)


def create_properties(call: Call) -> Answer:
    """`POST /properties/{object}/batch/create`."""
    now = call.account.clock.now()
    made = [_catalog(call).create(parse_property(one, now)) for one in call.json().get("inputs", ())]
    call.account.watch_unique(call.kind)
    return ok({"status": "COMPLETE", "results": [one.shown() for one in made]}, 201)


def update_property(call: Call) -> Answer:
    """`PATCH /properties/{object}/{name}`."""
    return ok(_catalog(call).update(call.params["name"], call.json(), call.account.clock.now()).shown())


def archive_property(call: Call) -> Answer:
    """`DELETE /properties/{object}/{name}`: 204."""
    _catalog(call).archive(call.params["name"], call.account.clock.now())
    return Answer(204)


def list_groups(call: Call) -> Answer:
    """`GET /properties/{object}/groups`."""
    groups = _catalog(call).groups.items()
    return ok(
        {
            "results": [
                {"name": name, "label": label, "displayOrder": n, "archived": False}
                for n, (name, label) in enumerate(groups)
            ]
        }
    )


def read_group(call: Call) -> Answer:
    """`GET /properties/{object}/groups/{name}`."""
    name = call.params["name"]
    if name not in _catalog(call).groups:
        raise not_found(f"Property group {name} does not exist")
    return ok({"name": name, "label": _catalog(call).groups[name], "displayOrder": 0, "archived": False})


def create_group(call: Call) -> Answer:
    """`POST /properties/{object}/groups`: 201, 409 when it exists."""
    given, groups = call.json(), _catalog(call).groups
    name, label = given.get("name"), given.get("label")
    if not isinstance(name, str) or not isinstance(label, str):
        raise bad_request("Some required fields were not set: [name, label]")
    if name in groups:
        raise Refusal(409, "OBJECT_ALREADY_EXISTS", f"A property group named '{name}' already exists.")
    groups[name] = label
    return ok({"name": name, "label": label, "displayOrder": -1, "archived": False}, 201)


def list_pipelines(call: Call) -> Answer:
    """`GET /pipelines/{object}`."""
    pipelines = call.account.pipelines.get(call.kind.name)
    if pipelines is None:
        raise bad_request(f"Pipelines are not supported for {call.kind.singular}")
    return ok({"results": [pipeline.shown(n) for n, pipeline in enumerate(pipelines)]})


def read_pipeline(call: Call) -> Answer:
    """`GET /pipelines/{object}/{id}`."""
    pipelines = call.account.pipelines.get(call.kind.name, ())
    found = next((pipeline for pipeline in pipelines if pipeline.id == call.params["id"]), None)
    if found is None:
        raise not_found(f"Pipeline {call.params['id']} does not exist")
    return ok(found.shown())


def list_owners(call: Call) -> Answer:
    """`GET /owners`: at most 500 a page, 100 unless asked; archived owners only with `archived=true`."""
    limit, after, email = call.limit(100, MOST_OWNERS), call.after(), call.one("email")
    archived = call.flag("archived")
    owners = [one for _, one in sorted(call.account.owners.items()) if one.archived is archived and one.id > after]
    owners = [one for one in owners if not email or one.email == email]
    page = owners[:limit]
    paging = {"paging": next_page(cursor(page[-1].id))} if len(owners) > limit else {}
    return ok({"results": [one.shown() for one in page], **paging})


def read_owner(call: Call) -> Answer:
    """`GET /owners/{id}`, by owner id or with idProperty=userId."""
    text, archived = call.params["id"], call.flag("archived")
    by_user = call.one("idProperty", "id") == "userId"
    for owner in call.account.owners.values():
        if str(owner.user_id if by_user else owner.id) == text and owner.archived is archived:
            return ok(owner.shown())
    raise not_found()
