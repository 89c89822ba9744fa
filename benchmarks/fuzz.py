"""Figure `fuzz`: 10,000 fuzzed expressions and 1,000 fuzzed configurations; no traceback, no hang, no bomb.

Each case must end within a second, in a process that never holds more than 200 MB, as a result or as an error of ours. The
cases run in a child process; the parent notices when one does not come back, kills the child and goes on after that case.
"""

import argparse
import resource
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Mapping
from importlib.resources import files
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from benchmarks.figure import finish
from mapping.expression import ExpressionError, ExpressionFailure, compile_expression
from mapping.functions import FUNCTIONS, Family
from mapping.special import SPECIAL
from sync.config import ConfigErrors, parse_config

EXPRESSIONS, CONFIGS = 10_000, 1_000
MOST_SECONDS, MOST_MEGABYTES = 1.0, 200
PATIENCE = 10.0
SECRET = "pat-eu1-fuzz-0123456789"  # noqa: S105 (made up, to be looked for in messages)

ATOMS = (
    "a",
    "b",
    "c",
    "d",
    "1",
    "0",
    "-7",
    "2.5",
    "1e18",
    '"x"',
    '""',
    '"2026-01-01"',
    "true",
    "null",
    '"' + "=" * 60 + '"',
)
COMPARISONS = ("==", "!=", "<", "<=", ">", ">=")
ARITHMETIC = ("+", "-", "*", "/", "%")
ATTACKS = (
    "().__class__.__bases__[0].__subclasses__()", "__import__('os').system('x')", "(lambda f: f(f))(lambda f: f(f))",
    "[x for x in a]", "f'{a!r:>999999999}'", "'%999999999d' % 5", "'a' * 999999999", "2 ** 99999999", "9" * 1_990,
    "(" * 1_000, "-" * 1_990 + "1", "not " * 490 + "a", "1" + "+1" * 900, "a" + "==a" * 600, "IF(" * 300, "a if " * 300,
    "'" * 3 + "x" * 1_900, "\\" * 1_000, "#" * 500, "\x00", "\ud800", "a.b.c", "a[0]", "{}", "yield a", "a := 1", "await a",
    'REPLACE(REPLACE(REPLACE(d, "x", "xxxxxxxxxx"), "x", "xxxxxxxxxx"), "x", "xxxxxxxxxx")', "CONCAT(d, d, d, d)",
    "CASE(" * 30 + "a" + ', "x", 1, "y", 2)' * 30, "1 == 1 == (1 == 1 == (1 == 1 == 1))", "ROUND(1e18, 10) * 1e18 * 1e18",
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    None, "", "x", "12", "1.5", "true", "2026-01-01T00:00:00Z", "9" * 400, "x" * 1_000_000, "é\ud800", "\x00", True, 0, -1,
    10**400, 1e308, float("nan"), float("inf"), ["a"], ("a",), {"a": 1}, "=" * 5_000,
)  # fmt: skip
SNIPPETS = (
    "", " ", "    ", "\t", "\n", "\n\n  ", ":", ": ", "- ", "? ", "{", "}", "[", "]", ",", "'", '"', "#", "|\n", ">-\n", "*a", "&a ",
    "<<: *a", "!!python/object:os.system ", "!!binary ", "%YAML 1.1\n---\n", "---\n", "...\n", "${", "${FUZZ_TOKEN}", "${NOPE}",
    "${file:/dev/zero}", "${file:/etc/hostname}", "$${", "null", "~", "NO", "0x", "1e999", "9" * 300, "-1", ".nan", "\x07", "\x85",
    "\u2028", "é", "\U0001f600", "[" * 500, "{a: " * 100, "expr: 'IF(", "when: '", "target: 24", "as: ", "connector: memory", "hours: {}",
    "\nx: &x [y, y, y, y, y, y, y, y, y]\nz: &z [*x, *x, *x, *x, *x, *x, *x, *x, *x]\nw: [*z, *z, *z, *z, *z, *z, *z, *z]\n",
)  # fmt: skip


class Case(NamedTuple):
    """What became of one case: `ended` in words of ours, or the traceback that must not be."""

    seconds: float
    megabytes: float
    ended: str
    traceback: str = ""


