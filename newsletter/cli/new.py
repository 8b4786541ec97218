"""This module starts an edition: blank, from a text, or like an earlier one."""

import sys
from pathlib import Path

import click

from newsletter.cli.project import ProjectFile
from newsletter.cli.wording import note, result
from newsletter.config import find_project_here, load_settings
from newsletter.edition import (
    ARTICLE,
    Birth,
    blank_edition,
    edition_from,
    edition_like,
    with_template,
    write_draft,
)
from newsletter.letter import checked_template


@click.command(short_help="Start an edition: blank, from a text, or like an earlier one.")
@click.argument("title", required=False)
@click.option(
    "--from",
    "source",
    type=click.Path(path_type=Path),
    help="A text as you received it: .docx, .html, .txt or .md.",
)
@click.option(
    "--template",
    help="The kind of letter: article, digest, announcement, plain, welcome, report, or one of yours.",
)
@click.option("--like", type=ProjectFile(), help="An earlier article to start from.")
def new(title: str | None, source: Path | None, template: str | None, like: Path | None) -> None:
    """Start an edition called TITLE in content/.

    With --from every sentence of the text stays as it was, and what its closing block says (author,
    website, place) moves to the top. Without TITLE one is proposed.
    """
    if like is not None and (source is not None or template is not None):
        raise click.UsageError("--like cannot go together with --from or --template")
    if source is None and title is None:
        title = click.prompt("Title", err=True)
    root = find_project_here()
    settings = load_settings(root, {})
    template = checked_template(root, template) if template is not None else ARTICLE
    birth = Birth.now(settings.zone)
    if source is not None:
        draft = edition_from(source, birth, title=title)
        if title is None and sys.stdin.isatty():
            chosen = click.prompt("Title", default=draft.title, err=True)
            draft = edition_from(source, birth, title=chosen) if chosen != draft.title else draft
        draft = with_template(draft, template)
    elif like is not None:
        draft = edition_like(like, title or "", birth)
    else:
        draft = blank_edition(title or "", birth, template)
    path = write_draft(draft, root / "content")
    name = path.relative_to(root).as_posix()
    result(f"{name} is ready: “{draft.title}”.")
    for sentence in draft.notes:
        note(f"- {sentence}")
    note(f"Next: open {name} and write, then type newsletter preview {name} --open")
