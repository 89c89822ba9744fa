"""Our own value is recognised in the CRM's notation, so that neither a loop nor a person's edit is mistaken."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapping.compiled import compile_object
from mapping.spec import ObjectSpec

AT = datetime(2026, 3, 1, 9, tzinfo=UTC)

WRITES = {
    "as": "person",
    "write": {
        name: name for name in ("score", "qualified", "qualified_at", "reason", "sla_response_hours", "sla_status")
    },
}
COMPILED = compile_object("crm", "contacts", ObjectSpec.model_validate(WRITES))


@pytest.mark.parametrize(
    ("field", "desired", "raw", "same"),
    [
        ("score", 87, "87", True),
        ("score", 87, 87.0, True),
        ("score", 87, "87.0", True),
        ("score", 87, "86", False),
        ("score", 87, "a lot", False),
        ("score", None, "", True),
        ("score", 0, None, False),
        ("score", None, "0", False),
        ("qualified", True, "true", True),
        ("qualified", False, None, False),
        ("qualified_at", AT, "2026-03-01T09:00:00.400Z", True),
        ("qualified_at", AT, "1772355600000", True),
        ("qualified_at", AT, "2026-03-01T10:00:00.000+0100", True),
        ("qualified_at", AT, "2026-03-01T09:00:01Z", False),
        ("reason", "87: demo", "87: demo ", True),
        ("reason", "87: demo", "87", False),
        ("sla_response_hours", 1.25, "1.2500", True),
        ("sla_response_hours", 1.25, "1.26", False),
    ],
)
def test_whether_the_crm_holds_the_same(field: str, desired: Any, raw: Any, same: bool) -> None:
    """I7: an edit by a person is told from our own value in another notation."""
    assert COMPILED.same(field, desired, raw) is same


@given(st.integers(0, 100), st.datetimes(timezones=st.just(UTC)), st.floats(0, 10_000), st.text(max_size=900))
def test_what_we_write_is_recognised_when_it_comes_back(score: int, at: datetime, hours: float, reason: str) -> None:
    """I8: our own write causes no new one."""
    reason = "".join(letter for letter in reason if letter.isprintable())
    told = COMPILED.outbound({"score": score, "qualified_at": at, "sla_response_hours": hours, "reason": reason})
    for name, value in told.items():
        back = (
            value.isoformat().replace("+00:00", "Z")
            if isinstance(value, datetime)
            else None
            if value is None
            else str(value)
        )
        assert COMPILED.same(name, value, back)
    assert len(str(told["reason"])) <= 500
