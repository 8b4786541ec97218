"""This module makes an article of a web page saved to a file: the article, not what stands around it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from bs4 import BeautifulSoup, Tag
from bs4.dammit import EncodingDetector

from newsletter.edition.draft import Birth, Draft
from newsletter.edition.from_html import data_of, draft_of_html
from newsletter.edition.tags import LINKS

SILENT = "script style template".split()
BESIDE = frozenset(["aside", "footer"])
UNSEEN = "[hidden], [aria-hidden=true]"
NOT_SHOWN = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)\b", re.IGNORECASE)
"""Styles by which a part cannot be seen; one that only fades in can."""
ROLES = "navigation banner contentinfo complementary search dialog".split()
PLAYERS = "iframe video audio object embed".split()
APART = ", ".join(
    [
        *"nav form noscript svg canvas button dialog".split(),
        *BESIDE,
        *PLAYERS,
        UNSEEN,
        *(f"[role={role}]" for role in ROLES),
    ]
)
"""What a mail cannot carry, or what stands around an article."""
HEADINGS = "h1 h2 h3 h4 h5 h6".split()
SPOKEN_BUTTONS = ", ".join(f"{tag} button" for tag in [*HEADINGS, "summary", "dt", "a"])
SWITCHES = "button[aria-expanded], button[aria-controls]"
"""Buttons that open an answer."""
BODIES = ".entry-content, .post-content, .article-body"
INSIDE = f"article, blockquote, [itemprop=articleBody], {BODIES}"
"""Where an aside or a footer belongs to the text."""
PLACES = (
    "[itemprop=articleBody]",
    "article",
    f":is(main, [role=main]) :is({BODIES})",
    "main",
    "[role=main]",
)
"""Where pages say that their article is, the nearest first."""
PARTS = "div section aside nav ul ol p form footer header dl table".split()
FOREIGN = re.compile(
    r"(?:^|[\s_-])(?:cookies?|(?<!informed-)consent|sidebar|breadcrumbs?|comments?|shar(?:e|ing)"
    r"|sharedaddy|related(?:posts)?)(?:[\s_-]|$)",
    re.IGNORECASE,
)
"""Classes and ids of what a site puts around its articles."""
LONGEST_NOTE = 100
"""Characters of what is told about a part that was left out."""
MOST = 0.9
"""Part of a page's words that only the frame around its article has."""
ENOUGH = 0.4
"""Part of the words of all candidates that the chosen one must have: a page of teasers has many articles."""
SAVED_FROM = re.compile(r"<!--\s*saved from url=\(\d+\)(\S+?)\s*-->")


def from_page(content: bytes, source: Path, birth: Birth, title: str | None) -> Draft:
    """A draft of the saved page *source* with the bytes *content*."""
    soup = BeautifulSoup(content, "lxml", from_encoding=_encoding(content))
    article = _article(soup, content)
    left_out = [f"left out: “{_shortened(words)}”" for words in _left_out(article)]
    _settle_links(article, _page_address(soup, content))
    _put_title_first(article, soup)

    def fetch(address: str) -> bytes | None:
        return data_of(address) or _beside(address, source)

    author = _meta(soup, "author", "article:author")
    author = "" if author.startswith("http") else author
    draft = draft_of_html(str(article), source, birth, title, fetch, author=author)
    return replace(draft, notes=(*left_out, *draft.notes))


def _encoding(content: bytes) -> str | None:
    """UTF-8, as nearly all pages are, where a page says nothing and can be read so; None leaves it to the parser."""
    if EncodingDetector.find_declared_encoding(content, is_html=True) or b"\0" in content:
        return None
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return "utf-8"


def _article(soup: BeautifulSoup, content: bytes) -> Tag:
    for place in PLACES:
        found = [entry for entry in soup.select(place) if _stands_alone(entry, place, soup)]
        largest = max(found, key=_words, default=None)
        if largest is not None and _words(largest) > ENOUGH * sum(map(_words, found)):
            return largest
    return _guessed(soup, content)


