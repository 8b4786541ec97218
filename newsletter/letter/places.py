"""This module decides by the place where a value stands how it is spelled."""

import html
import re
from collections.abc import Callable, Mapping
from urllib.parse import quote, urlsplit

from newsletter.errors import Problem
from newsletter.letter.staging import Nonce

LINK_ATTRIBUTES = {"href", "src", "background", "action", "xlink:href"}

NEUTRAL, HTML, COMPONENT, LINK, TEXT = "n", "h", "u", "w", "t"
"""A placeholder before its place is known; then in HTML, in a part of a link, as a link, in the text."""

CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def in_html(
    source: str, nonce: Nonce, refuse: Callable[[int, str], Problem]
) -> tuple[str, list[Problem]]:
    """Give each placeholder of *source* the spelling of its place; *refuse* makes a Problem of a field's number."""
    problems: list[Problem] = []

    def spelled(match: re.Match[str]) -> str:
        place = _place(source, match.start())
        if place is None:
            problems.append(refuse(int(match[1]), "a reader's value stands in a style"))
        return nonce.word(int(match[1]), place or HTML)

    return re.sub(nonce.pattern(), spelled, source), problems


def _place(source: str, position: int) -> str | None:
    opened, closed = source.rfind("<", 0, position), source.rfind(">", 0, position)
    if opened <= closed:
        style = source.rfind("<style", 0, position)
        return None if style > source.rfind("</style", 0, position) else HTML
    inside = re.search(r"([\w:-]+)\s*=\s*[\"']([^\"']*)\Z", source[opened:position])
    if inside is None or inside[1].lower() == "style":
        return None
    if inside[1].lower() not in LINK_ATTRIBUTES:
        return HTML
    return COMPONENT if inside[2] else LINK


def in_text(source: str, nonce: Nonce) -> str:
    """The same for the text part: inside a link a value is percent-encoded, elsewhere it stands as it is."""

    def spelled(match: re.Match[str]) -> str:
        inside = re.search(r"(?i:https?)://\S+\Z", source[: match.start()])
        return nonce.word(int(match[1]), COMPONENT if inside else TEXT)

    return re.sub(nonce.pattern(), spelled, source)


def one_line(value: str) -> str:
    """A value without line breaks and control characters."""
    return " ".join(CONTROLS.sub(" ", value).split("\n")).strip()


def _in_html(value: str, _encoded: bool) -> str:
    return html.escape(one_line(value))


def _component(value: str, encoded: bool) -> str:
    return value if encoded else quote(value, safe="")


def _link(value: str, _encoded: bool) -> str:
    return html.escape(one_line(value))


def _text(value: str, _encoded: bool) -> str:
    """As it is, but what looks like one of SendGrid's own tags must not become one."""
    return CONTROLS.sub(" ", value).replace("<%", "<\u200b%")


SPELLINGS: Mapping[str, Callable[[str, bool], str]] = {
    HTML: _in_html,
    COMPONENT: _component,
    LINK: _link,
    TEXT: _text,
}


def is_link(value: str) -> bool:
    """Whether *value* is a whole http(s) link."""
    parts = urlsplit(value)
    return parts.scheme in {"http", "https"} and bool(parts.netloc) and " " not in value
