"""This module holds the rules of what is easy to see and to touch: contrast, sizes, targets (WCAG 2.2)."""

import re
from collections.abc import Callable, Iterator

from newsletter.checks.colour import SMALLEST, SMALLEST_LARGE, Colour, contrast, forced_dark
from newsletter.checks.css import edges, pixels
from newsletter.checks.draft import Draft
from newsletter.checks.evidence import Violation
from newsletter.checks.looks import Look
from newsletter.checks.page import Link, Run, ancestors, block_of, words_of
from newsletter.checks.rule import TEMPLATES, Hit, rule

TOKENS = f"{TEMPLATES}/partials/tokens.jinja"
SMALLEST_TEXT, BODY_TEXT = 14, 16
RUNNING = 60
"""A paragraph from so many characters on is running text, which must be larger than a label."""
TIGHTEST = 1.2
HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())
CAPTION = re.compile(r"!\[[^\]]*\]\([^()\s]+\s+([\"'])(.+?)\1\)")
"""What stands under a picture: ![alt](file.png "caption")."""
TARGET = 44
CAPITALS = re.compile(r"\b[A-Z]{2,}(?:[ ,'’-]+[A-Z]{2,}){4,}\b")


def _pale(
    draft: Draft, look: Callable[[object], Look], seen: Callable[[Colour], Colour]
) -> Iterator[tuple[str, str]]:
    """Each pair of colours that contrasts too little, with the first words written in it."""
    found: dict[tuple[Colour, Colour], tuple[str, str]] = {}
    for run in draft.page.runs:
        one = look(run.node)
        if one.picture_behind or not re.search(r"\w", run.words):
            continue
        pair = (seen(one.colour), seen(one.ground))
        ratio = contrast(*pair)
        if ratio < (SMALLEST_LARGE if one.large else SMALLEST) and pair not in found:
            found[pair] = (run.words[:40], f"{pair[0]} on {pair[1]}, {ratio:.1f}:1")
    yield from found.values()


def _same(colour: Colour) -> Colour:
    return colour


@rule(
    "a11y/contrast",
    "error",
    "text stands out from what is behind it: 4.5:1, large text 3:1",
    "EMC, WCAG 1.4.3",
)
def light(draft: Draft) -> Iterator[Hit]:
    for words, pair in _pale(draft, draft.page.light.of, _same):
        yield Hit(
            f"“{words}” is hard to read: {pair}", "choose a darker or lighter colour", path=TOKENS
        )


@rule("a11y/contrast-dark", "error", "the same in the letter's own dark mode", "WCAG 1.4.3")
def dark(draft: Draft) -> Iterator[Hit]:
    already = {words for words, _ in _pale(draft, draft.page.light.of, _same)}
    for words, pair in _pale(draft, draft.page.dark.of, _same):
        if words not in already:
            sentence = f"“{words}” is hard to read in dark mode: {pair}"
            yield Hit(sentence, "choose its dark colour anew", path=TOKENS)


@rule(
    "a11y/contrast-forced",
    "warning",
    "the same where a mail program darkens the letter by itself",
    "Outlook's dark mode, own",
)
def forced(draft: Draft) -> Iterator[Hit]:
    already = {words for words, _ in _pale(draft, draft.page.light.of, _same)}
    for words, pair in _pale(draft, draft.page.light.of, forced_dark):
        if words not in already:
            sentence = (
                f"“{words}” is hard to read where the mail program darkens the letter: {pair}"
            )
            yield Hit(sentence, "choose colours that differ more in lightness", path=TOKENS)


@rule("a11y/link-colour", "warning", "links in running text are underlined", "EMC, WCAG 1.4.1")
def link_colour(draft: Draft) -> Iterator[Hit]:
    for link in draft.page.links:
        look = draft.page.look(link.node)
        if look.hidden or look.underlined or look.own_ground or not link.words:
            continue
        if words_of(block_of(link.node)) != link.words:
            sentence = f"the link “{link.words}” is told apart by its colour alone"
            yield Hit(sentence, "underline it: text-decoration:underline", path=draft.template)