def _stands_alone(entry: Tag, place: str, soup: BeautifulSoup) -> bool:
    """Whether *entry* is no part of another such place, nor of the comments or the like."""
    parents = [parent for parent in entry.parents if parent is not soup]
    return not any(parent.css.match(place) or _is_foreign(parent, soup) for parent in parents)


def _is_foreign(part: Tag, whole: Tag) -> bool:
    """Whether *part* is named like comments, a sidebar and so on, and does not hold the article itself."""
    names = " ".join(map(str, [*part.get_attribute_list("class"), part.get("id")]))
    return (
        part.name in PARTS
        and FOREIGN.search(names) is not None
        and part.find("h1") is None
        and _words(part) < MOST * _words(whole)
    )


def _guessed(soup: BeautifulSoup, content: bytes) -> Tag:
    """The part of a page without such marks that looks like an article.

    What readability finds lacks short lists and the like, so that the part of the page that holds all
    its paragraphs is taken instead.
    """
    from readability import Document

    html = content.decode(soup.original_encoding or "utf-8", "replace")
    found = BeautifulSoup(Document(html).summary(html_partial=True), "lxml")
    sentences = {_said(part) for part in found.find_all("p")} - {""}
    parts = [part for part in soup.find_all("p") if _said(part) in sentences]
    around = _around(parts)
    return around if around is not None and around.name not in {"body", "html"} else found


def _said(tag: Tag) -> str:
    return " ".join(tag.get_text(" ").split())


def _around(parts: Sequence[Tag]) -> Tag | None:
    """The smallest tag that holds all *parts*."""
    if not parts:
        return None
    others = [{id(parent) for parent in part.parents} for part in parts[1:]]
    return next(
        (parent for parent in parts[0].parents if all(id(parent) in other for other in others)),
        None,
    )


def _words(tag: Tag) -> int:
    return len(tag.get_text(" ").split())


def _left_out(article: Tag) -> Iterator[str]:
    """Take away menus, forms and whatever a mail cannot carry; the words of each part."""
    yield from filter(_speaks, _around_body(article))
    for silent in article.find_all(SILENT):
        silent.decompose()
    _hide_by_style(article)
    foreign = [part for part in article.find_all(PARTS) if _is_foreign(part, article)]
    yield from filter(_speaks, _taken_away(foreign))
    _open_answers(article)
    _keep_spoken_buttons(article)
    apart = [
        part for part in article.select(APART) if part.name not in BESIDE or not _belongs(part)
    ]
    yield from filter(_speaks, _taken_away(apart))


def _hide_by_style(article: Tag) -> None:
    """Mark what a style hides, but for what holds the article: that is shown when the page is ready."""
    for part in article.find_all(style=NOT_SHOWN):
        if _words(part) < MOST * _words(article):
            part["hidden"] = ""


def _speaks(words: str) -> bool:
    return bool(re.search(r"\w", words))


def _around_body(article: Tag) -> Iterator[str]:
    """What stands in the page's main part beside an *article* that is a body of it; its title is taken along."""
    within = article.css.closest("main, [role=main]")
    if within is None or not article.css.match(BODIES):
        return
    part = article
    while part is not within and part.parent is not None:
        for beside in [*part.find_previous_siblings(), *part.find_next_siblings()]:
            title = beside if beside.name == "h1" else beside.find("h1")
            yield _said(beside).removeprefix(_said(title) if isinstance(title, Tag) else "").strip()
        part = part.parent


def _open_answers(article: Tag) -> None:
    """Show what is hidden only until somebody taps on its question."""
    opened = {
        name
        for opener in article.select("[aria-controls], a[href^='#']")
        for name in str(opener.get("aria-controls") or opener.get("href")).lstrip("#").split()
    }
    for panel in article.select(UNSEEN):
        if panel.get("id") in opened or _follows_a_question(panel):
            del panel["hidden"], panel["aria-hidden"]


