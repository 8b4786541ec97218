"""This module makes an article of a web page saved to a file: the article, not what stands around it."""

import re
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from bs4 import BeautifulSoup, Tag

from newsletter.edition.draft import Birth, Draft
from newsletter.edition.from_html import data_of, draft_of_html
from newsletter.edition.markup import LINKS

AROUND = "nav aside form script style noscript template iframe svg button dialog footer".split()
ROLES = "navigation banner contentinfo complementary search dialog".split()
APART = ", ".join(["[hidden]", "[aria-hidden=true]", *(f"[role={role}]" for role in ROLES)])
PLACES = ("[itemprop=articleBody]", "article", "main", "[role=main]")
"""Where pages say that their article is, the nearest first."""
ENOUGH = 0.4
"""Part of the words of all candidates that the chosen one must have: a page of teasers has many articles."""
SAVED_FROM = re.compile(r"<!--\s*saved from url=\(\d+\)(\S+?)\s*-->")


def from_page(content: bytes, source: Path, birth: Birth, title: str | None) -> Draft:
    """A draft of the saved page *source* with the bytes *content*."""
    soup = BeautifulSoup(content, "lxml")
    article = _article(soup, content)
    _settle_links(article, _page_address(soup, content))
    _put_title_first(article, soup)

    def fetch(address: str) -> bytes | None:
        return data_of(address) or _beside(address, source)

    author = _meta(soup, "author", "article:author")
    author = "" if author.startswith("http") else author
    return draft_of_html(str(article), source, birth, title, fetch, author=author)


def _article(soup: BeautifulSoup, content: bytes) -> Tag:
    for place in PLACES:
        found = [entry for entry in soup.select(place) if not entry.find_parent(place)]
        largest = max(found, key=_words, default=None)
        if largest is not None and _words(largest) > ENOUGH * sum(map(_words, found)):
            return _bare(largest)
    return _guessed(soup, content)


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
    return _bare(around if around is not None and around.name not in {"body", "html"} else found)


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


def _bare(article: Tag) -> Tag:
    """Without menus, forms and whatever a mail cannot carry."""
    for around in article.find_all(AROUND):
        around.decompose()
    for apart in article.select(APART):
        apart.decompose()
    return article


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
        if href.startswith(LINKS) and not str(link["href"]).startswith("#"):
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
