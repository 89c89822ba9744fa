"""`relevo score model` and `relevo score fit`: what the criterion likelihood goes by, and a new try at it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from state.models import ModelRow, UnknownModel
from sync.app import App
from sync.cli.errors import Failure
from sync.cli.model_card import document, told
from sync.cli.options import Command, CommandGroup, lang_option, output_option, settings_of
from sync.cli.output import Format, print_json
from sync.cli.session import application
from sync.cli.words import chosen
from sync.cli.zone import agreed_zone
from sync.config_model import Model
from sync.likelihood.agreed import in_force, model_section
from sync.likelihood.keeping import card_of, drift_of, fit_stored, keep
from sync.likelihood.regression import HOW_TO_INSTALL, NotInstalled

EVERY = 5_000


@click.group(
    cls=CommandGroup,
    examples=[
        "relevo score model",
        "relevo score model --version 3f2a91 --lang es",
        "relevo score model pin 3f2a91",
        "relevo score model unpin",
    ],
)
@click.option("--version", metavar="VERSION", help="Another one than the one in force: what its version begins with.")
@lang_option
@output_option(Format.JSON)
@click.pass_context
def model(ctx: click.Context, version: str | None, lang: str | None, fmt: Format) -> None:
    """What the criterion likelihood goes by: the model's card, its trial on the newest leads, and what it weighs and why.

    Shows how the leads that came since differ from those it learned from, and which versions there are.
    """
    if ctx.invoked_subcommand is not None:
        return
    with application(ctx) as app, _counted(ctx) as seen:
        section = _section(app)
        row = _called(app, version) if version else in_force(app.config.sections, app.store.models)
        if row is None:
            raise _none_in_force(section.version)
        card, drift, versions = card_of(row), drift_of(app, row, seen), app.store.models.versions()
        speech, zone = chosen(lang, app.config.lang), agreed_zone(app.config)
    if fmt is Format.JSON:
        print_json("score-model", document(row, card, drift, versions))
    else:
        click.echo("\n".join(told(row, card, drift, versions, speech, zone)))


@model.command(cls=Command, examples=["relevo score model pin 3f2a91"])
@click.argument("version")
@click.pass_context
def pin(ctx: click.Context, version: str) -> None:
    """Put the model whose version begins with VERSION in force; what is fitted later waits until `unpin`."""
    with application(ctx) as app:
        row = app.store.models.pin(_called(app, version).version)
        click.echo(f"{row.version} is in force and stays so; it {_weight(row)}. Next: relevo sync")


@model.command(cls=Command, examples=["relevo score model unpin"])
@click.pass_context
def unpin(ctx: click.Context) -> None:
    """Let the newest fitted model be in force again, and each new one after it."""
    with application(ctx) as app:
        row = app.store.models.unpin()
    click.echo(f"{row.version} is in force; it {_weight(row)}. Next: relevo sync" if row else "There is no model.")


@click.command(cls=Command, examples=["relevo score fit", "relevo score fit --dry-run -o json"])
@click.option("--dry-run", is_flag=True, help="Show what it would be; keep nothing.")
@lang_option
@output_option(Format.JSON)
@click.pass_context
def fit(ctx: click.Context, dry_run: bool, lang: str | None, fmt: Format) -> None:
    """Fit the model of likelihood on everybody who is stored, try it on the newest leads, and keep it.

    A model that does not pass the gate is kept too, with the reasons, and weighs nothing.
    """
    with application(ctx) as app, _counted(ctx) as seen:
        _section(app)
        try:
            found = fit_stored(app, seen)
        except NotInstalled as absent:
            raise Failure(
                "The criterion likelihood needs scikit-learn to be fitted; without it it weighs nothing new.",
                fix=f"Run: {HOW_TO_INSTALL}",
            ) from absent
        row = None if dry_run else keep(app, found)
        speech, zone = chosen(lang, app.config.lang), agreed_zone(app.config)
    if fmt is Format.JSON:
        print_json("score-model", document(row, found.card, None, ()))
    else:
        click.echo("\n".join(told(row, found.card, None, (), speech, zone)))
        if row is not None and row.active:
            click.echo("\nEverybody is scored by it from the next run on. Next: relevo sync", err=True)


def _section(app: App) -> Model:
    section = model_section(app.config.sections)
    if section is None:
        raise Failure(
            "The configuration has no criterion likelihood with a model.",
            fix="Add one under score.criteria: likelihood: {cap: 25, model: {fields: [source, country]}}",
        )
    return section


def _none_in_force(asked_for: str | None) -> Failure:
    nothing = "the criterion likelihood weighs nothing."
    if asked_for is None:
        return Failure(f"There is no fitted model: {nothing}", fix="Run: relevo score fit")
    fix = "Name another under score.criteria.likelihood.model, or take the version out"
    return Failure(f"There is no model {asked_for}, which the configuration asks for: {nothing}", fix=fix)


def _called(app: App, version: str) -> ModelRow:
    try:
        return app.store.models.get(version)
    except UnknownModel:
        raise Failure(f"No model, or more than one, has a version that begins with {version!r}.") from None


def _weight(row: ModelRow) -> str:
    return "weighs" if row.weighs else "weighs nothing"


@contextmanager
def _counted(ctx: click.Context) -> Iterator[Callable[[int], None]]:
    """Says on stderr how many people were read, unless asked to be quiet."""
    people = 0

    def seen(some: int) -> None:
        nonlocal people
        people += some
        if people // EVERY > (people - some) // EVERY and not settings_of(ctx).quiet:
            click.echo(f"read {people:,} people", err=True)

    yield seen
