"""What the project's layout promises: names nobody else uses, vendors in their place, files one can read whole."""

import ast
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions, version
from importlib.util import find_spec
from pathlib import Path

import pytest

from connectors.registry import names

TESTS = Path(__file__).parent
ROOT = TESTS.parent
ROOMS = ("connectors", "mapping", "journey", "state", "sync", "sandbox")
LONGEST_FILE = 350
FIELDS_AS_DATA = "sandbox/salesforce/standard.py"
"""A table of a vendor's standard fields, one a line; there is nothing in it to take apart."""

STARTING_POINTS = ("sync/demo.py", "sync/demo_crms.py", "sync/init.py", "sync/templates/", "sync/cli/")
"""Where a vendor is named to people: the demo's CRMs, the files to start from, examples of commands."""

VENDORS = re.compile(r"hubspot|hubapi|salesforce|zoho(?!\.com$)", re.IGNORECASE)
"""As zoho.com the vendor is a provider of mailboxes, like any other."""


def room(name: str) -> Path:
    """Where the package really is: in the checkout, or installed."""
    spec = find_spec(name)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


def modules() -> Iterator[tuple[str, Path]]:
    """Every module of every room, with its path below the folder that holds the rooms."""
    for name in ROOMS:
        folder = room(name)
        yield from ((path.relative_to(folder.parent).as_posix(), path) for path in sorted(folder.rglob("*.py")))


def named_in_code(source: str) -> Iterator[str]:
    """The identifiers, imports and literals of some source; not its docstrings and comments."""
    tree = ast.parse(source)
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=text) | ast.Attribute(attr=text) | ast.alias(name=text) | ast.arg(arg=text):
                yield text
            case ast.FunctionDef(name=text) | ast.ClassDef(name=text) | ast.ImportFrom(module=str(text)):
                yield text
            case ast.Constant(value=str(text)) if id(node) not in said:
                yield text


def test_no_other_installed_distribution_claims_our_names() -> None:
    """The rooms are top-level packages: whoever shared a name would be imported in our stead, or we in theirs."""
    owners = packages_distributions()
    assert {name: owners[name] for name in ROOMS if set(owners.get(name, ())) - {"relevo"}} == {}


def test_only_a_vendors_own_packages_name_it() -> None:
    """Everything else goes by abilities, so that the next vendor changes nothing outside its package."""
    own = tuple(f"{where}/{name}/" for where in ("connectors", "sandbox") for name in ("hubspot", "salesforce", "zoho"))
    free = (*own, "sandbox/", *STARTING_POINTS)
    looked_at = [(name, path) for name, path in modules() if not name.startswith(free)]
    told = {
        f"{name}: {text}"
        for name, path in looked_at
        for text in named_in_code(path.read_text(encoding="utf-8"))
        if VENDORS.search(text)
    }
    assert len(looked_at) > 80
    assert told == set()


def test_code_and_not_words_is_looked_at_for_vendors() -> None:
    """A docstring may name the vendor that a fact comes from."""
    source = '"""HubSpot does so."""\nif x == "zoho":\n    import hubspot.crm  # as Salesforce does\n'
    assert set(named_in_code(source)) == {"x", "zoho", "hubspot.crm"}


def test_our_connectors_are_entry_points_like_anybodys() -> None:
    """Nothing lists them but the package's metadata."""
    assert {"hubspot", "memory"} <= set(names())


def test_no_module_is_too_long_to_read_at_one_go() -> None:
    """The budget of the house style, for what is shipped."""
    long = {name for name, path in modules() if len(path.read_text(encoding="utf-8").splitlines()) > LONGEST_FILE}
    assert long - {FIELDS_AS_DATA} == set()


def test_tests_are_in_no_package() -> None:
    """With an `__init__.py` a folder of tests named after a room would hide that room."""
    assert list(TESTS.rglob("__init__.py")) == []


def test_the_version_is_the_changelogs_newest() -> None:
    """What is installed, what is declared and what is told are one version."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    told = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert told is not None
    assert (told[1], version("relevo")) == (declared, declared)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
def test_the_service_is_hardened() -> None:
    """`systemd-analyze security` rates the unit's exposure at most 2.0 of 10; without the hardening it is over 9."""
    unit = ROOT / "deploy" / "relevo.service"
    command = ["systemd-analyze", "security", "--offline=true", "--threshold=20", str(unit)]
    told = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603 (a fixed command)
    assert told.returncode == 0, told.stdout
