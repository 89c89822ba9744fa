"""The documentation is true: its links lead somewhere, its commands exist, its configuration loads, nothing is left out."""

import ast
import re
import shlex
from collections.abc import Iterator, Mapping
from itertools import takewhile
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from pydantic import BaseModel

from connectors.hubspot.options import HubSpotOptions
from journey.model import KNOWN_FIELDS
from mapping.outbound import WRITABLE
from sandbox.common.faults import Effect
from sandbox.hubspot.settings import Settings
from sync.cli import TABLE, main
from sync.cli.reference import walk
from sync.config import Config, parse_config
from sync.config_model import File
from sync.config_source import parse_source
from sync.init import example

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
READMES = (ROOT / "README.md", ROOT / "README.es.md")
PAGES = (*READMES, *sorted(DOCS.glob("*.md")))
SOURCE = () if (ROOT / "connectors").is_dir() else ("../connectors/",)
"""Where links to the source lead that is not beside the tests when they run against the built wheel."""

ENVIRONMENT = {"HUBSPOT_TOKEN": "secret"}

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]+\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)")
SHELL = ("|", "||", "&&", ">")


def text(page: str) -> str:
    """A page of docs/."""
    return (DOCS / page).read_text(encoding="utf-8")


def blocks(page: Path, language: str) -> Iterator[str]:
    """The page's fenced blocks of one language."""
    return (found[2] for found in BLOCK.finditer(page.read_text(encoding="utf-8")) if found[1] == language)


