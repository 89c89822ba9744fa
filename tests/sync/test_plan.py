"""The plan decides each field against the live CRM, the agreed version and the person's edit (I7)."""

from hypothesis import given
from hypothesis import strategies as st

from journey.model import PersonId, Ref, Scalar
from state.model import ConflictPolicy, OutboxRow
from sync.plan import RecordPlan, plan_record, totals

REF = Ref("hubspot", "contacts", "1")


def same(_field: str, desired: Scalar, raw: object) -> bool:
    return (raw is None and desired is None) or str(desired) == str(raw)


def decide(
    live: dict[str, object] | None,
    agreed: dict[str, Scalar],
    *,
    policy: ConflictPolicy = ConflictPolicy.KEEP,
    kept: frozenset[str] = frozenset(),
    desired: Scalar = 87,
) -> RecordPlan:
    row = OutboxRow(REF, PersonId("p_1"), {"score": desired}, agreed, None, 0)
    return plan_record(row, live, {"score": policy}, same, kept)


def test_a_value_that_is_already_there_is_agreed_and_not_written() -> None:
    plan = decide({"score": "87"}, {})
    assert plan.already == ("score",)
    assert plan.writes == {}


def test_a_first_write_takes_the_field_over_and_shows_its_old_value() -> None:
    (change,) = decide({"score": "12"}, {}).put
    assert (change.old, change.new) == ("12", 87)


def test_an_untouched_field_is_updated() -> None:
    assert decide({"score": "60"}, {"score": 60}).writes == {"score": 87}


def test_a_persons_edit_is_kept_and_shown_by_default() -> None:
    """I7"""
    plan = decide({"score": "100"}, {"score": 60})
    assert plan.writes == {}
    (conflict,) = plan.conflicts
    assert (conflict.theirs, conflict.ours) == ("100", 87)


def test_a_persons_edit_is_overwritten_only_when_the_policy_says_so_and_is_still_shown() -> None:
    """I7"""
    plan = decide({"score": "100"}, {"score": 60}, policy=ConflictPolicy.OVERWRITE)
    assert plan.writes == {"score": 87}
    assert len(plan.conflicts) == 1


def test_a_kept_edit_stays_kept_when_our_value_moves() -> None:
    """I7: the edit was kept once; that its value is now the agreed one must not let the next change overwrite it."""
    plan = decide({"score": "100"}, {"score": 100}, kept=frozenset({"score"}))
    assert plan.writes == {}
    assert len(plan.conflicts) == 1


def test_clearing_a_field_hands_it_back() -> None:
    assert decide({"score": ""}, {"score": 60}, kept=frozenset({"score"})).writes == {"score": 87}


def test_a_record_that_is_gone_is_owed_nothing() -> None:
    plan = decide(None, {"score": 60})
    assert plan.gone
    assert plan.writes == {}


values = st.none() | st.integers(0, 3)


@given(desired=values, live=values, agreed=st.none() | st.fixed_dictionaries({"score": values}), held=st.booleans())
def test_only_owed_fields_are_ever_written_and_applying_a_plan_settles_it(
    desired: int | None, live: int | None, agreed: dict[str, Scalar] | None, held: bool
) -> None:
    """I7, I8: writes ⊆ owed; once the write is in the CRM and agreed, a second plan writes nothing."""
    raw = None if live is None else str(live)
    plan = decide(
        {"score": raw, "other": "x"}, agreed or {}, kept=frozenset({"score"} if held else ()), desired=desired
    )
    assert set(plan.writes) <= {"score"}
    if plan.put:
        after = decide({"score": None if desired is None else str(desired)}, {"score": desired}, desired=desired)
        assert after.writes == {}
        assert after.already == ("score",)


def test_totals_count_each_plan_once() -> None:
    plans = [
        decide({"score": "87"}, {}),
        decide({"score": "1"}, {}),
        decide({"score": "100"}, {"score": 60}),
        decide(None, {}),
    ]
    counted = totals(plans)
    assert (counted.unchanged, counted.update, counted.conflict, counted.gone) == (1, 1, 1, 1)
