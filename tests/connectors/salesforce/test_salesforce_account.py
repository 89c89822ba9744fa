"""A whole generated org: every object, at once, and the counts agree."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from connectors.base import Selection, Window
from connectors.plugin import Ports
from connectors.salesforce import Salesforce
from sandbox.salesforce.serve import SalesforceSandbox


@pytest.fixture(scope="module")
def populated() -> Iterator[SalesforceSandbox]:
    with SalesforceSandbox.start(empty=False, people=200, limits=False) as sandbox:
        yield sandbox


@pytest.fixture
def salesforce(populated: SalesforceSandbox, ports: Ports) -> Salesforce:
    options = {"auth": {"session_id": populated.token}, "host": populated.url}
    return Salesforce(Salesforce.Options.model_validate(options), ports)


def selection(object_: str) -> Selection:
    links = Salesforce.abilities.links.get(object_, ())
    return Selection(object_, (), links, ("StageName",) if object_ == "Opportunity" else ())


def live(salesforce: Salesforce, object_: str) -> set[str]:
    pages = salesforce.pull(selection(object_), None)
    return {change.id for page in pages for change in page.changes if not change.deleted}


def test_all_objects_pulled_at_once_through_one_connector_count_what_salesforce_counts(salesforce: Salesforce) -> None:
    objects = salesforce.abilities.objects
    with ThreadPoolExecutor(8) as pool:
        found = dict(zip(objects, pool.map(lambda o: live(salesforce, o), objects), strict=True))
    assert {object_: len(ids) for object_, ids in found.items()} == {
        object_: salesforce.count(object_, Window()) for object_ in found
    }
    assert min(len(ids) for ids in found.values()) > 0


@pytest.mark.parametrize("object_", Salesforce.abilities.objects)
def test_a_pull_and_a_read_tell_the_same(salesforce: Salesforce, object_: str) -> None:
    """Converted leads among them."""
    wanted = selection(object_)
    pulled = next(iter(salesforce.pull(wanted, None))).changes
    assert salesforce.read(wanted, [change.id for change in pulled]) == pulled
