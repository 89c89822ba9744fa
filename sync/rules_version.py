"""The agreement as a version: what it is told apart by, how it is kept, and how an old one comes back to life."""

import json
from collections.abc import Sequence
from difflib import unified_diff
from hashlib import blake2b
from typing import Any

import yaml

from state.models import ModelRow
from state.rules import RulesVersion, UsedRules
from sync.config import Config, with_sections
from sync.config_source import Location, Source
from sync.likelihood.agreed import LIKELIHOOD, with_model

SECTIONS = ("lang", "score", "sla")
"""What of the configuration is the agreement: it decides every score, clock and reason."""

MASKED = "(from outside the file)"


class UnknownRules(LookupError):
    """No agreement has this version, or several begin like it."""


class _Yaml(yaml.SafeDumper):
    """Writes `on` and `no` without quotes, as YAML 1.2 and this configuration read them."""


_Yaml.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool" or first in "tTfF"]
    for first, resolvers in yaml.SafeDumper.yaml_implicit_resolvers.items()
}


def rules_version(config: Config, model: ModelRow | None) -> RulesVersion:
    """The agreement in the configuration, with the model in force. Its version changes when anything in it comes to mean
    something else. The model's version is written down where the configuration would ask for it.
    """
    written = {name: _shown(config.source, (name,), config.source.data.get(name)) for name in SECTIONS}
    meant = config.sections.model_dump_json(include=set(SECTIONS))
    if model is not None and model.weighs:
        written["score"]["criteria"][LIKELIHOOD]["model"]["version"] = model.version
        meant += model.version
    version = blake2b(meant.encode(), digest_size=8).hexdigest()
    sections = json.dumps({name: value for name, value in written.items() if value is not None}, default=str)
    return RulesVersion(version, with_model(config.agreement, model).rules.version, sections)


def _shown(source: Source, location: Location, value: Any) -> Any:
    """The value without what came from outside the file, which is never shown."""
    if location in source.origins:
        return MASKED
    if isinstance(value, dict):
        return {str(key): _shown(source, (*location, key), item) for key, item in value.items()}
    if isinstance(value, list):
        return [_shown(source, (*location, index), item) for index, item in enumerate(value)]
    return value


def called(used: Sequence[UsedRules], which: str) -> UsedRules:
    """The agreement whose version, or whose scores' version, begins so. Raises `UnknownRules`."""
    if which == "current" and used:
        return used[0]
    found = [one for one in used if one.rules.version.startswith(which)]
    # Agreements that differ in their clocks alone give the same scores: the latest of them stands for all.
    scores = {one.rules.score_version: one for one in reversed(used) if one.rules.score_version.startswith(which)}
    found = found or list(scores.values())
    if len(found) == 1:
        return found[0]
    raise UnknownRules(f"several versions begin with {which}" if found else f"no rules have the version {which}")


def as_yaml(rules: RulesVersion) -> str:
    """The agreement as it stood in the configuration, without its comments."""
    return yaml.dump(json.loads(rules.sections), Dumper=_Yaml, sort_keys=False, allow_unicode=True, width=120)


def difference(one: RulesVersion, other: RulesVersion) -> Sequence[str]:
    """The lines that differ, with those around them, as a unified diff."""
    before, after = as_yaml(one).splitlines(), as_yaml(other).splitlines()
    return list(unified_diff(before, after, one.version, other.version, lineterm=""))


def with_rules(config: Config, rules: RulesVersion) -> Config:
    """The configuration with another version's agreement and everything else of today.

    Raises `ConfigErrors` if the two do not go together any more, such as a rule about a field that is not mapped now.
    """
    absent: dict[str, Any] = {"lang": "en", "sla": {}}
    return with_sections(config, absent | json.loads(rules.sections))
