"""Two or three records of one person or company become one.

zoho.com/crm/developer/docs/api/v8/find-and-merge.html. What becomes of a merged-away id is not documented: it is found no more.
"""

from dataclasses import replace
from typing import Any

from sandbox.common.wire import Answer, ok
from sandbox.zoho.call import Call
from sandbox.zoho.errors import bad, not_given
from sandbox.zoho.fields import DataType
from sandbox.zoho.modules import Module
from sandbox.zoho.org import API_USER, Org
from sandbox.zoho.store import Record

MOST_MERGED_AWAY = 2


def merge_records(call: Call) -> Answer:
    """`POST /{module}/{id}/actions/merge`: the master takes the fields named of each child, and keeps its own otherwise."""
    org, module = call.org, call.module
    call.allow("Edit")
    master = call.store.get(call.params["id"])
    if master is None or master.converted:
        raise bad("INVALID_DATA", "Master record id is not available", resource_path_index=1)
    given = call.json().get("merge")
    if not isinstance(given, list) or len(given) != 1:
        raise bad("INVALID_DATA", "invalid data")
    children = [(_child(call, one, master, n), one) for n, one in enumerate(_children(given[0]))]
    for child, one in children:
        names = [chosen["api_name"] for chosen in one.get("_fields") or ()]
        merge(org, module, call.store.live[master.id], child, names)
    done = {
        "code": "SUCCESS",
        "details": {"id": str(master.id)},
        "message": "The records has been merged successfully",
        "status": "success",
    }
    return ok({"merge": [done]}, 201)


def merge(org: Org, module: Module, master: Record, child: Record, names: list[str]) -> None:
    """One child into the master; whatever pointed to the child points to the master."""
    now, store = org.now(), org.stores[module.api_name]
    values = {name: child.values.get(name) for name in names if name in module.fields}
    org.changed(module, master, values, now, API_USER.id)
    _repoint(org, module, str(child.id), str(master.id))
    theirs = org.emails.pop((module.api_name, child.id), [])
    org.emails.setdefault((module.api_name, master.id), []).extend(theirs)
    if org.settings.merged_are_deleted:
        org.delete(module, child, now, permanent=True)
    else:
        store.drop(child.id)


def _children(given: dict[str, Any]) -> list[dict[str, Any]]:
    children = given.get("data")
    if not isinstance(children, list) or not children:
        message = "Atleast one child record id is required to be merged."
        raise bad("INVALID_DATA", message, api_name="data", json_path="$.merge[0].data", minimum_length=1).within(
            "merge"
        )
    if len(children) > MOST_MERGED_AWAY:
        message = f"More than {MOST_MERGED_AWAY} child record ids cannot be merged."
        details = {"api_name": "data", "json_path": "$.merge[0].data", "maximum_length": MOST_MERGED_AWAY}
        raise bad("INVALID_DATA", message, **details).within("merge")
    return children


def _child(call: Call, given: dict[str, Any], master: Record, number: int) -> Record:
    path = f"$.merge[0].data[{number}].id"
    if "id" not in given:
        raise not_given("id", path).within("merge")
    child = call.store.get(str(given["id"]))
    if child is None or child.converted or child.id == master.id:
        message = "Valid record ids need to be given for merging"
        raise bad("INVALID_DATA", message, api_name="id", json_path=path).within("merge")
    return child


def _repoint(org: Org, module: Module, old: str, new: str) -> None:
    """Move every lookup from one record to another; nobody edited the records, so that their Modified_Time stays."""
    for name, other in org.modules.items():
        lookups = [
            one.api_name
            for one in other.fields.values()
            if one.data_type is DataType.LOOKUP and one.lookup in {module.api_name, "*"}
        ]
        store = org.stores[name]
        for record in list(store.live.values()):
            moved = {lookup: new for lookup in lookups if record.values.get(lookup) == old}
            if moved:
                store.put(replace(record, values={**record.values, **moved}))
