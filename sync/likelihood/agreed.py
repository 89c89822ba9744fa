"""From the configured criterion likelihood and the model in force to the agreement that people are scored by."""

from dataclasses import replace
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from journey.derive import Agreement
from journey.likelihood import LikelihoodModel
from journey.model import FieldType
from state.models import ModelRow, Models, UnknownModel
from sync.agreement_builder import Builder
from sync.config_source import Location, Problem

if TYPE_CHECKING:
    from sync.config_model import File, Model

LIKELIHOOD = "likelihood"
"""The one criterion that can have a model."""
NAMES_ONE = frozenset({"email", "external_id", "first_name", "last_name", "phone"})
"""Fields that tell who somebody is, from which nothing is to be learned."""
UNFIT = frozenset({FieldType.DATE, FieldType.DATETIME, FieldType.LIST})

_MODEL: TypeAdapter[LikelihoodModel] = TypeAdapter(LikelihoodModel)


def check_model(builder: Builder, location: Location, criterion: str, model: "Model") -> None:
    """Note what is wrong with a criterion's model."""
    known = builder.words.person
    if criterion != LIKELIHOOD:
        only = f"only the criterion '{LIKELIHOOD}' can have a model"
        builder.problems.append(Problem(location, only, on_key=True))
    for index, name in enumerate(model.fields):
        where = (*location, "fields", index)
        if name not in known:
            builder.unknown(where, "field", name, known, "map it under an object of people")
        elif name in NAMES_ONE or known[name] in UNFIT:
            told = f"nothing can be learned from '{name}': use a field with a word, a number, or yes and no"
            builder.problems.append(Problem(where, told))
        elif name in model.fields[:index]:
            builder.problems.append(Problem(where, f"'{name}' is named twice"))


def model_section(file: "File") -> "Model | None":
    """The configured model, if there is one."""
    criterion = file.score.criteria.get(LIKELIHOOD)
    return None if criterion is None else criterion.model


def in_force(file: "File", models: Models) -> ModelRow | None:
    """The stored model that the configuration asks for by version, else the active one; None without such a criterion.

    A version that is asked for and not there is none too: nobody is scored by another model than the one agreed on.
    """
    section = model_section(file)
    if section is None:
        return None
    if section.version is None:
        return models.active()
    try:
        return models.get(section.version)
    except UnknownModel:
        return None


def with_model(agreement: Agreement, row: ModelRow | None) -> Agreement:
    """The agreement by which the model scores, if it passed the gate; else the criterion likelihood gives nothing."""
    if row is None or not row.weighs or row.parameters is None:
        return agreement
    model = _MODEL.validate_json(row.parameters)
    criteria = tuple(
        replace(one, predictor=model) if one.name == LIKELIHOOD else one for one in agreement.rules.criteria
    )
    return replace(agreement, rules=replace(agreement.rules, criteria=criteria))
