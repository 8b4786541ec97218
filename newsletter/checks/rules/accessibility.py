"""This module holds the rules of accessibility that the markup alone decides: WCAG 2.2 and the Email Markup Consortium's list."""

import re
from collections.abc import Iterator

from newsletter.checks.draft import Draft
from newsletter.checks.page import is_element, words_of
from newsletter.checks.rule import Hit, rule

LONGEST_ALT = 150
FILE_NAME = re.compile(
    r"[\w-]+\.(?:png|jpe?g|gif|webp)|(?:IMG|DSC|image|img)[_-]?\d+", re.IGNORECASE
)
RIGHT_TO_LEFT = frozenset("ar fa he ur yi ps sd ug dv".split())
MOVING = "marquee, blink, [autoplay]"


@rule(
    "a11y/alt",
    "error",
    "every picture has a description, or is marked as decoration",
    "EMC, WCAG 1.1.1",
)
def alternative(draft: Draft) -> Iterator[Hit]:
    for image in draft.page.images:
        attributes = image.attributes
        name = (attributes.get("src") or "")[:60]
        alt = attributes.get("alt")
        cure = "write ![what it shows](file), or ![](file){.decorative}"
        if "alt" not in attributes:
            yield Hit(f"the picture {name} has no description", cure, draft.line(name))
        elif alt and FILE_NAME.fullmatch(alt.strip()):
            sentence = f"the picture's description “{alt}” is a file's name"
            yield Hit(sentence, "say what it shows", _described(draft, alt), severity="warning")
        elif alt and len(alt) > LONGEST_ALT:
            sentence = f"the description “{alt[:40]}…” has {len(alt)} characters"
            cure = f"keep it under {LONGEST_ALT} and tell the rest in the text"
            yield Hit(sentence, cure, _described(draft, alt), severity="warning")


def _described(draft: Draft, alt: str) -> int | None:
    """The line of the description *alt*, in the article or above it."""
    return draft.written.described(alt) or draft.line(alt)


@rule(
    "a11y/link-name",
    "error",
    "every link has words, or a picture with a description",
    "EMC, WCAG 2.4.4",
)
def link_name(draft: Draft) -> Iterator[Hit]:
    for link in draft.page.links:
        if not link.label and not draft.page.look(link.node).hidden:
            sentence = (
                f"the link to {link.href or 'nowhere'} has no words: a screen reader cannot name it"
            )
            yield Hit(sentence, "write words, or describe its picture", draft.link_line(link))


@rule(
    "a11y/lang-dir",
    "error",
    "language and direction stand on <html> and on what is in the body",
    "EMC, WCAG 3.1.1",
)
def language(draft: Draft) -> Iterator[Hit]:
    page = draft.page
    cure = 'write <mjml lang="en" dir="ltr">'
    children = page.body.iter() if page.body else ()
    parts = [node for node in children if is_element(node) and words_of(node)]
    for node in (page.tree.css_first("html"), *parts):
        said = node.attributes if node else {}
        missing = [key for key in ("lang", "dir") if not said.get(key) or said[key] == "und"]
        if missing:
            sentence = f"<{node.tag if node else 'html'}> does not say {' and '.join(missing)}"
            yield Hit(sentence, cure, path=draft.template)
            return
    said = page.all("html")[0].attributes
    wanted = "rtl" if draft.edition.language[:2] in RIGHT_TO_LEFT else "ltr"
    tongue = str(said["lang"]).split("-")[0]
    if said["dir"] != wanted or tongue != draft.edition.language.split("-")[0]:
        sentence = f"the letter says lang={said['lang']} dir={said['dir']}, the article is in {draft.edition.language}"
        yield Hit(sentence, "use edition.language in <mjml>", path=draft.template)


@rule(
    "a11y/table-role",
    "error",
    "tables for layout say that they are: role=presentation",
    "EMC, WCAG 1.3.1",
)
def table_role(draft: Draft) -> Iterator[Hit]:
    cure = 'write role="presentation", or give a table of data <th> cells'
    for table in draft.page.all("table"):
        if table.attributes.get("role") not in {"presentation", "none"} and not table.css("th"):
            sentence = f"a table is read out cell by cell (“{words_of(table)[:40]}”)"
            if line := draft.line("<table"):
                yield Hit(sentence, "write it in Markdown, with headings: | Day | Hours |", line)
            else:
                yield Hit(sentence, cure, path=draft.template)
            return
    for tag in re.findall(r"<table\b[^>]*>", draft.page.conditional):
        if not re.search(r"role=[\"'](presentation|none)", tag):
            yield Hit("a table for Outlook is read out cell by cell", cure, path=draft.template)
            return


