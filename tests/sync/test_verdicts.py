"""When a verdict that waited for data is given."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.sync.conftest import Bench


def test_a_verdict_is_given_as_soon_as_the_last_crm_was_read(two: Bench) -> None:
    """I10: what waits for another CRM's data is looked at in the very run that reads it, not a minute later."""
    two.lead("1", form_at=two.now() - timedelta(days=3))
    two.sync("crm")
    with two.open() as app:
        assert app.store.sla_summary() == {"at_risk": 1}
    two.time += timedelta(seconds=5)
    two.sync("other")
    with two.open() as app:
        assert app.store.sla_summary() == {"breached": 1}
