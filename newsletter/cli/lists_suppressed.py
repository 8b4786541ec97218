"""This module writes who left, bounced or complained into a file."""

from pathlib import Path

import click

from newsletter.audience.export import SUPPRESSED, write_suppressed
from newsletter.cli.export import to_file
from newsletter.cli.project import open_project, practice_option, said_to_be_practice
from newsletter.cli.wording import note, several


@click.command("suppressed", short_help="Write who left, bounced or complained into a file.")
@click.argument("file", type=click.Path(path_type=Path))
@practice_option
def lists_suppressed(file: Path, practice: bool) -> None:
    """Write who left, bounced or complained, and who said so, into FILE (- prints them): for another tool to suppress."""
    project = open_project(practice=practice)
    with said_to_be_practice(project), project.store() as store, store.read() as connection:
        number = to_file(str(file), SUPPRESSED, lambda out: write_suppressed(connection, out))
        note(f"{several(number, 'row')} written to {file}.")
