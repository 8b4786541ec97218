"""This module writes people for another program, or all that is known of one person."""

import csv
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO

import click

from newsletter.audience import people as chosen
from newsletter.audience.explain import key_of
from newsletter.audience.export import FORMS, write_people
from newsletter.campaign.known import all_known
from newsletter.cli.letters import audience_option
from newsletter.cli.progress import busy
from newsletter.cli.project import open_project, practice_option, said_to_be_practice
from newsletter.cli.wording import as_json, note, people
from newsletter.errors import NewsletterError


@click.command(short_help="Write people for another program, or all that is known of one.")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--person", metavar="ADDRESS", help="Print all that is known of one person, as JSON.")
@click.option(
    "--for", "form", type=click.Choice([*FORMS]), default="newsletter", help="Whose form."
)
@audience_option
@practice_option
def export(
    file: Path | None, person: str | None, form: str, audience: str | None, practice: bool
) -> None:
    """Write everybody who may be mailed into FILE (- prints them), in the form that another program imports.

    With --person: everything that is kept of one person, for them to have.
    """
    if (file is None) == (person is None):
        raise click.UsageError("name a FILE, or --person ADDRESS")
    project = open_project(practice=practice)
    with said_to_be_practice(project), project.store() as store, store.read() as connection:
        if person is not None:
            as_json(all_known(connection, key_of(person)))
            return
        words = (audience,) if audience else ()
        who = chosen(connection, words, samples=project.local, today=project.today)
        chosen_form = FORMS[form]
        number = to_file(
            str(file), chosen_form.columns, lambda out: write_people(who, chosen_form, out)
        )
        note(f"{people(number)} written to {file}, for {FORMS[form].about}.")


def to_file(name: str, heading: Iterable[str], write: Callable[[IO[str]], int]) -> int:
    """Let *write* fill the file *name*, or print where it is -; raises NewsletterError where it cannot be written.

    So does a file that begins with another *heading*: it is somebody's list, which was meant to be read.
    """
    if name == "-":
        return write(sys.stdout)
    try:
        refuse_another(Path(name), heading)
        with (
            busy(f"Writing {name}"),
            Path(name).open("w", encoding="utf-8-sig", newline="") as file,
        ):
            return write(file)
    except OSError as error:
        raise NewsletterError(
            f"{name} cannot be written ({error.strerror}); name another file"
        ) from error


def refuse_another(path: Path, heading: Iterable[str]) -> None:
    """Raise NewsletterError where *path* is a file with something else than what has this *heading*."""
    if not path.is_file() or not path.stat().st_size:
        return
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        try:
            first = next(csv.reader(file), [])
        except csv.Error:  # no text at all
            first = []
    if first != [*heading]:
        raise NewsletterError(
            f"{path} is there already and holds something else: it was left alone; name another file, or remove that one first"
        )
