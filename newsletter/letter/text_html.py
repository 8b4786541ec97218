"""This module writes the HTML that stands in an article as plain text: each link with its address, each cell and item apart."""

import html
import re
from collections.abc import Iterable

COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
OPENS = re.compile(r"<a\s[^>]*?href\s*=\s*[\"']?([^\"'\s>]*)[^>]*>", re.IGNORECASE)
"""A link that begins, and its address."""
CLOSES = re.compile(r"</a\s*>", re.IGNORECASE)
LINK = re.compile(rf"{OPENS.pattern}(.*?){CLOSES.pattern}", re.IGNORECASE | re.DOTALL)
CELL = re.compile(r"</t[dh]\s*>\s*(?=<t[dh]\b)", re.IGNORECASE)
ITEM = re.compile(r"<li\b[^>]*>\s*(?:<p\b[^>]*>)?\s*", re.IGNORECASE)
LINE = re.compile(
    r"</?(?:p|div|tr|table|ul|ol|li|dl|dt|dd|h[1-6]|br|hr|blockquote|pre)\b[^>]*>", re.IGNORECASE
)
BREAK = re.compile(r"<br\b", re.IGNORECASE)
NEXT = "\0"
"""Where a line ends; no article has this sign."""
TAG = re.compile(r"<[^>]*>")


def plain(content: str) -> str:
    """The words of a block of HTML."""
    words = LINK.sub(lambda link: linked(TAG.sub("", link[2]), link[1]), COMMENT.sub("", content))
    words = LINE.sub("\n", ITEM.sub("\n- ", CELL.sub(" | ", words)))
    return re.sub(r"\s*\n\s*", "\n", html.unescape(TAG.sub("", words))).strip()


def joined(parts: Iterable[tuple[str, bool]]) -> str:
    """Words and tags of one line, each with whether it is a tag."""
    words: list[str] = []
    start, href = 0, ""
    for part, is_tag in parts:
        if not is_tag:
            words.append(part)
        elif opened := OPENS.match(part):
            start, href = len(words), html.unescape(opened[1])
        elif CLOSES.match(part) and href:
            words[start:] = [linked("".join(words[start:]), href)]
            href = ""
        elif BREAK.match(part):
            words.append(NEXT)
    return re.sub(rf"\s*{NEXT}\s*", "\n", "".join(words))


def linked(words: str, href: str) -> str:
    """A link as words and address, or the address alone where the words say the same."""
    words = words.strip()
    return words if href.removeprefix("mailto:") == words else f"{words} ( {href} )"