@rule(
    "a11y/font-size",
    "warning",
    "no text under 14 px, running text not under 16",
    "own, after Taxi for Email",
)
def font_size(draft: Draft) -> Iterator[Hit]:
    footer = _quiet(draft)
    for run in draft.page.runs:
        look = draft.page.look(run.node)
        words = words_of(block_of(run.node))
        running = len(words) > RUNNING and not any(
            words in part or part in words for part in footer
        )
        if look.size < SMALLEST_TEXT and re.search(r"\w", run.words):
            yield Hit(
                f"“{run.words[:40]}” is {look.size:g} px small",
                "make it 14 or more",
                path=draft.template,
            )
            return
        if look.size < BODY_TEXT and running and _in_article(draft, words):
            yield Hit(
                f"“{run.words[:40]}” is {look.size:g} px small",
                "make it 16 or more",
                path=draft.template,
            )
            return


def _quiet(draft: Draft) -> list[str]:
    """Lines that may be smaller: the footer's, the preheader's and those under pictures."""
    clinic, edition = draft.settings.clinic, draft.edition
    captions = (match[2] for match in CAPTION.finditer(edition.body))
    parts = (clinic.why, clinic.disclaimer, edition.preheader, *captions)
    return [" ".join(part.split()) for part in parts if part]


def _in_article(draft: Draft, words: str) -> bool:
    return draft.line(words[:RUNNING]) is not None


@rule("a11y/line-height", "warning", "lines of running text have room between them", "WCAG 1.4.12")
def line_height(draft: Draft) -> Iterator[Hit]:
    for run in draft.page.runs:
        look = draft.page.look(run.node)
        if (
            look.line_height
            and len(run.words) > RUNNING
            and not _in_heading(run)
            and look.line_height < TIGHTEST * look.size
        ):
            sentence = f"the lines of “{run.words[:40]}” are {look.line_height:g} px apart at {look.size:g} px"
            yield Hit(sentence, "write a line-height of 1.4 or more", path=draft.template)
            return


def _in_heading(run: Run) -> bool:
    """Large lines may stand closer: the templates' own h1 has 38 px for 32."""
    return any(node.tag in HEADINGS for node in (run.node, *ancestors(run.node)))


@rule(
    "a11y/justify-caps",
    "warning",
    "no justified text, no sentence in capitals",
    "WCAG 1.4.8, plain language",
)
def justified(draft: Draft) -> Iterator[Hit]:
    for run in draft.page.runs:
        look = draft.page.look(run.node)
        long = len(run.words) > RUNNING
        if long and look.align == "justify":
            sentence, cure = (
                f"“{run.words[:40]}” is justified; the gaps are hard to read",
                "align it left",
            )
        elif CAPITALS.search(run.words) or (long and look.upper):
            sentence, cure = f"“{run.words[:40]}” is all capitals", "write it in small letters"
        else:
            continue
        yield Hit(sentence, cure, draft.line(run.words[:40]))
        return


@rule("a11y/target", "warning", "buttons are at least 44 px high", "WCAG 2.5.5, 2.5.8")
def target(draft: Draft) -> Iterator[Hit]:
    for link in draft.page.links:
        look = draft.page.look(link.node)
        if look.own_ground and link.words and not look.hidden:
            height = _height(draft, link)
            if height < TARGET:
                sentence = f"the button “{link.words}” is {height:g} px high"
                yield Hit(sentence, 'write inner-padding="14px 28px"', path=draft.template)


def _height(draft: Draft, link: Link) -> float:
    """Of the link, or of the cell that is coloured like it."""
    look, values = draft.page.look(link.node), draft.page.light.declared(link.node)
    sides = edges(values.get("padding", "0"))
    top = pixels(values.get("padding-top", "")) or sides[0]
    bottom = pixels(values.get("padding-bottom", "")) or sides[2]
    return (look.line_height or look.size * TIGHTEST) + top + bottom


@rule(
    "a11y/axe",
    "error",
    "axe-core in a browser finds nothing serious or critical: light, dark, 390 px wide",
    "axe-core, EMC",
    needs="axe",
)
def axe(draft: Draft, violations: tuple[Violation, ...]) -> Iterator[Hit]:
    for found in violations:
        sentence = f"{found.help} ({found.view}; {found.html[:80]})"
        yield Hit(sentence, f"look up axe rule {found.rule}", path=draft.template)
