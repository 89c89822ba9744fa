"""What a check found: printed in the same way by `doctor` and `db check`."""

from collections.abc import Sequence
from typing import Protocol

import click

from sync.cli.errors import Exit
from sync.cli.output import Format, plain, print_json, stdout


class Finding(Protocol):
    """One thing that was looked at. `fix` says what to do when it is not `ok`."""

    @property
    def name(self) -> str: ...
    @property
    def ok(self) -> bool: ...
    @property
    def detail(self) -> str: ...
    @property
    def fix(self) -> str: ...


def print_findings(schema: str, findings: Sequence[Finding], fmt: Format) -> Exit:
    """Print them all; REJECTED if one is not ok."""
    bad = sum(not finding.ok for finding in findings)
    if fmt is Format.JSON:
        shown = [{"name": f.name, "ok": f.ok, "detail": f.detail, "fix": f.fix} for f in findings]
        print_json(schema, {"ok": bad == 0, "findings": shown})
    else:
        _print(findings)
        click.echo("\nAll checks passed." if not bad else f"\n{len(findings) - bad} ok, {bad} to fix.")
    return Exit.REJECTED if bad else Exit.OK


def _print(findings: Sequence[Finding]) -> None:
    from rich.text import Text

    console = stdout()
    width = max((len(f.name) for f in findings), default=0)
    for finding in findings:
        mark, style = ("✓", "green") if finding.ok else ("✗", "red")
        line = Text.assemble(
            (mark, style), " ", (f"{plain(finding.name):{width}}", "bold"), "  ", plain(finding.detail)
        )
        console.print(line)
        if not finding.ok and finding.fix:
            console.print(Text(f"  {'':{width}}  fix: {plain(finding.fix)}"))
