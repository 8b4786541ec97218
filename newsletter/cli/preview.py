"""This module shows a letter: on a page that changes at every save, or as files."""

import sys
from pathlib import Path

import click

from newsletter.cli.letters import audience_option, compose_article, extremes
from newsletter.cli.project import (
    PORT,
    ProjectFile,
    open_project,
    practice_option,
    said_to_be_practice,
)
from newsletter.cli.wording import in_practice, note, result, to_type
from newsletter.edition import load_edition
from newsletter.web.preview import with_pictures


@click.command(short_help="Show an edition's letter as readers get it, anew at every save.")
@click.argument("article", type=ProjectFile())
@click.option("--open", "show", is_flag=True, help="Open it in the browser.")
@click.option(
    "--write/--live",
    default=None,
    help="Write files into .newsletter/preview/ and end, or serve the page. Without either: the page "
    "on a terminal, files in a script.",
)
@click.option(
    "--port", type=PORT, default=0, help="The page's port; without it a free one is taken."
)
@audience_option
@practice_option
def preview(
    article: Path,
    show: bool,
    write: bool | None,
    port: int,
    audience: str | None,
    practice: bool,
) -> None:
    """Show ARTICLE's letter on a page on this computer until Ctrl-C.

    The page changes at every save and has the inbox, phone and desktop, light and dark, every kind
    of reader, the check, the links and a test send (docs/preview.md).
    """
    if write or (write is None and not sys.stdout.isatty()):
        write_files(article, audience, show=show, practice=practice)
    else:
        serve_page(article, port, audience, show=show, practice=practice)


def serve_page(
    article: Path, port: int, audience: str | None, *, show: bool, practice: bool
) -> None:
    """Serve the page until Ctrl-C."""
    from newsletter.cli.preview_page import means_of
    from newsletter.web.preview import serve_preview

    project = open_project(practice=practice)
    if not article.is_file():
        load_edition(article, project.root)  # raises what is wrong with the name

    def ready(address: str) -> None:
        result(f"{article} is shown at {address}")
        note("It changes whenever you save. Ctrl-C ends it.")
        if show:
            click.launch(address)

    with said_to_be_practice(project):
        serve_preview(means_of(project, article, audience), port, ready)
        project.advise(f"Next: {to_type('test', article, audience)} --to YOUR-ADDRESS")


def write_files(article: Path, audience: str | None, *, show: bool, practice: bool) -> None:
    """Write the letter as HTML and text, once for each kind of reader."""
    project = open_project(practice=True)
    composed = compose_article(project, article, audience)
    folder = project.root / ".newsletter" / "preview" / article.stem
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with project.store() as store, store.read() as connection:
        views = [
            (name, composed.letter.view(reader))
            for name, reader in extremes(project, connection, composed)
        ]
    for name, view in views:
        stem = folder / name.replace(" ", "-")
        page = with_pictures(view.html, composed.letter.pictures)
        stem.with_suffix(".html").write_text(page, encoding="utf-8")
        stem.with_suffix(".txt").write_text(view.text, encoding="utf-8")
        result(f"{stem.with_suffix('.html').relative_to(project.root)}  ({view.subject})")
    if show:
        click.launch((folder / f"{views[0][0].replace(' ', '-')}.html").as_uri())
    onward = f"Next: {to_type('test', article, audience)} --to YOUR-ADDRESS"
    note(in_practice(onward) if practice else onward)
