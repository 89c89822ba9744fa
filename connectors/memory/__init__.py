"""The reference connector: every ability, over a CRM that lives in this process (`World`)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

import orjson
from pydantic import Field as Option
from pydantic import SecretStr

from connectors.base import (
    Abilities,
    Change,
    Cursor,
    Field,
    FieldKind,
    FieldSpec,
    Finding,
    Held,
    Outcome,
    Page,
    Provisioned,
    Quota,
    Refused,
    Schema,
    Selection,
    Window,
    Write,
    Written,
)
from connectors.credentials import Credentials, Token, TokenSource
from connectors.http import Again, Api, Declined, Good, Renew, Request, Response, Verdict
from connectors.memory.world import World
from connectors.pace import Pace
from connectors.plugin import Options, Ports

OBJECTS = ("contacts", "companies", "deals", "calls")
EARLIEST, LATEST = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)


class MemoryOptions(Options):
    """Which world to talk to, and how."""

    world: str = Option("default", description="The name of the world: connections that name the same one share it.")
    secret: SecretStr = Option(
        SecretStr("refresh"), description="What the world takes in exchange for an access token."
    )
    page: int = Option(100, ge=1, description="Records in a page.")


class Memory:
    """One account of a `World`."""

    Options = MemoryOptions
    abilities = Abilities(
        objects=OBJECTS,
        writable=OBJECTS,
        links=dict.fromkeys(OBJECTS, OBJECTS),
        history=OBJECTS,
        tells_deletes=True,
        tells_merges=True,
        guards_versions=True,
        provisions_fields=True,
    )

    def __init__(self, options: MemoryOptions, ports: Ports) -> None:
        self.world = World.named(options.world)
        self._options = options
        self._now = ports.now
        credentials = Credentials(ports.now, "Check `secret`.", source=TokenSource(self._token))
        self.api = Api(self.world.answer, signals, credentials, Pace({}, ports.now, ports.sleep), ports)

    def check(self) -> Sequence[Finding]:
        self.describe(OBJECTS[0])
        return (Finding("token", ok=True, detail="The world answers."),)

    def describe(self, object: str) -> Schema:  # noqa: A002 (the domain's word)
        fields = self.api.call(Request("GET", "/{object}/fields", {"object": object}, promises="fields")).data["fields"]
        return Schema(object, {item["name"]: _field(item) for item in fields})

    def pull(self, selection: Selection, since: Cursor | None) -> Iterator[Page]:
        start: dict[str, Any] = orjson.loads(since) if since else {"after": 0, "since": EARLIEST.isoformat()}
        more = True
        while more:
            query = (("after", str(start["after"])), ("since", start["since"]), ("limit", str(self._options.page)))
            request = Request("GET", "/{object}/changes", {"object": selection.object}, query, promises="results")
            data = self.api.call(request).data
            rows, more = data["results"], data["more"]
            start = {"after": rows[-1]["change"] if rows else start["after"], "since": start["since"]}
            yield Page([change(selection, row) for row in rows], Cursor(orjson.dumps(start).decode()), last=not more)

    def rewind(self, object: str, to: datetime) -> Cursor:  # noqa: A002
        return Cursor(orjson.dumps({"after": 0, "since": to.astimezone(UTC).isoformat()}).decode())

    def read(self, selection: Selection, ids: Sequence[str]) -> Sequence[Change]:
        request = Request(
            "POST", "/{object}/read", {"object": selection.object}, body={"ids": list(ids)}, promises="results"
        )
        found = {row["id"]: row for row in self.api.call(request).data["results"]} if ids else {}
        return [
            change(selection, found[id_])
            if id_ in found
            else Change(selection.object, id_, "gone", self._now(), deleted=True)
            for id_ in ids
        ]

    def count(self, object: str, window: Window) -> int:  # noqa: A002
        since, until = window.since or EARLIEST, window.until or LATEST
        query = (("since", since.astimezone(UTC).isoformat()), ("until", until.astimezone(UTC).isoformat()))
        return int(self.api.call(Request("GET", "/{object}/count", {"object": object}, query)).data["total"])

    def push(self, writes: Sequence[Write]) -> Iterator[Outcome]:
        for object_, same in groupby(writes, key=lambda write: write.object):
            queue = list(same)
            for at in range(0, len(queue), self.abilities.batch_size):
                batch = queue[at : at + self.abilities.batch_size]
                inputs = [{"id": write.id, "fields": dict(write.fields), "version": write.version} for write in batch]
                request = Request(
                    "POST", "/{object}/update", {"object": object_}, body={"inputs": inputs}, promises="results"
                )
                results = self.api.call(request).data["results"]
                yield from (_outcome(write, result) for write, result in zip(batch, results, strict=True))

    def provision(self, fields: Sequence[FieldSpec]) -> Sequence[Provisioned]:
        return [Provisioned(spec, created=self._created(spec)) for spec in fields]

    def quota(self) -> Quota | None:
        return None

    def _created(self, spec: FieldSpec) -> bool:
        body = {"name": spec.name, "label": spec.label, "kind": spec.kind, "options": spec.options}
        try:
            self.api.call(Request("POST", "/{object}/fields", {"object": spec.object}, body=body))
        except Declined as declined:
            if declined.status == 409:
                return False
            raise
        return True

    def _token(self) -> Token:
        form = (("secret", self._options.secret.get_secret_value()),)
        return Token(self.api.call(Request("POST", "/token", form=form, authorised=False)).data["access_token"])


def signals(request: Request, response: Response) -> Verdict:
    """What a world's answer means; its statuses are HTTP's own."""
    match response.status:
        case 200:
            return Good()
        case 401:
            return Renew()
        case 429:
            return Again("too many calls", float(response.headers["retry-after"]), everyone=True)
        case status if status >= 500:
            return Again(f"status {status}")
    return Declined(response.status, "DECLINED", response.body.decode(), {})


def change(selection: Selection, row: Mapping[str, Any]) -> Change:
    """A row as the selection wants it."""
    history = {
        name: tuple(Held(value, datetime.fromisoformat(at)) for value, at in row["history"].get(name, ()))
        for name in selection.history
        if not row["deleted"]
    }
    return Change(
        object=selection.object,
        id=row["id"],
        version=str(row["change"]),
        modified=datetime.fromisoformat(row["modified"]),
        fields={name: row["fields"][name] for name in selection.fields if name in row["fields"]},
        links={name: tuple(row["links"].get(name, ())) for name in selection.links if not row["deleted"]},
        history=history,
        deleted=row["deleted"],
        merged_into=row["merged_into"],
        merged_object=row["merged_object"],
    )


def _field(item: Mapping[str, Any]) -> Field:
    return Field(**{**item, "kind": FieldKind(item["kind"]), "options": tuple(item["options"])})


def _outcome(write: Write, result: Mapping[str, Any]) -> Outcome:
    if "version" in result:
        return Written(write.id, result["version"])
    return Refused(write.id, result["reason"], result["code"], stale=result["code"] == "STALE")
