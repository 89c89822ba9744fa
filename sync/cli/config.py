"""`relevo config`."""

import json

import click

from sync.cli.errors import Exit
from sync.cli.options import Command, Group, output_option, settings_of
from sync.cli.output import Format, Table, print_json, print_table
from sync.cli.session import config_file, load
from sync.config import Config, ConfigErrors, json_schema
from sync.config_errors import place, render


@click.group(cls=Group)
def config() -> None:
    """Validate or show the configuration, or its JSON Schema."""


@config.command(cls=Command, examples=["relevo config validate", "relevo config validate -c prod.yaml -o json"])
@output_option(Format.JSON)
@click.pass_context
def validate(ctx: click.Context, fmt: Format) -> Exit:
    """Check the file as a whole and show everything that is wrong with it, with line and column. Asks no CRM.

    Whether the CRM has the mapped fields: relevo doctor.
    """
    try:
        found = load(settings_of(ctx))
    except ConfigErrors as errors:
        if fmt is not Format.JSON:
            raise
        print_json("config-validate", {"ok": False, "problems": _problems(errors)})
        return Exit.USAGE
    if fmt is Format.JSON:
        print_json("config-validate", {"ok": True, "problems": []})
    else:
        click.echo(f"{found.path} is valid: {contents(found)}.")
    return Exit.OK


def contents(found: Config) -> str:
    """`1 connection, 9 objects, 12 score rules, 1 SLA policy`."""
    rules = sum(len(criterion.rules) for criterion in found.agreement.rules.criteria)
    objects = sum(len(objects) for objects in found.mappings.values())
    counts = [
        (len(found.connections), "connection", "connections"),
        (objects, "object", "objects"),
        (rules, "score rule", "score rules"),
        (len(found.agreement.policies), "SLA policy", "SLA policies"),
    ]
    return ", ".join(f"{n} {one if n == 1 else many}" for n, one, many in counts)


def _problems(errors: ConfigErrors) -> list[dict[str, object]]:
    told = []
    for problem in errors.problems:
        line, column = place(errors.source, problem)
        path = ".".join(map(str, problem.location))
        told.append({"line": line, "column": column, "path": path, "text": render(errors.source, problem)})
    return told


@config.command(cls=Command, examples=["relevo config show", "relevo config show --effective --origin"])
@click.option("--effective", is_flag=True, help="Also what is in force because nothing else was said.")
@click.option("--origin", is_flag=True, help="Where each value comes from: file and line, environment, or default.")
@output_option(Format.JSON, Format.CSV)
@click.pass_context
def show(ctx: click.Context, effective: bool, origin: bool, fmt: Format) -> None:
    """Show the settings, one a line. Secrets and values from the environment are masked."""
    settings = load(settings_of(ctx)).show(defaults=effective)
    columns = ("setting", "value", "origin")[: 3 if origin else 2]
    print_table(Table("config", columns, [tuple(setting)[: len(columns)] for setting in settings]), fmt)


@config.command(cls=Command, examples=["relevo config schema > relevo.schema.json"])
def schema() -> None:
    """Print the JSON Schema of the file, for editors. `relevo init` writes it beside the file."""
    click.echo(json.dumps(json_schema(), indent=2, ensure_ascii=False))


@config.command(cls=Command, examples=["relevo config path"])
@click.pass_context
def path(ctx: click.Context) -> None:
    """Print which file is used."""
    click.echo(config_file(settings_of(ctx)))
