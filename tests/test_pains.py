"""docs/pains.md is the whole truth: each pain of each CRM has tests named after it, or a reason why that CRM cannot have it."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
PAGE = TESTS.parent / "docs" / "pains.md"
CRMS = ("HubSpot", "Salesforce", "Zoho CRM")
EVERY_CRM, JOURNEY = "every CRM", "whatever the CRM"
OF_THE_CRMS, OF_THE_JOURNEY = range(1, 24), range(24, 26)

Cells = Mapping[tuple[int, str], frozenset[str]]
"""The tests of each pain, by the CRM they are about."""


def about(path: Path, name: str) -> str:
    """The CRM that a test is about: its file or its name says so; `every CRM` for those that run with each of them."""
    if path.parts[0] == "journey":
        return JOURNEY
    said = f"{path}_{name}".lower()
    return next((crm for crm in CRMS if crm.lower().split()[0] in said), EVERY_CRM)


@cache
def named_tests() -> Cells:
    """What there is: every test whose name has `pain_N`, outside the sandbox's own."""
    found: dict[tuple[int, str], set[str]] = defaultdict(set)
    for path in sorted(TESTS.rglob("test_*.py")):
        local = path.relative_to(TESTS)
        if local.parts[0] in ("sandbox", Path(__file__).name):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                for number in re.findall(r"pain_(\d+)_", node.name):
                    found[int(number), about(local, node.name)].add(f"tests/{local.as_posix()}::{node.name}")
    return {cell: frozenset(tests) for cell, tests in found.items()}


def sections() -> Iterator[tuple[int, str]]:
    """The page's numbered sections."""
    parts = re.split(r"^## (\d+)\. ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    yield from ((int(number), text) for number, text in zip(parts[::2], parts[1::2], strict=True))


def told_tests() -> Cells:
    """What the page tells, by its lists."""
    lists = re.compile(r"^- ([^:\n]+):\n((?:  - .+\n?)+)", re.MULTILINE)
    return {
        (number, crm): frozenset(re.findall(r"`(tests/[^`]+)`", items))
        for number, text in sections()
        for crm, items in lists.findall(text)
    }


def reasons() -> frozenset[tuple[int, str]]:
    """The pains that a CRM cannot have, as the page says with a reason."""
    line = re.compile(r"^- ([^:\n]+): cannot happen: \S.{30,}", re.MULTILINE)
    return frozenset((number, crm) for number, text in sections() for crm in line.findall(text))


def test_the_page_has_a_section_for_each_pain() -> None:
    assert [number for number, _ in sections()] == [*OF_THE_CRMS, *OF_THE_JOURNEY]


def test_the_page_lists_every_test_of_a_pain_and_no_other() -> None:
    """In both directions: `python -m pytest -k pain_7_` runs those of one pain."""
    there, told = named_tests(), told_tests()
    assert {cell: tests ^ told.get(cell, frozenset()) for cell, tests in there.items() if tests != told.get(cell)} == {}
    assert told.keys() == there.keys()


@pytest.mark.parametrize("number", OF_THE_CRMS)
@pytest.mark.parametrize("crm", CRMS)
def test_each_pain_has_a_test_with_each_crm_or_a_reason_why_not(crm: str, number: int) -> None:
    there = {(number, crm), (number, EVERY_CRM)} & named_tests().keys()
    assert bool(there) is not ((number, crm) in reasons())


@pytest.mark.parametrize("number", OF_THE_JOURNEY)
def test_each_pain_that_is_no_crms_has_a_test(number: int) -> None:
    assert (number, JOURNEY) in named_tests()
