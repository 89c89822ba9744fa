"""Keeping the model: fitting it on what is stored, telling when it is due again, and whether the world has moved on."""

from collections.abc import Callable
from datetime import timedelta
from hashlib import blake2b

from pydantic import TypeAdapter

from journey.canonical import canonical
from journey.likelihood import LikelihoodModel
from state.models import ModelRow
from sync.app import App
from sync.config_model import Model
from sync.likelihood.agreed import in_force, model_section
from sync.likelihood.card import Card
from sync.likelihood.drift import Drift, drift
from sync.likelihood.fit import Fit, fit
from sync.likelihood.leads import leads

AGAIN = timedelta(days=1)
"""How soon a model that weighs nothing is tried again, and one that weighs is looked at for drift."""

_CARD: TypeAdapter[Card] = TypeAdapter(Card)
_MODEL: TypeAdapter[LikelihoodModel] = TypeAdapter(LikelihoodModel)


class NoModel(LookupError):
    """The configuration has no criterion with a model."""


def fit_stored(app: App, seen: Callable[[int], None]) -> Fit:
    """A model of everybody who is stored, as of now; nothing is kept. Raises NoModel, and NotInstalled without scikit-learn."""
    section = model_section(app.config.sections)
    if section is None:
        raise NoModel
    within = app.config.sections.goals.conversion_within
    return fit(section.fields, leads(app.store, section.fields, within, app.now(), seen), within)


def keep(app: App, found: Fit) -> ModelRow:
    """Store the fit; it is in force from now on unless another one is pinned. The next run scores everybody by it."""
    parameters = None if found.model is None else canonical(found.model).decode()
    card = canonical(found.card).decode()
    version = blake2b(f"{parameters} {card}".encode(), digest_size=8).hexdigest()
    return app.store.models.add(version, weighs=found.card.weighs, parameters=parameters, card=card)


def card_of(row: ModelRow) -> Card:
    """The card as it was stored."""
    return _CARD.validate_json(row.card)


def drift_of(app: App, row: ModelRow, seen: Callable[[int], None]) -> Drift | None:
    """How far the leads that came since differ from those the model was fitted on; None of a model without parameters."""
    if row.parameters is None:
        return None
    card, model = card_of(row), _MODEL.validate_json(row.parameters)
    found = leads(app.store, card.fields, timedelta(days=card.within), app.now(), seen)
    return drift(card, model, found)


def refit_if_due(app: App, seen: Callable[[int], None]) -> ModelRow | None:
    """Fit anew if the model is old enough, of other fields, weighs nothing, or has drifted; what was kept, None if not due.

    Without anybody to learn from there is nothing to do yet.
    """
    section = model_section(app.config.sections)
    if section is None or not app.store.everybody(1):
        return None
    row = in_force(app.config.sections, app.store.models)
    if row is not None and not _due(app, row, section, seen):
        return None
    return keep(app, fit_stored(app, seen))


def _due(app: App, row: ModelRow, section: Model, seen: Callable[[int], None]) -> bool:
    age, refit = app.now() - row.fitted_at, section.refit
    if card_of(row).fields != tuple(section.fields):
        return True
    if not row.weighs or age < AGAIN:
        return age >= min(refit, AGAIN)
    if age >= refit:
        return True
    told = drift_of(app, row, seen)
    return told is not None and told.drifted
