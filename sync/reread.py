"""What a changed configuration makes due again.

A mapping that reads otherwise needs its records read again, since only mapped values are kept. Another agreement, or other
fields to write, needs everyone derived again. The store remembers which configuration its content was made with.
"""

import hashlib

from sync.config import Config
from sync.context import RunContext
from sync.rules_version import rules_version


def follow_config(ctx: RunContext, config: Config) -> None:
    """Before a run: make due what the configuration in force was not yet applied to."""
    for mapping in ctx.mappings.values():
        ctx.store.reread_if_changed(ctx.connection, mapping.object, mapping.digest)
    ctx.store.rederive_if_changed(agreement_digest(config))
    ctx.store.trail.use_rules(rules_version(config))


def agreement_digest(config: Config) -> str:
    """Changes with anything that decides a score, a clock or a write: rules, policies, calendars, language, targets."""
    sections = config.sections.model_dump_json(
        include={"score": True, "sla": True, "lang": True, "objects": {"__all__": {"write"}}}
    )
    return hashlib.blake2b(sections.encode(), digest_size=16).hexdigest()
