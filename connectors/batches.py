"""How writes go out: in their order, so many at once."""

from collections.abc import Callable, Hashable, Iterator, Sequence

from connectors.base import Write


def batched(
    writes: Sequence[Write], most: int, alike: Callable[[Write], Hashable] = lambda write: write.object
) -> Iterator[list[Write]]:
    """At most `most` at once, in order; in each batch all are `alike` and no id comes twice: vendors refuse or merge such rows."""
    batch: list[Write] = []
    ids: set[str] = set()
    for write in writes:
        if batch and (len(batch) == most or alike(write) != alike(batch[0]) or write.id in ids):
            yield batch
            batch, ids = [], set()
        batch.append(write)
        ids.add(write.id)
    if batch:
        yield batch
