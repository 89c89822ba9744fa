"""A whole generated account: every object, at once, and the counts agree."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from connectors.base import Selection, Window
from connectors.hubspot import HubSpot
from connectors.plugin import Ports
from sandbox.serve import Sandbox

LINKED = {
    "deals": ("contacts", "companies"),
    "leads": ("contacts",),
    "calls": ("contacts",),
    "emails": ("contacts",),
    "meetings": ("contacts",),
    "communications": ("contacts",),
}
STAGED = {"deals": ("dealstage",), "contacts": ("lifecyclestage",)}


@pytest.fixture(scope="module")
def populated() -> Iterator[Sandbox]:
    with Sandbox.start(empty=False, people=200, limits=False) as sandbox:
        yield sandbox


@pytest.fixture
def hubspot(populated: Sandbox, ports: Ports) -> HubSpot:
    options = {"auth": {"token": populated.token}, "host": populated.url}
    return HubSpot(HubSpot.Options.model_validate(options), ports)


def selection(object_: str) -> Selection:
    return Selection(object_, (), links=LINKED.get(object_, ()), history=STAGED.get(object_, ()))


def live(hubspot: HubSpot, object_: str) -> set[str]:
    pages = hubspot.pull(selection(object_), None)
    return {change.id for page in pages for change in page.changes if not change.deleted}


def test_all_objects_pulled_at_once_through_one_connector_count_what_hubspot_counts(hubspot: HubSpot) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = dict(
            zip(hubspot.abilities.objects, pool.map(lambda o: live(hubspot, o), hubspot.abilities.objects), strict=True)
        )
    assert {object_: len(ids) for object_, ids in found.items()} == {
        object_: hubspot.count(object_, Window()) for object_ in found
    }
    assert min(len(ids) for ids in found.values()) > 0


@pytest.mark.parametrize("object_", [*LINKED, "contacts"])
def test_a_pull_and_a_read_tell_the_same(hubspot: HubSpot, object_: str) -> None:
    """Links and history come by another way when a list, a search or a batch read is asked."""
    wanted = selection(object_)
    page = next(iter(hubspot.pull(wanted, None)))
    told = {change.id: change for change in page.changes if not change.deleted}
    read = {change.id: change for change in hubspot.read(wanted, list(told))}
    for id_, change in told.items():
        assert {other: set(ids) for other, ids in change.links.items()} == {
            other: set(ids) for other, ids in read[id_].links.items()
        }
        assert (change.version, change.history) == (read[id_].version, read[id_].history)
