"""This module gathers what the rules judge: the letter as one reader sees it, its edition, the settings, the evidence."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from newsletter.checks.evidence import Evidence
from newsletter.checks.page import Link, Page
from newsletter.checks.personal import personal_links
from newsletter.checks.rule import TEMPLATES
from newsletter.checks.written import Parsed, Written, parsed, written
from newsletter.config import Settings
from newsletter.edition import Edition
from newsletter.letter import READER_FIELDS, Letter, Picture, Reader, View

MAILBOXES = ("mailto:", "tel:", "sms:")
WEB = re.compile(r"https?://", re.IGNORECASE)


@dataclass(frozen=True)
class Draft:
    """One version of the letter, filled in for one reader; *real* is a send that reaches people.

    *components* are the MJML tags that it is made of, *headers* those that its mail will carry.
    *unsubscribe_tag* is what SendGrid replaces by its own link. *personal* has the links that differ
    from reader to reader, each with the part that does not.
    """

    edition: Edition
    settings: Settings
    view: View
    real: bool
    reader: Reader = field(default_factory=Reader)
    pictures: Sequence[Picture] = ()
    components: frozenset[str] = frozenset()
    headers: Mapping[str, str] = field(default_factory=dict)
    unsubscribe_tag: str | None = None
    personal: Mapping[str, str] = field(default_factory=dict)
    evidence: Evidence = field(default_factory=Evidence)

    @cached_property
    def page(self) -> Page:
        return Page(self.view.html)

    @property
    def template(self) -> str:
        """The file that the letter's frame is written in."""
        return f"{TEMPLATES}/{self.edition.template}.mjml"

    @property
    def unsubscribe(self) -> str:
        """Where this reader leaves: SendGrid's tag or a link of our own."""
        return self.unsubscribe_tag or self.reader.unsubscribe_url

    @property
    def private(self) -> frozenset[str]:
        """Links that act for this reader: no rule judges them and no probe ever opens them."""
        return private_links(self.reader) | {self.unsubscribe} - {""}

    @cached_property
    def links(self) -> list[Link]:
        """The links that lead somewhere on the web, without the reader's own."""
        return [link for link in self.page.links if not self.is_private(link.href)]

    @cached_property
    def web_links(self) -> list[Link]:
        return [link for link in self.links if WEB.match(link.href)]

    def is_private(self, href: str) -> bool:
        return is_private(href, self.private)

    @cached_property
    def article(self) -> Parsed:
        return parsed(self.edition)

    @cached_property
    def written(self) -> Written:
        return written(self.article)

    def link_line(self, link: Link) -> int | None:
        """The line on which *link* was written: of several that are the same, the one in its place."""
        same = [one for one in self.page.links if (one.href, one.words) == (link.href, link.words)]
        nth = next(number for number, one in enumerate(same) if one is link)
        return self.written.link(link.href, link.words, nth) or _found(link.href, self._head())

    def line(self, words: str) -> int | None:
        """The line of the article, or of its front matter, on which *words* stand: whole and as they are, if any."""
        body = enumerate(self.edition.body.split("\n"), self.edition.body_line)
        return _found(words, [*body, *self._head()])

    def lines(self, words: str) -> list[int]:
        """Every line of the file on which *words* stand whole, as line() finds the first."""
        first = self.line(words)
        whole = re.compile(rf"(?<!\w){re.escape(words)}(?!\w)")
        rows = [*self._head(), *enumerate(self.edition.body.split("\n"), self.edition.body_line)]
        also = {number for number, row in rows if number is not None and whole.search(row)}
        return sorted(also | {first} if first is not None else also)

    def _head(self) -> Sequence[tuple[int | None, str]]:
        edition = self.edition
        own = {"title": edition.title, "subject": edition.subject, "preheader": edition.preheader}
        return [(edition.lines.get(key), row) for key, row in {**own, **edition.details}.items()]

    def line_at(self, position: int) -> int:
        """The line of the file at *position* of the article's text."""
        return self.edition.body_line + self.edition.body.count("\n", 0, position)

    def key_line(self, key: str) -> int | None:
        return self.edition.lines.get(key)

    def in_both(self, words: str) -> bool:
        """Whether *words* can be read in the HTML and in the text; an empty part has a rule of its own."""
        wanted = " ".join(words.split())
        parts = (self.page.text, " ".join(self.view.text.split()))
        return all(wanted in part for part in parts if part)


def _found(words: str, rows: Sequence[tuple[int | None, str]]) -> int | None:
    """The number of the first row with *words*, best whole and as they are written."""
    if not words:
        return None
    whole = rf"(?<!\w){re.escape(words)}(?!\w)"
    ways = (re.compile(whole), re.compile(whole, re.I), re.compile(re.escape(words), re.I))
    return next((number for way in ways for number, row in rows if way.search(row)), None)


def draft_for(
    letter: Letter,
    settings: Settings,
    reader: Reader,
    *,
    real: bool = True,
    headers: Mapping[str, str] | None = None,
    unsubscribe_tag: str | None = None,
    evidence: Evidence | None = None,
) -> Draft:
    """*letter* as *reader* gets it; raises MergeProblem where a value of the reader cannot be written."""
    return Draft(
        letter.edition,
        settings,
        letter.view(reader),
        real,
        reader=reader,
        pictures=letter.pictures,
        components=letter.components,
        headers=headers or {},
        unsubscribe_tag=unsubscribe_tag,
        personal=personal_links(letter, reader),
        evidence=evidence or Evidence(),
    )


def private_links(reader: Reader) -> frozenset[str]:
    """The links that we made for *reader*."""
    own = (getattr(reader, name) for name in READER_FIELDS if name.endswith("_url"))
    return frozenset(filter(None, own))


def is_private(href: str, private: frozenset[str]) -> bool:
    """Whether a link is one of the reader's own or a tag that the provider replaces."""
    return href in private or href.startswith(("[", "<%", "%asm"))
