"""Which path goes where, behind /services/data/vXX.X."""

from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.salesforce import batch, composite, describe, info, query, records, replicate, tooling
from sandbox.salesforce.bulk import ingest, queries
from sandbox.salesforce.call import Handler


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint; `{names}` in the template match one segment."""

    method: str
    template: str
    handler: Handler


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("GET", "/", info.resources),
    Endpoint("GET", "/limits", info.limits),
    Endpoint("GET", "/limits/recordCount", info.record_count),
    Endpoint("GET", "/query", query.query),
    Endpoint("GET", "/queryAll", query.query_all),
    Endpoint("GET", "/query/{locator}", query.more),
    Endpoint("GET", "/queryAll/{locator}", query.more),
    Endpoint("GET", "/sobjects", describe.global_describe),
    Endpoint("GET", "/sobjects/{object}", describe.basic),
    Endpoint("POST", "/sobjects/{object}", records.post),
    Endpoint("GET", "/sobjects/{object}/describe", describe.describe),
    Endpoint("GET", "/sobjects/{object}/updated", replicate.updated),
    Endpoint("GET", "/sobjects/{object}/deleted", replicate.deleted),
    Endpoint("GET", "/sobjects/{object}/{id}", records.get),
    Endpoint("PATCH", "/sobjects/{object}/{id}", records.patch),
    Endpoint("DELETE", "/sobjects/{object}/{id}", records.remove),
    Endpoint("GET", "/sobjects/{object}/{field}/{value}", records.by_external_id),
    Endpoint("PATCH", "/sobjects/{object}/{field}/{value}", records.upsert),
    Endpoint("POST", "/composite", composite.composite),
    Endpoint("PATCH", "/composite/sobjects", batch.patch),
    Endpoint("POST", "/composite/sobjects", batch.post),
    Endpoint("DELETE", "/composite/sobjects", batch.remove),
    Endpoint("GET", "/composite/sobjects/{object}", batch.get),
    Endpoint("POST", "/composite/sobjects/{object}", batch.get),
    Endpoint("PATCH", "/composite/sobjects/{object}/{field}", batch.upsert),
    Endpoint("GET", "/tooling/query", tooling.query),
    Endpoint("POST", "/tooling/sobjects/CustomField", tooling.create_field),
    Endpoint("GET", "/tooling/sobjects/CustomField/{id}", tooling.get_field),
    Endpoint("GET", "/jobs/query", queries.listed),
    Endpoint("POST", "/jobs/query", queries.create),
    Endpoint("GET", "/jobs/query/{id}", queries.get),
    Endpoint("PATCH", "/jobs/query/{id}", queries.patch),
    Endpoint("DELETE", "/jobs/query/{id}", queries.remove),
    Endpoint("GET", "/jobs/query/{id}/results", queries.results),
    Endpoint("GET", "/jobs/ingest", ingest.listed),
    Endpoint("POST", "/jobs/ingest", ingest.create),
    Endpoint("GET", "/jobs/ingest/{id}", ingest.get),
    Endpoint("PATCH", "/jobs/ingest/{id}", ingest.patch),
    Endpoint("DELETE", "/jobs/ingest/{id}", ingest.remove),
    Endpoint("PUT", "/jobs/ingest/{id}/batches", ingest.upload),
    Endpoint("GET", "/jobs/ingest/{id}/successfulResults", ingest.successful),
    Endpoint("GET", "/jobs/ingest/{id}/failedResults", ingest.failed),
    Endpoint("GET", "/jobs/ingest/{id}/unprocessedrecords", ingest.unprocessed),
)
_BY_LENGTH: dict[int, list[tuple[tuple[str, ...], Endpoint]]] = {}
for _one in ENDPOINTS:
    _parts = tuple(_one.template.strip("/").split("/"))
    _BY_LENGTH.setdefault(len(_parts), []).append((_parts, _one))


@dataclass(frozen=True, slots=True)
class Found:
    """An endpoint and what its names stand for."""

    endpoint: Endpoint
    params: Mapping[str, str]


def find(method: str, path: str) -> Found | int:
    """The endpoint for a path behind the version; else 404, or 405 when only the method is wrong."""
    segments = path.strip("/").split("/")
    status = 404
    for parts, endpoint in _BY_LENGTH.get(len(segments), ()):
        if all(part == segment or part[:1] == "{" for part, segment in zip(parts, segments, strict=True)):
            if endpoint.method == method:
                params = {part[1:-1]: segment for part, segment in zip(parts, segments, strict=True) if part[:1] == "{"}
                return Found(endpoint, params)
            status = 405
    return status
