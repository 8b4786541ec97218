"""This module composes an edition: article and template become a letter with holes."""

import hashlib
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, astuple, replace
from pathlib import Path
from typing import Any

from markdown_it.tree import SyntaxTreeNode

from newsletter.config import Settings
from newsletter.edition import Edition
from newsletter.errors import Problem, Problems
from newsletter.letter import article, unread
from newsletter.letter.choices import TEMPLATES
from newsletter.letter.context import context
from newsletter.letter.event import Event, event_of
from newsletter.letter.held import Expression
from newsletter.letter.letter import Letter, yes
from newsletter.letter.masking import Masked, as_markup, as_typed, mask
from newsletter.letter.mjml_body import Body
from newsletter.letter.mjml_cards import contents, write
from newsletter.letter.mjml_lint import lint
from newsletter.letter.pictures import Pictures
from newsletter.letter.reader import MergeProblem, Reader
from newsletter.letter.rendering import Rendering
from newsletter.letter.source import Lines
from newsletter.letter.staging import Held, Source, Where
from newsletter.letter.subject import Subject
from newsletter.letter.text_body import TextBody
from newsletter.letter.tracking import tracking_of
from newsletter.letter.words import Words, words_of


def compose(edition: Edition, settings: Settings, *, unsubscribe_tag: str | None) -> Letter:
    """The letter of *edition*.

    *unsubscribe_tag* is what SendGrid replaces by its own unsubscribe link; None means that each
    reader's link is a merge field. Raises Problems with file and line.
    """
    masked = mask(
        edition.body, nonce=secrets.token_hex(5), path=edition.name, first_line=edition.body_line
    )
    tree = article.parse(masked)
    site = settings.site.url if settings.site.hosted_pictures else ""
    pictures = Pictures(edition.path.parent, edition.name, site)
    written = _written(tree, masked, pictures, words_of(edition.language))
    hero = _hero(edition, pictures)
    event = _event(edition, settings, pictures)
    files = _Files(settings.root / TEMPLATES)
    missing = files.missing(edition)
    problems = {
        *missing,
        *article.problems(tree, masked, edition.name),
        *unread.problems(tree, masked, edition.name),
        *pictures.problems,
        *_lost(masked, written, edition.name),
    }
    own = {name: lines.text for name, lines in written.items()}
    own |= {"edition/preheader.mjml": "", "edition/preheader.txt": edition.preheader}
    with _added_to(problems):
        line = edition.lines.get("preheader", 1)
        own["edition/preheader.mjml"] = as_markup(
            edition.preheader, path=edition.name, first_line=line
        )
    where = _where(edition, {name: lines.origins for name, lines in written.items()})
    known = context(edition, settings, hero, event, len(masked.text.split()))
    rendering = Rendering(Source(own, files.read, where), edition.template, known)
    with _added_to(problems):
        subject = Subject(edition.subject, edition.name, edition.lines.get("subject", 1), known)
    if not missing:
        with _added_to(problems):
            _try(rendering, is_sound=not problems)
    if problems:
        raise Problems(problems)
    return Letter(
        edition,
        rendering,
        subject,
        pictures=pictures.all,
        unsubscribe_tag=unsubscribe_tag,
        digest=_digest(edition, settings, files, unsubscribe_tag),
        tracking=tracking_of(edition, settings),
    )


def _written(
    tree: SyntaxTreeNode, masked: Masked, pictures: Pictures, words: Words
) -> dict[str, Lines]:
    """The article and its table of contents, by the name under which a template includes them."""
    return {
        "edition/body.mjml": write(Body(masked, pictures, words), tree),
        "edition/body.txt": TextBody(masked, words).write(tree),
        "edition/contents.mjml": contents(Body(masked, pictures, words), tree),
        "edition/contents.txt": TextBody(masked, words).contents(tree),
    }


class _Files:
    """The templates on disk; *seen* keeps what was read, for the digest."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.seen: dict[str, str] = {}

    def read(self, name: str) -> str | None:
        path = (self.folder / name).resolve()
        if not path.is_relative_to(self.folder.resolve()) or not path.is_file():
            return None
        try:
            self.seen[name] = path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            line = error.object.count(b"\n", 0, error.start) + 1
            what, cure = "this is no UTF-8 text", "save the template as UTF-8 text"
            raise Problems([Problem(f"{TEMPLATES}/{name}", line, what, cure)]) from error
        return self.seen[name]

    def missing(self, edition: Edition) -> list[Problem]:
        """The template that the edition names, and its text twin, must be there."""
        line = edition.lines.get("template")
        known = sorted(path.stem for path in self.folder.glob("*.mjml"))
        cure = f"write template: with one of {', '.join(known)}" if line else "put it back"
        names = [f"{edition.template}{suffix}" for suffix in (".mjml", ".txt")]
        return [
            Problem(edition.name, line, f"{TEMPLATES}/{name} is missing", cure)
            for name in names
            if not (self.folder / name).is_file()
        ]


def _where(edition: Edition, origins: dict[str, list[int]]) -> Where:
    def where(name: str, line: int) -> tuple[str, int]:
        if name in origins:
            lines = origins[name]
            return edition.name, lines[min(line, len(lines)) - 1] if lines else edition.body_line
        if name.startswith("edition/"):
            return edition.name, edition.lines.get("preheader", 1)
        return f"{TEMPLATES}/{name}", line

    return where


def _hero(edition: Edition, pictures: Pictures) -> Any:
    source = edition.details.get("hero", "")
    return pictures.shown(source, edition.lines.get("hero", 1)) if source else None


def _event(edition: Edition, settings: Settings, pictures: Pictures) -> Event | None:
    found = event_of(edition, settings.zone)
    if found is None:
        return None
    event, file = found
    address = pictures.enclose(file)
    return replace(event, file=address if pictures.site else "")


def _lost(masked: Masked, written: Mapping[str, Lines], path: str) -> list[Problem]:
    """Every tag must still be there after Markdown, statements in both parts; inside raw HTML one would vanish."""
    body, text = (written[f"edition/body.{part}"].text for part in ("mjml", "txt"))
    cure = "leave an empty line before and after it, so that it stands between paragraphs"
    return [
        Problem(path, masked.lines[word], f"{as_typed(tag)} stands where Markdown loses it", cure)
        for word, tag in masked.tags.items()
        if not tag.startswith("{#")
        and (tag not in body or (tag.startswith("{%") and tag not in text))
    ]


@contextmanager
def _added_to(problems: set[Problem]) -> Iterator[None]:
    """Whoever mends an article hears of everything at once."""
    try:
        yield
    except Problems as found:
        problems.update(found.problems)


def _try(rendering: Rendering, *, is_sound: bool) -> None:
    """Render once for a reader of whom nothing is known, so that wrong templates are found early.

    The MJML of an article that is not *sound* would be told of twice.
    """

    def ask(held: Held) -> bool:
        try:
            return yes(Expression(held, asks=True), Reader())
        except MergeProblem:  # found again, with the number of readers, when real ones are asked
            return False

    rendered = rendering.render(lambda _held: "", ask)
    if not is_sound:
        return
    where = rendering.where
    problems = {*lint(rendered.mjml, lambda line: where(*rendered.lines[line - 1]))}
    if problems:
        raise Problems(problems)


def _digest(edition: Edition, settings: Settings, files: _Files, tag: str | None) -> str:
    parts = (
        edition.digest,
        sorted(files.seen.items()),
        asdict(settings.clinic),
        astuple(settings.site),
        astuple(settings.utm),
        bool(tag),
    )
    return hashlib.sha256(repr(parts).encode()).hexdigest()
