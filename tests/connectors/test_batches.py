"""How writes go out: all of them, in their order, and nothing twice in one call."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from connectors.base import Write
from connectors.batches import batched

WRITES = st.lists(
    st.builds(Write, st.sampled_from(["Lead", "Contact"]), st.sampled_from("abcdefg"), st.just({"score": 1})),
    max_size=40,
)


@given(WRITES, st.integers(1, 5))
def test_every_write_goes_out_in_order_and_no_batch_is_mixed_too_long_or_names_a_record_twice(
    writes: list[Write], most: int
) -> None:
    """I5: a vendor gives each row of a batch its own outcome only if the rows are of one object and different."""
    batches = list(batched(writes, most))
    assert [write for batch in batches for write in batch] == writes
    for batch in batches:
        assert 1 <= len(batch) <= most
        assert len({write.object for write in batch}) == 1
        assert len({write.id for write in batch}) == len(batch)


@given(WRITES)
def test_a_batch_ends_only_where_it_must(writes: list[Write]) -> None:
    batches = list(batched(writes, 3))
    for batch, following in pairwise(batches):
        first = following[0]
        assert len(batch) == 3 or first.object != batch[0].object or first.id in {write.id for write in batch}