class Findings(NamedTuple):
    """The sums over all cases of one kind."""

    outcomes: Counter[str]
    failures: list[str]
    slowest: float
    megabytes: float


def expression_case(seed: int) -> str:
    """Compile one fuzzed expression, and compute it over some strange records."""
    chance = Random(seed)
    source = _expression(chance)
    try:
        expression = compile_expression(source, None if chance.random() < 0.7 else dict.fromkeys("abcd"))
    except ExpressionError:
        return "refused"
    ended = "computed"
    for _ in range(3):
        values = {name: chance.choice(VALUES) for name in "abcd"}
        expression.holds(values)
        try:
            expression(values)
        except ExpressionFailure:
            ended = "failed with a reason"
    return ended


def _expression(chance: Random) -> str:
    kind = chance.random()
    if kind < 0.1:
        return chance.choice(ATTACKS)
    source = _grown(chance, chance.randint(0, 7))
    if kind < 0.6:
        return source
    for _ in range(chance.randint(1, 5)):
        start = chance.randrange(len(source) + 1)
        piece = chance.choice(
            [*ATTACKS[:6], *ARITHMETIC, *COMPARISONS, *"()[]{}.,'\"#=!\\\n\t ;:@éX_09", "lambda", "if ", "LOWER("]
        )
        source = source[:start] + piece + source[start + chance.choice([0, 1, 3]) :]
    return source


def _grown(chance: Random, depth: int, wanted: Family | None = None) -> str:
    """A random expression, mostly one that the compiler's types let through: `wanted` is the type its place asks for."""
    if depth == 0:
        return chance.choice("abcd" if chance.random() < 0.8 else ATOMS)
    if chance.random() < 0.1:
        wanted = None
    below = depth - 1
    if wanted in (None, Family.BOOLEAN) and chance.random() < 0.3:
        joins = chance.random() < 0.3
        inner = Family.BOOLEAN if joins else chance.choice([Family.TEXT, Family.NUMBER, Family.DATETIME])
        sign = chance.choice(("and", "or") if joins else COMPARISONS)
        return f"({_grown(chance, below, inner)} {sign} {_grown(chance, chance.randint(0, below), inner)})"
    if wanted in (None, Family.NUMBER) and chance.random() < 0.3:
        left, right = _grown(chance, below, Family.NUMBER), _grown(chance, chance.randint(0, below), Family.NUMBER)
        return f"({left} {chance.choice(ARITHMETIC)} {right})"
    return _called(chance, below, wanted)


def _called(chance: Random, below: int, wanted: Family | None) -> str:
    fitting = [name for name, function in FUNCTIONS.items() if wanted in (None, function.gives)]
    name = chance.choice([*fitting, *(name for name, form in SPECIAL.items() if form.gives in (None, wanted))])
    if name in SPECIAL:
        form = SPECIAL[name]
        count = min(form.most, form.least + chance.choice([0, 0, 1, 2]))
        conditions = form.conditions(count)
        places = [Family.BOOLEAN if position in conditions else wanted for position in range(count)]
    else:
        function = FUNCTIONS[name]
        count = min(function.most, function.least + chance.choice([0, 0, 1, 2]))
        allowed: list[list[Family | None]] = [[*sorted(families)] or [None] for families in function.takes]
        places = [chance.choice(allowed[min(position, len(allowed) - 1)]) for position in range(count)]
    return f"{name}({', '.join(_grown(chance, chance.randint(0, below), place) for place in places)})"


def config_case(seed: int) -> str:
    """Load one damaged copy of the shipped example."""
    chance = Random(seed)
    try:
        parse_config(_damaged(_example(), chance), {"FUZZ_TOKEN": SECRET, "HUBSPOT_TOKEN": SECRET}, Path("config.yaml"))
    except ConfigErrors as errors:
        told = str(errors)
        if SECRET in told:
            raise AssertionError("a secret was told") from None
        return "refused" if told.startswith("config.yaml") else "refused without a place"
    return "loaded"


def _example() -> str:
    return (files("sync") / "config.example.yaml").read_text(encoding="utf-8")