def anchors(page: Path) -> set[str]:
    """What the page's headings can be linked by, as GitHub names them."""
    headings = re.findall(r"^#+ (.+)$", BLOCK.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    """Files and headings; addresses on the web are not asked."""
    broken = []
    for target, anchor in LINK.findall(page.read_text(encoding="utf-8")):
        file = (page.parent / target).resolve() if target else page
        there = file.exists() and (not anchor or anchor in anchors(file))
        if not there and not target.startswith(SOURCE):
            broken.append(f"{target}#{anchor}")
    assert broken == []


def test_both_readmes_give_the_same_commands() -> None:
    english, spanish = ([*blocks(page, "sh")] for page in READMES)
    assert english == spanish


def commands(page: Path) -> Iterator[str]:
    """The `relevo …` lines of shell blocks and the ones within sentences."""
    for block in blocks(page, "sh"):
        lines = block.replace("\\\n", " ").splitlines()
        yield from (line for line in lines if re.match(r"(\S*/bin/|sudo .*/bin/)?relevo ", line))
    prose = BLOCK.sub("", page.read_text(encoding="utf-8"))
    yield from re.findall(r"`(?:\S*/bin/)?(relevo [^`]+)`", prose)


def parse(line: str) -> click.Context:
    """The context of the innermost command. Raises what click raises for a command or an option that is not there."""
    found_in = re.search(r"(?:^|/bin/)relevo (.*)", line)
    assert found_in is not None
    words = list(takewhile(lambda word: word not in SHELL, shlex.split(found_in[1], comments=True)))
    command: click.Command = main
    ctx = click.Context(main, info_name="relevo")
    while isinstance(command, click.Group):
        parser = command.make_parser(ctx)
        parser.allow_interspersed_args = False
        _, rest, _ = parser.parse_args([*words])
        if not rest:
            break
        name, found, words = command.resolve_command(ctx, rest)
        assert found is not None
        command, ctx = found, click.Context(found, info_name=name, parent=ctx)
    stands_alone = not isinstance(command, click.Group) or command.invoke_without_command
    if stands_alone and words and not {"--help", "-h"} & {*words}:
        command.parse_args(ctx, words)
    return ctx


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_that_is_shown_exists_with_these_options(page: Path) -> None:
    """Click itself parses each line."""
    for line in commands(page):
        if "…" not in line and "[OPTIONS]" not in line:
            parse(line)


@pytest.mark.parametrize("wrong", ["relevo snyc", "relevo sync --ful", "relevo sla -o xml", "relevo runs lst"])
def test_a_command_that_does_not_exist_would_be_noticed(wrong: str) -> None:
    """The check above can fail."""
    with pytest.raises(click.UsageError):
        parse(wrong)


def test_every_command_is_explained_beyond_the_reference() -> None:
    """A command that no page speaks of is one that nobody finds."""
    pages = [page for page in PAGES if page.name != "cli.md"]
    shown = "\n".join(page.read_text(encoding="utf-8") for page in pages)
    assert {name for name in TABLE if f"relevo {name}" not in shown} == {"completion", "version"}
    assert {" ".join(path) for path, _ in walk() if f"## {' '.join(path)}\n" not in text("cli.md")} == set()


def loaded(block: Mapping[str, Any]) -> Config:
    """A part of a configuration, laid over the shipped one."""
    whole = merged(read(example()), block, 4)
    return parse_config(yaml.safe_dump(whole, sort_keys=False), ENVIRONMENT)


def read(block: str) -> Any:
    """YAML as Relevo reads it: `on` is a text."""
    source = parse_source(Path("block.yaml"), block, ENVIRONMENT)
    assert source.problems == []
    return source.data


def merged(base: Any, over: Any, depth: int) -> Any:
    """`over` laid over `base`, key by key down to `depth`."""
    if depth == 0 or not isinstance(base, dict) or not isinstance(over, dict):
        return over
    return base | {key: merged(base.get(key), value, depth - 1) for key, value in over.items()}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_piece_of_configuration_loads(page: Path) -> None:
    """Each YAML block, as a part of a whole file."""
    for block in blocks(page, "yaml"):
        loaded(read(block))


def test_every_key_of_the_configuration_is_explained() -> None:
    """In configuration.md, agreement.md or the connector's own page."""
    told = text("configuration.md") + text("agreement.md")
    assert {key for key in keys(File) if not mentions(told, key)} == set()
    assert {key for key in HubSpotOptions.model_fields if not mentions(text("hubspot.md"), key)} == set()
    assert {name for name in WRITABLE if not mentions(told, name)} == set()
    known = {name for fields in KNOWN_FIELDS.values() for name in fields}
    assert {name for name in known if not mentions(told, name)} == set()


def keys(model: type[BaseModel]) -> set[str]:
    """The names of all settings, as they are written."""
    found: set[str] = set()
    waiting, seen = [model], set[type[BaseModel]]()
    while waiting:
        one = waiting.pop()
        if one in seen:
            continue
        seen.add(one)
        for name, info in one.model_fields.items():
            found.add(info.alias or name)
            waiting += models_in(info.annotation)
    return found


def models_in(annotation: Any) -> list[type[BaseModel]]:
    """The sections that a setting's type is made of."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in getattr(annotation, "__args__", ()) for model in models_in(part)]


def mentions(page: str, key: str) -> bool:
    """Whether the page names the key, as code or in a block."""
    return re.search(rf"`{key}`|\b{key}:", page) is not None


def test_the_sandboxs_settings_and_faults_are_all_listed() -> None:
    """sandbox.md names each."""
    names = [*Settings.__dataclass_fields__, *Effect]
    assert {name for name in names if f"`{name}`" not in text("sandbox.md")} == set()


def test_each_invariant_names_tests_that_exist_and_cite_it() -> None:
    """I1 to I15, in architecture.md."""
    rows = re.findall(r"^\| (I\d+) \|.*\| (`.+`) \|$", text("architecture.md"), re.MULTILINE)
    assert [name for name, _ in rows] == [f"I{number}" for number in range(1, 16)]
    wrong = [
        f"{name} {test}" for name, tests in rows for test in re.findall(r"`([^`]+)`", tests) if not cites(test, name)
    ]
    assert wrong == []


def cites(test: str, invariant: str) -> bool:
    """Whether the test exists and its docstring names the invariant."""
    file, _, name = test.partition("::")
    found = ROOT / file
    if file == "connectors/testing.py":
        import connectors

        found = Path(connectors.__path__[0]) / "testing.py"
    tree = ast.parse(found.read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == name]
    return any(re.search(rf"\b{invariant}\b", ast.get_docstring(node) or "") for node in functions)