def _follows_a_question(panel: Tag) -> bool:
    above = panel.find_previous_sibling()
    if not isinstance(above, Tag) or above.name == "form":
        return False
    if above.name == "button":
        above["aria-expanded"] = "true"
    return (
        above.css.match(SWITCHES) or above.select_one(f"{SPOKEN_BUTTONS}, {SWITCHES}") is not None
    )


def _keep_spoken_buttons(article: Tag) -> None:
    """Buttons whose words are a heading, a link or a question stay words."""
    for button in article.select(SPOKEN_BUTTONS):
        button.unwrap()
    for question in article.select(f"{SWITCHES}, summary"):
        if not question.find_parent(["nav", "form"]):
            question.name = "p" if question.find(HEADINGS) is None else "div"


def _taken_away(parts: Sequence[Tag]) -> Iterator[str]:
    """The words, or the address, of each part while it is taken away."""
    for part in parts:
        if not part.decomposed:
            words = _said(part) or (_source(part) if part.name in PLAYERS else "")
            part.decompose()
            yield words


def _belongs(beside: Tag) -> bool:
    """Whether an aside or a footer is a part of the text, and no list of links to other pages."""
    linked = sum(_words(link) for link in beside.find_all("a"))
    return beside.css.closest(INSIDE) is not None and 2 * linked < _words(beside)


def _source(player: Tag) -> str:
    given = [str(player.get(name) or "") for name in ("title", "src", "data")]
    return ", ".join(filter(None, given))


def _shortened(words: str) -> str:
    return words if len(words) <= LONGEST_NOTE else words[:LONGEST_NOTE].rstrip() + " …"


def _put_title_first(article: Tag, soup: BeautifulSoup) -> None:
    """The page's title as first heading, where the article itself has none of the first rank."""
    heading = article.find("h1")
    if isinstance(heading, Tag):
        article.insert(0, heading.extract())
        return
    outside = soup.find("h1")
    words = outside.get_text(" ", strip=True) if isinstance(outside, Tag) else ""
    words = (
        words or _meta(soup, "og:title") or (soup.title.get_text(strip=True) if soup.title else "")
    )
    if words:
        made = BeautifulSoup("", "lxml").new_tag("h1")
        made.string = words
        article.insert(0, made)


def _page_address(soup: BeautifulSoup, content: bytes) -> str:
    """Where the page was on the web: as its base, as the browser wrote down, or as the page says itself."""
    base = soup.find("base", href=True)
    if isinstance(base, Tag):
        return str(base["href"])
    if match := SAVED_FROM.search(content[:2000].decode("latin-1")):
        return match[1]
    canonical = soup.find("link", rel="canonical", href=True)
    return str(canonical["href"]) if isinstance(canonical, Tag) else _meta(soup, "og:url")


def _settle_links(article: Tag, address: str) -> None:
    """Whole addresses; words whose link leads nowhere in a mail stay words."""
    for link in article.find_all("a", href=True):
        href = urljoin(address, str(link["href"])) if address else str(link["href"])
        if href.lower().startswith(LINKS) and not str(link["href"]).startswith("#"):
            link["href"] = href
        else:
            link.unwrap()


def _beside(address: str, source: Path) -> bytes | None:
    """A picture that the browser saved beside the page."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc or not parts.path:
        return None
    folder = source.resolve().parent
    path = (folder / unquote(parts.path)).resolve()
    return path.read_bytes() if path.is_relative_to(folder) and path.is_file() else None


def _meta(soup: BeautifulSoup, *names: str) -> str:
    for name in names:
        for key in ("name", "property"):
            found = soup.find("meta", attrs={key: name})
            if isinstance(found, Tag) and found.get("content"):
                return " ".join(str(found["content"]).split())
    return ""
