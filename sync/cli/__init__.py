"""The command line `relevo`. This module and what it imports need click only; commands are imported when called."""

import click

from sync.cli.lazy import Entry, LazyGroup
from sync.cli.options import global_options

START, CONFIGURE, WORK, LOOK, SERVE = "Start here", "Set up", "Synchronise", "Look", "Run as a service"

TABLE = {
    "demo": Entry(START, "Run the whole chain on a local CRM, no account needed.", "sync.cli.demo:demo"),
    "init": Entry(START, "Write a commented config.yaml to start from.", "sync.cli.init:init"),
    "doctor": Entry(
        START, "Check token, scopes, fields, database and clock, and say how to fix each.", "sync.cli.doctor:doctor"
    ),
    "config": Entry(CONFIGURE, "Validate or show the configuration, or its JSON Schema.", "sync.cli.config:config"),
    "mapping": Entry(CONFIGURE, "List the mappings, or try one on a record.", "sync.cli.mapping:mapping"),
    "fields": Entry(CONFIGURE, "Create the CRM fields that Relevo writes to.", "sync.cli.fields:fields"),
    "preview": Entry(
        WORK, "Show every field that would be written, old → new; write nothing.", "sync.cli.preview:preview"
    ),
    "sync": Entry(WORK, "Read, score and write back once.", "sync.cli.sync:sync"),
    "resync": Entry(WORK, "Read an object's records again: all, since a time, or by id.", "sync.cli.resync:resync"),
    "rescore": Entry(WORK, "Score everybody again, or say what that would change.", "sync.cli.rescore:rescore"),
    "runs": Entry(WORK, "List runs, open one, see or retry what was rejected.", "sync.cli.runs:runs"),
    "undo": Entry(WORK, "Put back what a run wrote, as far as nobody changed it since.", "sync.cli.undo:undo"),
    "conflicts": Entry(WORK, "See fields that a person edited and we would write.", "sync.cli.conflicts:conflicts"),
    "status": Entry(LOOK, "How fresh and how healthy each connection is.", "sync.cli.status:status"),
    "journey": Entry(LOOK, "One person's path from first touch to closed deal.", "sync.cli.journey:journey"),
    "people": Entry(LOOK, "See who may be one person, and link or unlink records.", "sync.cli.people_links:people"),
    "score": Entry(LOOK, "Explain a score, point by point.", "sync.cli.score:score"),
    "sla": Entry(LOOK, "Who waits, who was answered in time, and who was not.", "sync.cli.sla:sla"),
    "metrics": Entry(LOOK, "The numbers that marketing and sales share.", "sync.cli.metrics:metrics"),
    "whatif": Entry(LOOK, "What a period would have been under other rules.", "sync.cli.whatif:whatif"),
    "run": Entry(SERVE, "Run the daemon in the foreground.", "sync.cli.service:run"),
    "healthcheck": Entry(SERVE, "Exit 0 if the daemon lives and keeps up, else 1.", "sync.cli.service:healthcheck"),
    "db": Entry(SERVE, "Where the database is, and whether it is sound.", "sync.cli.db:db"),
    "secrets": Entry(SERVE, "What logins obtained and is kept encrypted; change the key.", "sync.cli.secrets:secrets"),
    "completion": Entry(SERVE, "Print the completion script for bash, zsh or fish.", "sync.cli.completion:completion"),
    "version": Entry(SERVE, "Print the version.", "sync.cli.version:version"),
}


@click.group(cls=LazyGroup, table=TABLE, params=global_options(brief=False))
def main() -> None:
    """Relevo keeps the agreement between marketing and sales.

    It reads leads, deals and activities out of your CRM, scores every lead, runs the clock of the service level
    agreement (SLA), and writes both back, so that both teams see the same numbers.
    """
