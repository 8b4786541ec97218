"""This module gathers what the rules judge: the letter as one reader sees it, its edition and the settings."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from html.parser import HTMLParser

from newsletter.config import Settings
from newsletter.edition import Edition
from newsletter.letter import View


@dataclass(frozen=True)
class Draft:
    """One version of the letter, filled in for one reader; *real* is a send that reaches people."""

    edition: Edition
    settings: Settings
    view: View
    real: bool

    @cached_property
    def page(self) -> "Page":
        page = Page()
        page.feed(self.view.html)
        page.close()
        return page

    def line(self, words: str) -> int | None:
        """The line of the article on which *words* stand, if they do."""
        for number, row in enumerate(self.edition.body.split("\n"), self.edition.body_line):
            if words.lower() in row.lower():
                return number
        return None

    def key_line(self, key: str) -> int | None:
        return self.edition.lines.get(key)


SILENT = {"style", "script", "title", "head"}


class Page(HTMLParser):
    """The words, links and pictures of an HTML letter, as a reader meets them."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[tuple[str, str]] = []
        self.images: list[Mapping[str, str | None]] = []
        self.tags: list[str] = []
        self._open: list[str] = []
        self._link: tuple[str, list[str]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag in SILENT:
            self._open.append(tag)
        if tag == "a":
            self._link = (dict(attrs).get("href") or "", [])
        if tag == "img":
            self.images.append(dict(attrs))

    def handle_endtag(self, tag: str) -> None:
        if self._open and self._open[-1] == tag:
            self._open.pop()
        if tag == "a" and self._link is not None:
            href, words = self._link
            self.links.append((href, " ".join(" ".join(words).split())))
            self._link = None

    def handle_data(self, data: str) -> None:
        if not self._open:
            self.words.append(data)
        if self._link is not None:
            self._link[1].append(data)

    @property
    def text(self) -> str:
        """All visible words, with single spaces."""
        return re.sub(r"\s+", " ", " ".join(self.words)).strip()
