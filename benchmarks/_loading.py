"""Put rows into an account as an importer does: through HubSpot's own SDK, over its public API."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import hubspot.crm.associations.v4 as links
import hubspot.crm.objects as objects
import hubspot.crm.properties as properties
from hubspot import HubSpot

from sandbox.serve import Sandbox

RECORDS_AT_ONCE, LINKS_AT_ONCE = 100, 2_000
FIELD_TYPES = {"string": "text", "number": "number", "date": "date", "bool": "booleancheckbox"}
BOOLEAN = [properties.OptionInput(label=word, value=word, hidden=False) for word in ("true", "false")]


class Importer:
    """Creates properties, records and associations. Anything but complete success is an error."""

    def __init__(self, server: Sandbox) -> None:
        crm = HubSpot(access_token=server.token, host=server.url, retry=False).crm
        self._objects = crm.objects.batch_api
        self._properties = crm.properties.batch_api
        self._links = crm.associations.v4.batch_api

    def define(self, object_: str, group: str, types: Mapping[str, str], unique: str | None = None) -> None:
        """Create custom properties, by name; the values of `unique` may not repeat."""
        inputs = [
            properties.PropertyCreate(
                name=name,
                label=name.replace("_", " ").capitalize(),
                type=type_,
                field_type=FIELD_TYPES[type_],
                group_name=group,
                options=BOOLEAN if type_ == "bool" else [],
                has_unique_value=name == unique,
            )
            for name, type_ in types.items()
        ]
        self._properties.create(object_, properties.BatchInputPropertyCreate(inputs=inputs))

    def create(self, object_: str, rows: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
        """Create a record for each row, by the row's own key; blanks are left out. The record ids by key."""
        ids: dict[str, str] = {}
        for some in _chunks(list(rows), RECORDS_AT_ONCE):
            inputs = [
                objects.SimplePublicObjectBatchInputForCreate(
                    object_write_trace_id=key,
                    properties={name: value for name, value in rows[key].items() if value},
                    associations=[],
                )
                for key in some
            ]
            body = objects.BatchInputSimplePublicObjectBatchInputForCreate(inputs=inputs)
            answer = self._checked(self._objects.create(object_, body))
            ids |= {one.object_write_trace_id: one.id for one in answer.results}
        assert ids.keys() == rows.keys(), f"of {len(rows)} {object_} {len(ids)} were created"
        return ids

    def associate(self, left: str, right: str, type_id: int, pairs: Sequence[tuple[str, str]]) -> None:
        """Link records by id, with one of HubSpot's own types."""
        types = [links.AssociationSpec(association_category="HUBSPOT_DEFINED", association_type_id=type_id)]
        for some in _chunks(pairs, LINKS_AT_ONCE):
            inputs = [
                links.PublicAssociationMultiPost(
                    _from=links.PublicObjectId(id=a), to=links.PublicObjectId(id=b), types=types
                )
                for a, b in some
            ]
            body = links.BatchInputPublicAssociationMultiPost(inputs=inputs)
            self._checked(self._links.create(left, right, body))

    @staticmethod
    def _checked(answer: Any) -> Any:
        assert not getattr(answer, "errors", None), f"the CRM refused {len(answer.errors)} rows: {answer.errors[0]}"
        return answer


def _chunks(items: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    rest = iter(items)
    while some := list(islice(rest, size)):
        yield some