@rule("a11y/headings", "warning", "one h1, no level left out, none empty", "EMC, WCAG 1.3.1")
def headings(draft: Draft) -> Iterator[Hit]:
    found = [
        node
        for node in draft.page.all("h1, h2, h3, h4, h5, h6")
        if not draft.page.look(node).hidden
    ]
    tops = sum(node.tag == "h1" for node in found)
    if tops != 1:
        sentence = (
            f"there are {tops} headings of the first level (h1)"
            if tops
            else "there is no heading of the first level (h1)"
        )
        yield Hit(sentence, "the title is the only h1", path=draft.template)
    level = 1
    for node in found:
        own, words = (
            int(node.tag[1]),
            words_of(node)
            or " ".join(i.attributes.get("alt") or "" for i in node.css("img")).strip(),
        )
        if not words:
            sentence = f"there is an empty heading ({node.tag})"
            yield Hit(sentence, "write it or take it out", draft.written.heading(""))
        elif own > level + 1:
            sentence = f"the heading “{words}” leaves a level out (h{level} to {node.tag})"
            cure = f"write it with {'#' * (level + 1)}"
            yield Hit(sentence, cure, draft.written.heading(words))
        level = own


@rule(
    "a11y/title",
    "warning",
    "the letter has a title that fits the subject or the heading",
    "EMC, SpamAssassin HTML_TITLE_SUBJ_DIFF",
)
def title(draft: Draft) -> Iterator[Hit]:
    words = draft.page.title
    if not words:
        sentence, cure = "the letter has no title", "write <mj-title>{{ edition.title }}</mj-title>"
    elif not _topic(words) & _topic(
        f"{draft.view.subject} {draft.edition.title} {draft.edition.subject}"
    ):
        sentence = f"the letter's title “{words}” has no word of its subject"
        cure = "write <mj-title>{{ edition.title }}</mj-title>"
    else:
        return
    yield Hit(sentence, cure, path=draft.template)


def _topic(words: str) -> set[str]:
    return set(re.findall(r"\w{2,}", words.lower()))


@rule("a11y/zoom", "error", "readers may enlarge the letter", "axe meta-viewport, WCAG 1.4.4")
def zoom(draft: Draft) -> Iterator[Hit]:
    for meta in draft.page.all("meta[name=viewport]"):
        content = (meta.attributes.get("content") or "").replace(" ", "").lower()
        limit = re.search(r"maximum-scale=([\d.]+)", content)
        if re.search(r"user-scalable=(no|0)", content) or (limit and float(limit[1]) < 2):
            sentence = "the letter forbids to enlarge it"
            yield Hit(sentence, "take user-scalable and maximum-scale away", path=draft.template)


@rule(
    "a11y/lists",
    "error",
    "lists are lists: items stand in <ul> or <ol>, and nothing else does",
    "axe list, listitem, WCAG 1.3.1",
)
def lists(draft: Draft) -> Iterator[Hit]:
    cure = "write lists in Markdown, with - or 1."
    for item in draft.page.all("li"):
        if item.parent.tag not in {"ul", "ol", "menu"}:
            sentence = f"“{words_of(item)[:40]}” is an item of no list"
            yield Hit(sentence, cure, *_place_of(draft, "<li"))
    for whole in draft.page.all("ul, ol"):
        if wrong := [node.tag for node in whole.iter() if is_element(node) and node.tag != "li"]:
            yield Hit(f"a list holds <{wrong[0]}>", cure, *_place_of(draft, f"<{whole.tag}"))


def _place_of(draft: Draft, tag: str) -> tuple[int | None, str]:
    """The line of the article on which *tag* was written, or the template where it was not."""
    line = draft.line(tag)
    return line, "" if line else draft.template


@rule(
    "a11y/moving",
    "error",
    "nothing moves or plays by itself",
    "axe blink, marquee, no-autoplay-audio, WCAG 2.2.2",
)
def moving(draft: Draft) -> Iterator[Hit]:
    for node in draft.page.all(MOVING):
        yield Hit(
            f"<{node.tag}> moves by itself",
            "say it with words that stand still",
            path=draft.template,
        )


@rule(
    "a11y/aria",
    "error",
    "attributes for screen readers have values that exist",
    "axe aria-roles, aria-valid-attr-value, WCAG 4.1.2",
)
def aria(draft: Draft) -> Iterator[Hit]:
    for node in draft.page.all("[role], [aria-hidden]"):
        role = node.attributes.get("role")
        if role is not None and role not in ROLES:
            yield Hit(
                f'role="{role}" on <{node.tag}> does not exist', "take it away", path=draft.template
            )
        if node.attributes.get("aria-hidden") == "true" and node.css("a[href]"):
            sentence = "a link is hidden from screen readers, yet the tab key finds it"
            yield Hit(sentence, "take aria-hidden away", path=draft.template)


ROLES = frozenset(
    "alert article banner button cell columnheader complementary contentinfo definition dialog directory document "
    "feed figure form group heading img link list listitem main math navigation none note presentation region row "
    "rowgroup rowheader search separator table term text time toolbar tooltip".split()
)
"""Those of WAI-ARIA 1.2 that make sense in a letter."""