def _damaged(text: str, chance: Random) -> str:
    for _ in range(chance.choice([1, 1, 2, 3, 8, 30])):
        lines = text.split("\n")
        at = chance.randrange(len(lines))
        kind = chance.random()
        if kind < 0.15:
            del lines[at : at + chance.randint(1, 20)]
        elif kind < 0.3:
            lines[at:at] = lines[chance.randrange(len(lines)) :][: chance.randint(1, 20)]
        elif kind < 0.4:
            lines[at] = " " * chance.randint(0, 12) + lines[at].strip()
        else:
            start = chance.randrange(len(lines[at]) + 1)
            lines[at] = (
                lines[at][:start] + chance.choice(SNIPPETS) + lines[at][start + chance.choice([0, 0, 1, 4, 20]) :]
            )
        text = "\n".join(lines) or "\n"
    return text


CASES: Mapping[str, Callable[[int], str]] = {"expressions": expression_case, "configs": config_case}


def _work(kind: str, first: int, last: int, results: Connection) -> None:
    """The child: run the cases and tell how each ended."""
    run = CASES[kind]
    for seed in range(first, last):
        began = time.perf_counter()
        try:
            ended, trace = run(seed), ""
        except BaseException:  # noqa: BLE001 (whatever escapes is what this figure looks for)
            ended, trace = "TRACEBACK", traceback.format_exc()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        results.send(Case(time.perf_counter() - began, peak, ended, trace))


def measure(kind: str, first: int, count: int) -> Findings:
    """Run `count` cases from seed `first` on."""
    found = Findings(Counter(), [], 0.0, 0.0)
    seed, last = first, first + count
    while seed < last:
        ours, theirs = get_context("fork").Pipe(duplex=False)
        child = get_context("fork").Process(target=_work, args=(kind, seed, last, theirs))
        child.start()
        theirs.close()
        while seed < last and ours.poll(PATIENCE):
            try:
                found = _noted(found, kind, seed, ours.recv())
            except EOFError:
                break
            seed += 1
        if seed < last:
            found.failures.append(f"{kind} {seed}: did not come back")
            seed += 1
        child.kill()
        child.join()
        ours.close()
    return found


def _noted(found: Findings, kind: str, seed: int, case: Case) -> Findings:
    found.outcomes[case.ended] += 1
    if case.traceback:
        found.failures.append(f"{kind} {seed}: {case.traceback.splitlines()[-1]}")
    if case.seconds > MOST_SECONDS:
        found.failures.append(f"{kind} {seed}: took {case.seconds:.2f} s")
    if case.megabytes > MOST_MEGABYTES:
        found.failures.append(f"{kind} {seed}: the process has held {case.megabytes:.0f} MB")
    return found._replace(slowest=max(found.slowest, case.seconds), megabytes=max(found.megabytes, case.megabytes))


def main(arguments: list[str]) -> int:
    """Run the figure; 1 if any case broke the promise."""
    parser = argparse.ArgumentParser(prog="fuzz", description=__doc__)
    parser.add_argument("--seed", type=int, default=0, help="the first seed; the same seed gives the same cases")
    parser.add_argument("--expressions", type=int, default=EXPRESSIONS)
    parser.add_argument("--configs", type=int, default=CONFIGS)
    options = parser.parse_args(arguments)
    parse_config(_example(), {"HUBSPOT_TOKEN": SECRET})  # what is imported once is not a case's time
    failures: list[str] = []
    slowest = megabytes = 0.0
    for kind, count in (("expressions", options.expressions), ("configs", options.configs)):
        found = measure(kind, options.seed, count)
        outcomes = ", ".join(f"{number} {ended}" for ended, number in found.outcomes.most_common())
        print(f"{count} {kind}: {outcomes}; slowest {found.slowest * 1000:.0f} ms, at most {found.megabytes:.0f} MB")
        failures += found.failures
        slowest, megabytes = max(slowest, found.slowest), max(megabytes, found.megabytes)
    for failure in failures[:20]:
        print(f"  {failure}")
    details = {
        "expressions": options.expressions,
        "configs": options.configs,
        "slowest_seconds": round(slowest, 3),
        "megabytes": round(megabytes),
    }
    return finish("fuzz", value=len(failures), ok=not failures, details=details)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
