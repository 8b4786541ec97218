"""This module reads a letter's HTML as an inbox and a curious reader do: its first words and its links."""

import re
from dataclasses import dataclass
from html.parser import HTMLParser

SILENT = frozenset({"style", "script", "title"})
MOST_WORDS = 240
"""More than any inbox shows after a subject."""
KINDS = (("mailto:", "mail"), ("tel:", "telephone"), ("#", "inside the letter"))
OWN = "acts for this reader"


@dataclass(frozen=True)
class Link:
    """A link: its words (or what its pictures show), its target and what kind of target that is."""

    words: str
    href: str
    kind: str

    @property
    def opens(self) -> bool:
        """Whether it can be tried from here: a reader's own link would act for that reader."""
        return self.kind == "web"


@dataclass(frozen=True)
class Reading:
    """What stands first in the letter, and all its links in their order."""

    beginning: str
    links: tuple[Link, ...]


def read_letter(html: str, private: frozenset[str]) -> Reading:
    """Read *html*; links in *private* are the reader's own."""
    parser = _Parser()
    parser.feed(html)
    parser.close()
    words = re.sub(r"[ \t\r\n]+", " ", "".join(parser.words)).strip()
    links = tuple(
        Link(" ".join("".join(said).split()) or "(no words)", href, kind(href, private))
        for href, said in parser.links
    )
    return Reading(words[:MOST_WORDS], links)


def kind(href: str, private: frozenset[str]) -> str:
    """What a link leads to."""
    if href in private or href.startswith(("[", "<%", "%asm")):
        return OWN
    told = (name for start, name in KINDS if href.startswith(start))
    return next(told, "web" if re.match(r"https?://[^/\s]", href) else "leads nowhere")


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[tuple[str, list[str]]] = []
        self.silent = 0
        self.inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        self.silent += tag in SILENT
        if tag not in {"a", "abbr", "b", "em", "i", "s", "span", "strong", "sub", "sup"}:
            self.words.append(" ")
        if tag == "a" and "href" in known:
            self.links.append((known["href"] or "", []))
            self.inside = True
        if tag == "img" and self.inside and known.get("alt"):
            self.links[-1][1].append(f"[{known['alt']}]")

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in SILENT
        self.inside = self.inside and tag != "a"

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.words.append(data)
        if self.inside:
            self.links[-1][1].append(data)
