"""This module writes what became of every row of every list into a file."""

from pathlib import Path

import click

from newsletter.audience.export import FATES, write_fates
from newsletter.cli.export import to_file
from newsletter.cli.project import open_project, practice_option, said_to_be_practice
from newsletter.cli.wording import note, several


@click.command("fates", short_help="Write what became of every row into a file.")
@click.argument("file", type=click.Path(path_type=Path))
@practice_option
def lists_fates(file: Path, practice: bool) -> None:
    """Write what became of every row of every list, as it was merged last, into FILE (- prints it).

    Each row was taken, merged into another row of the same address, left out or rejected, and that for a reason.
    """
    project = open_project(practice=practice)
    with said_to_be_practice(project), project.store() as store, store.read() as connection:
        number = to_file(
            str(file), FATES, lambda out: write_fates(connection, out, samples=project.local)
        )
        note(f"{several(number, 'row')} written to {file}.")
