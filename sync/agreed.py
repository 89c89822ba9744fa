"""The agreement in force: what the configuration says, over what is known now of owners and of the fitted model."""

from journey.derive import Agreement
from state.store import Store
from sync.config import Config
from sync.likelihood.agreed import in_force, with_model
from sync.owners import with_owners


def agreed(config: Config, store: Store) -> Agreement:
    """The agreement by which people are judged now."""
    return with_owners(with_model(config.agreement, in_force(config.sections, store.models)), store)
