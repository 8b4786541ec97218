"""This module writes a letter to look at: the HTML with its pictures, and the text."""

import base64
from pathlib import Path

import click

from newsletter.cli.letters import audience_option, compose_article, extremes
from newsletter.cli.project import open_project
from newsletter.cli.wording import note, result
from newsletter.letter import Letter, Picture, View, with_addresses


@click.command(short_help="Write an edition's letter as HTML and text, to look at.")
@click.argument("article", type=click.Path(path_type=Path))
@click.option("--open", "show", is_flag=True, help="Open the letter in the browser.")
@audience_option
def preview(article: Path, show: bool, audience: str | None) -> None:
    """Write ARTICLE's letter into .newsletter/preview/, once for each kind of reader."""
    project = open_project(practice=True)
    composed = compose_article(project, article, audience)
    folder = project.root / ".newsletter" / "preview" / article.stem
    folder.mkdir(parents=True, exist_ok=True)
    with project.store() as store, store.read() as connection:
        views = [
            (name, composed.letter.view(reader))
            for name, reader in extremes(project, connection, composed)
        ]
    for name, view in views:
        stem = folder / name.replace(" ", "-")
        stem.with_suffix(".html").write_text(with_pictures(view, composed.letter), encoding="utf-8")
        stem.with_suffix(".txt").write_text(view.text, encoding="utf-8")
        result(f"{stem.with_suffix('.html').relative_to(project.root)}  ({view.subject})")
    if show:
        click.launch((folder / f"{views[0][0].replace(' ', '-')}.html").as_uri())
    note(f"Next: newsletter test {article} --to YOUR-ADDRESS")


def with_pictures(view: View, letter: Letter) -> str:
    """The HTML with the pictures inside, as a browser can show it."""
    return with_addresses(view.html, letter.pictures, _inside)


def _inside(picture: Picture) -> str:
    return f"data:{picture.type};base64,{base64.b64encode(picture.content).decode()}"
