"""YAML with positions: what is read, what is refused, and where."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.config_source import Source, parse_source, read_source

ENV = {"TOKEN": "s3cret", "EMPTY": ""}


def parsed(text: str, folder: Path = Path("/nowhere")) -> Source:
    """`text` as a configuration file in `folder`."""
    return parse_source(folder / "config.yaml", text, ENV)


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("a: NO\nb: on\nc: yes\nd: true\ne: False", {"a": "NO", "b": "on", "c": "yes", "d": True, "e": False}),
        ("a: ~\nb:\nc: null", {"a": None, "b": None, "c": None}),
        (
            "a: 12\nb: 010\nc: 0x1F\nd: 1.5\ne: 1e3\nf: 12:30",
            {"a": 12, "b": 10, "c": 31, "d": 1.5, "e": 1000.0, "f": "12:30"},
        ),
        ("a: 2026-12-24\nb: 1_000\nc: '5'\nd: .inf", {"a": "2026-12-24", "b": "1_000", "c": "5", "d": ".inf"}),
        ("1: x\ntrue: y\nNO: z", {"1": "x", "true": "y", "NO": "z"}),
        ("a: &x {k: 1, l: 2}\nb: {<<: *x, l: 3}", {"a": {"k": 1, "l": 2}, "b": {"k": 1, "l": 3}}),
        ("a: {<<: [{k: 1}, {k: 2, l: 3}]}", {"a": {"k": 1, "l": 3}}),
        ("'<<': x", {"<<": "x"}),
    ],
)
def test_scalars_are_those_of_yaml_1_2(text: str, data: Any) -> None:
    source = parsed(text)
    assert source.problems == []
    assert source.data == data


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("a: 1\nb: 2\na: 3", (3, 1), "the key 'a' is given twice"),
        ("a:\n\t- b", (2, 1), "a tab cannot indent; use spaces"),
        ("a:\n  b: 1\n c: 2", (3, 2), "did not find expected key"),
        ("a: &a [*a]", (1, 4), "an alias contains itself"),
        ("a: *b", (1, 4), "found undefined alias"),
        ("a: !!python/object:os.system x", (1, 4), "the tag os.system is not supported; remove it"),
        ("? [a]\n: 1", (1, 3), "a key must be a single word or text"),
        ("a: {<<: 1}", (1, 9), "<< takes a mapping or a list of mappings"),
        ("a: '${NOPE}'", (1, 4), "the environment variable NOPE is not set, and has no default"),
        ("a: '${1x}'", (1, 4), "write ${NAME}, ${NAME:-default} or ${file:/path}; $${ is a plain ${"),
        ("a: '${file:none}'", (1, 4), "the file none cannot be read: No such file or directory"),
        ("[" * 41, (1, 41), "is nested more than 40 levels deep"),
        ("a: 1\n---\nb: 2", (2, 1), "but found another document"),
    ],
)
def test_what_is_wrong_is_told_at_its_place(text: str, place: tuple[int, int], message: str) -> None:
    """I15."""
    assert [(problem.at, problem.message) for problem in parsed(text).problems] == [(place, message)]


def test_aliases_cannot_grow_without_bound() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    assert [problem.message for problem in parsed("\n".join(lines)).problems] == ["aliases expand to too much"]


def test_a_file_too_large_or_not_utf8_or_missing_is_refused(tmp_path: Path) -> None:
    big, binary = tmp_path / "big.yaml", tmp_path / "binary.yaml"
    big.write_text("a" * 1_000_001)
    binary.write_bytes(b"a: 1\nb: \xff")
    assert read_source(big, {}).problems[0].message == "is larger than 1,000,000 bytes"
    assert (read_source(binary, {}).problems[0].message, read_source(binary, {}).problems[0].at) == (
        "is not UTF-8 text",
        (2, 1),
    )
    assert read_source(tmp_path / "none.yaml", {}).problems[0].message == "cannot be read: No such file or directory"


def test_variables_are_filled_in_and_their_origin_is_kept(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("from file\n")
    text = "a: '${TOKEN}'\nb: 'x-${NOPE:-d}-${EMPTY:-e}-${EMPTY}'\nc: '${file:secret}'\nd: '$${TOKEN}'\n'${TOKEN}': 1"
    source = parsed(text, tmp_path)
    assert source.problems == []
    assert source.data == {"a": "s3cret", "b": "x-d-e-", "c": "from file", "d": "${TOKEN}", "${TOKEN}": 1}
    assert source.origins == {("a",): "env TOKEN", ("b",): "env NOPE, env EMPTY, env EMPTY", ("c",): "file secret"}


def test_a_filled_in_value_cannot_become_yaml() -> None:
    assert parse_source(Path("c"), "a: ${X}", {"X": "1\nb: 2"}).data == {"a": "1\nb: 2"}


def test_every_value_has_a_place() -> None:
    marks = parsed("a:\n  b: [1, x]\n  'c': |\n    text").marks
    assert {location: mark[:4] for location, mark in marks.items()} == {
        (): (1, 1, 1, 1),
        ("a",): (1, 1, 2, 3),
        ("a", "b"): (2, 3, 2, 6),
        ("a", "b", 0): (2, 7, 2, 7),
        ("a", "b", 1): (2, 10, 2, 10),
        ("a", "c"): (3, 3, 3, 8),
    }


@pytest.mark.parametrize(
    ("text", "line", "column", "place"),
    [
        ("a: x + y", 1, 5, (1, 8)),
        ("a: 'x + y'", 1, 5, (1, 9)),
        ("a:\n  b: |\n    x +\n     y", 2, 2, (4, 6)),
        ("a: >-\n  x +\n  y", 1, 3, (2, 5)),
        ("a: >-\n  x +\n  y", 1, 5, (3, 3)),
        ("a: 'x +\n  y'", 1, 5, (2, 3)),
        ("a: x +\n  y\n  + z", 1, 9, (3, 5)),
    ],
)
def test_a_place_inside_a_text_is_found_in_the_file(text: str, line: int, column: int, place: tuple[int, int]) -> None:
    location = ("a", "b") if "b:" in text else ("a",)
    assert parsed(text).inside(location, line, column) == place


@given(st.text(max_size=300))
def test_no_text_is_too_strange_to_be_told_what_is_wrong_with_it(text: str) -> None:
    source = parsed(text)
    assert source.problems or source.data is None or source.marks
