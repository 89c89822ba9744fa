"""What a changed configuration makes due again.

A mapping that reads otherwise needs its records read again, since only mapped values are kept; the events of touchpoint rules
that are in it no more go. Another agreement, or other fields to write, needs everyone derived again (`sync.rescore`). The store
remembers which configuration its content was made with.
"""

import hashlib

from journey.derive import Agreement
from state.store import Store
from sync.agreed import agreed
from sync.config import Config
from sync.context import RunContext
from sync.likelihood.agreed import in_force
from sync.rules_version import rules_version


def follow_config(ctx: RunContext, config: Config) -> None:
    """Before a run: make due what the configuration in force was not yet applied to."""
    for mapping in ctx.mappings.values():
        ctx.store.reread_if_changed(ctx.connection, mapping.object, mapping.digest, mapping.events)
    follow_agreement(ctx.store, config, agreed(config, ctx.store))


def follow_agreement(store: Store, config: Config, agreement: Agreement) -> None:
    """Note the agreement in force, that of `config` over what is known now; if it is another one than before, everybody
    is to be derived again.
    """
    store.rescoring.ask_if_changed(agreement_digest(config, agreement))
    store.trail.use_rules(rules_version(config, in_force(config.sections, store.models)))


def agreement_digest(config: Config, agreement: Agreement) -> str:
    """Changes with anything that decides a score, a clock or a write: rules, policies, calendars and whose they are, language,
    targets, the fitted model. `agreement` is the one of `config` over what is known now."""
    sections = config.sections.model_dump_json(
        include={"score": True, "sla": True, "lang": True, "objects": {"__all__": {"write"}}}
    )
    hours = sorted(agreement.hours.known.items())
    model = "" if agreement.rules == config.agreement.rules else agreement.rules.version
    return hashlib.blake2b(f"{sections}{hours or ''}{model}".encode(), digest_size=16).hexdigest()
