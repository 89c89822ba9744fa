"""Fitted models: every version is kept, one is in force."""

from datetime import timedelta

import pytest

from state.models import ModelRow, UnknownModel
from state.store import Store
from state.testing import Clock

MINUTE = timedelta(minutes=1)


def fitted(store: Store, version: str, *, weighs: bool = True) -> ModelRow:
    return store.models.add(version, weighs=weighs, parameters="{}" if weighs else None, card="{}")


def test_the_newest_fit_is_in_force_and_the_old_ones_are_kept(store: Store, clock: Clock) -> None:
    assert store.models.active() is None
    fitted(store, "aa1")
    clock.pass_by(1 * MINUTE)
    newest = fitted(store, "bb2", weighs=False)
    assert store.models.active() == newest
    assert [(row.version, row.active, row.weighs) for row in store.models.versions()] == [
        ("bb2", True, False),
        ("aa1", False, True),
    ]


def test_the_same_fit_again_is_one_version_with_a_new_date(store: Store, clock: Clock) -> None:
    """I2."""
    first = fitted(store, "aa1")
    clock.pass_by(5 * MINUTE)
    again = fitted(store, "aa1")
    assert again.fitted_at > first.fitted_at
    assert store.models.versions() == [again]


def test_a_pinned_model_stays_in_force_until_it_is_unpinned(store: Store, clock: Clock) -> None:
    fitted(store, "aa1")
    clock.pass_by(1 * MINUTE)
    fitted(store, "bb2")
    assert store.models.pin("aa").pinned
    clock.pass_by(1 * MINUTE)
    assert not fitted(store, "cc3").active
    active = store.models.active()
    assert active is not None
    assert active.version == "aa1"
    unpinned = store.models.unpin()
    assert unpinned is not None
    assert (unpinned.version, unpinned.active, unpinned.pinned) == ("cc3", True, False)


def test_a_version_is_called_by_its_unique_beginning(store: Store) -> None:
    fitted(store, "aa1")
    fitted(store, "aa2")
    assert store.models.get("aa2").version == "aa2"
    for wrong in ("aa", "zz", ""):
        with pytest.raises(UnknownModel):
            store.models.pin(wrong)


def test_unpinning_without_any_model_is_nothing(store: Store) -> None:
    assert store.models.unpin() is None
