"""Edge: `flask websites ...`: websites out to a file, and in from one."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy.exc import OperationalError, ProgrammingError

from webapp.core import clock
from webapp.core.db import db
from webapp.core.problems import Problem
from webapp.websites.transfer import difference, entries, plans, uploads
from webapp.websites.transfer.document import Unreadable
from webapp.websites.transfer.stored import everything

websites = AppGroup("websites", help="Websites as files.")
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
dry_run_option = click.option(
    "--dry-run", is_flag=True, help="Show the difference, change nothing."
)


def _all_or_nothing(command: Callable[..., None]) -> Callable[..., None]:
    """Commit when the command ends; turn a refusal into sentences, with nothing changed."""

    @wraps(command)
    def run(*arguments: Any, **options: Any) -> None:
        try:
            command(*arguments, **options)
            db.session.commit()
        except Unreadable as refusal:
            said = "\n".join(map(str, refusal.complaints))
            raise click.ClickException(f"{said}\nNothing was changed.") from refusal
        except Problem as refusal:
            said = " ".join(e.message for e in refusal.errors) or refusal.detail
            raise click.ClickException(f"{said}\nNothing was changed.") from refusal
        except (OperationalError, ProgrammingError) as error:
            said = f"The database is not ready; try `flask --app wsgi db upgrade` ({error.orig})."
            raise click.ClickException(said) from error

    return run


@websites.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), required=False)
@click.option("--with-secrets", is_flag=True, help="Write passwords and tokens too, readable.")
@_all_or_nothing
def export(file: Path | None, with_secrets: bool) -> None:
    """Write all websites as YAML to FILE, or to standard output."""
    text = entries.write(everything(), with_secrets=with_secrets)
    if file is None:
        click.echo(text, nl=False)
        return
    with file.open("w", encoding="utf-8") as out:
        if with_secrets and file.is_file():
            file.chmod(0o600)
        out.write(text)


@websites.command("import")
@click.argument("file", type=FILE)
@dry_run_option
@click.option("--prune", is_flag=True, help="Remove the websites that the file does not name.")
@_all_or_nothing
def import_yaml(file: Path, dry_run: bool, prune: bool) -> None:
    """Make the websites what the YAML in FILE says; they are told apart by their URL."""
    _import(uploads.from_yaml(file), dry_run, prune)


@websites.command("import-kuma")
@click.argument("file", type=FILE)
@dry_run_option
@_all_or_nothing
def import_kuma(file: Path, dry_run: bool) -> None:
    """Take over the monitors in FILE, the SQLite file (kuma.db) of an Uptime Kuma."""
    _import(uploads.from_kuma(file), dry_run)


@websites.command("import-gatus")
@click.argument("file", type=FILE)
@dry_run_option
@_all_or_nothing
def import_gatus(file: Path, dry_run: bool) -> None:
    """Take over the endpoints in FILE, the configuration of a Gatus."""
    _import(uploads.from_gatus(file), dry_run)


def _import(upload: uploads.Upload, dry_run: bool, prune: bool = False) -> None:
    wanted = plans.plan(upload.entries, prune=prune)
    for line in difference.lines(wanted.changes):
        click.echo(line)
    for line in [*upload.left_out, *wanted.missing]:
        click.echo(f"! {line}")
    if not dry_run:
        plans.carry_out(wanted, clock.now())
    said = difference.summary(difference.counted(wanted.changes))
    click.echo(f"{said}.{' This was a dry run: nothing was changed.' if dry_run else ''}")
