"""`relevo completion`."""

import click
from click.shell_completion import get_completion_class

from sync.cli.options import Command


@click.command(
    cls=Command,
    examples=['eval "$(relevo completion bash)"', "relevo completion fish > ~/.config/fish/completions/relevo.fish"],
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the script that completes Relevo's commands in SHELL."""
    made = get_completion_class(shell)
    assert made is not None  # noqa: S101
    click.echo(made(ctx.find_root().command, {}, "relevo", "_RELEVO_COMPLETE").source())
