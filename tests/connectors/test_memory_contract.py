"""The in-memory connector keeps the contract."""

import pytest

from connectors.memory.bench import MemoryBench
from connectors.testing import Bench, ConnectorContract, Desk


class TestMemoryContract(ConnectorContract):
    @pytest.fixture
    def bench(self) -> Bench:
        return MemoryBench()


def test_a_converted_record_names_the_record_of_another_object() -> None:
    """I11."""
    bench = MemoryBench()
    desk = Desk(bench)
    (lead,) = bench.add(1)
    since = desk.caught_up()
    bench.world.delete("contacts", lead, "7", "customers")
    (change,) = desk.changes(since)
    assert (change.deleted, change.merged_into, change.merged_object) == (True, "7", "customers")
