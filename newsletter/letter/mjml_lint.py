"""This module finds what the MJML engine would spoil or leave out in silence, each with file and line."""

import re
from collections.abc import Callable, Iterable, Iterator
from difflib import get_close_matches
from functools import lru_cache

from newsletter.errors import Problem
from newsletter.letter.mjml_rules import (
    ATTRIBUTES,
    HTML_INSIDE,
    NEEDED,
    NOT_HERE,
    NOT_THERE,
    PARENTS,
    VALUES,
    VOID,
)

Where = Callable[[int], tuple[str, int]]
"""From a line of the rendered MJML to the file and line it was written on."""

Said = tuple[str, str]
"""What is wrong, and what would be right."""

DEEPEST = 200
"""At 10,000 nested tags the engine's process dies."""

TAG = re.compile(
    r"<!--.*?-->|<(?P<close>/?)(?P<name>[a-zA-Z][\w:-]*)(?P<rest>(?:\s+[^\s=>/\"']+(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'))?|\s*/(?!>))*)\s*(?P<empty>/?)>"
    r"|(?P<odd><(?:[a-zA-Z/][^\s<>]*|[!?][\w\[-]*)?)",
    re.DOTALL,
)
ATTRIBUTE = re.compile(r"([^\s=>/\"']+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'))?", re.DOTALL)
STYLE = re.compile(r"(<mj-style\b.*?</mj-style>)", re.DOTALL)
SHEET = re.compile(r"(<mj-style\b[^>]*>)(.*?)(</mj-style>)", re.DOTALL)

ODD = (
    ("<?", "what begins with <? stops MJML", "take it away"),
    ("<![", "<![CDATA[ stops MJML", "write the words alone, with &lt; and &amp;"),
    ("<!", "what begins with <! stops MJML", "take it away; the engine writes the doctype"),
)


def lint(source: str, where: Where) -> Iterator[Problem]:
    """Unknown tags, wrong places, attributes and values, tags that do not close, features not rendered."""
    opened: list[tuple[str, int]] = []
    visible = SHEET.sub(_without_rules, source)
    for start, said in _sheets(source):
        yield Problem(*where(start), *said)
    position, line = 0, 1
    for match in TAG.finditer(visible):
        words = visible[position : match.start()]
        if words and not words.isspace():
            for start, said in _words(words, opened, line):
                yield Problem(*where(start), *said)
        line += words.count("\n")
        for said in _found(match, opened, line):
            yield Problem(*where(line), *said)
        line += match[0].count("\n")
        position = match.end()
    for name, begun in opened:
        yield Problem(*where(begun), f"<{name}> is not closed", f"write </{name}> where it ends")


def _without_rules(match: re.Match[str]) -> str:
    return match[1] + "\n" * match[2].count("\n") + match[3]


def _sheets(source: str) -> Iterator[tuple[int, Said]]:
    """The lines of style sheets that the engine cannot read."""
    for match in SHEET.finditer(source):
        for found in re.finditer("<", match[2]):
            line = source.count("\n", 0, match.start(2) + found.start()) + 1
            yield line, ("a < in a style sheet stops MJML", "write (max-width: 480px)")


def _words(words: str, opened: list[tuple[str, int]], line: int) -> Iterator[tuple[int, Said]]:
    parent = opened[-1][0] if opened else ""
    if parent in HTML_INSIDE or not (parent.startswith("mj") or not parent):
        return
    start = line + words[: len(words) - len(words.lstrip())].count("\n")
    if parent:
        yield start, (f"words stand directly in <{parent}>", "put them into <mj-text>")
    else:
        yield start, ("words stand outside <mjml>", "put them into <mj-text>, or take them away")


def _found(match: re.Match[str], opened: list[tuple[str, int]], line: int) -> Iterable[Said]:
    name = match["name"]
    if not name:
        return _nameless(match["odd"], opened)
    if match["close"]:
        if opened and opened[-1][0] == name:
            opened.pop()
            return ()
        return _closing(name, opened)
    said = _of_tag(name, match["rest"], opened[-1][0] if opened else "")
    if not match["empty"] and name not in VOID:
        opened.append((name, line))
        if len(opened) == DEEPEST:
            return (*said, (f"more than {DEEPEST} tags inside each other", "nest less deeply"))
    return said


def _nameless(odd: str | None, opened: list[tuple[str, int]]) -> Iterator[Said]:
    if odd:
        yield _odd(odd)
    elif opened and opened[-1][0] == "mj-attributes":
        yield "a comment inside mj-attributes stops MJML", "use {# … #}"


def _odd(words: str) -> Said:
    for beginning, what, cure in ODD:
        if words.startswith(beginning):
            return what, cure
    if words == "<":
        return "a < that begins no tag stops MJML", "write &lt; for the sign"
    cure = (
        'quote each attribute (name="value"), leave a space between two, and close the tag with >'
    )
    return f"{words} begins a tag that does not end", cure


def _closing(name: str, opened: list[tuple[str, int]]) -> Iterator[Said]:
    if name in {entry[0] for entry in opened}:
        inner = opened[-1][0]
        yield f"</{name}> closes before </{inner}>", f"close <{inner}> first"
        while opened and opened.pop()[0] != name:
            pass
    else:
        yield f"</{name}> closes nothing", "take it away, or open it before"


@lru_cache(maxsize=4096)
def _of_tag(name: str, rest: str, parent: str) -> tuple[Said, ...]:
    """What is wrong with a tag; the same tag is asked about in every letter and every variant."""
    if not name.startswith("mj"):
        return tuple(_html(name, parent))
    if name in NOT_HERE:
        return (NOT_HERE[name],)
    if name not in ATTRIBUTES:
        near = get_close_matches(name, ATTRIBUTES, n=1)
        cure = f"did you mean <{near[0]}>?" if near else "docs/templates.md names the tags"
        return ((f"<{name}> is no MJML tag", cure),)
    if _misplaced(name, parent):
        places = ", ".join(f"<{tag}>" for tag in sorted(PARENTS.get(name, ()))) or "the beginning"
        return ((f"<{name}> stands in <{parent or 'nothing'}>", f"its place is {places}"),)
    return tuple(_attributes(name, rest, parent))


def _html(name: str, parent: str) -> Iterator[Said]:
    if parent.startswith("mj") and parent not in HTML_INSIDE:
        yield f"<{name}> stands directly in <{parent}>", "put it into <mj-text> or <mj-raw>"
    if name.lower() in VOID and name not in VOID:
        yield f"<{name}> stops MJML", f"write <{name.lower()} />"


def _misplaced(name: str, parent: str) -> bool:
    if parent == "mj-attributes":
        return False
    return (name != "mjml") if not parent else parent not in PARENTS.get(name, ())


def _attributes(name: str, rest: str, parent: str) -> Iterator[Said]:
    seen: set[str] = set()
    for match in ATTRIBUTE.finditer(rest):
        attribute, value = match[1], match[2] or match[3] or ""
        if attribute in seen:
            yield f"{attribute} stands twice in <{name}>", "keep one"
        seen.add(attribute)
        yield from _attribute(name, attribute)
        yield from _value(name, attribute, value)
    if parent == "mj-attributes":
        return
    for attribute, cure in NEEDED.get(name, {}).items():
        if attribute not in seen:
            yield f"<{name}> without {attribute}", cure


def _attribute(name: str, attribute: str) -> Iterator[Said]:
    if attribute in ATTRIBUTES[name] or name in {"mj-all", "mj-class"}:
        return
    if cure := NOT_THERE.get((name, attribute)):
        yield f"{attribute} of <{name}> is left out by this engine", cure
        return
    near = get_close_matches(attribute, ATTRIBUTES[name], n=1)
    cure = f"did you mean {near[0]}?" if near else "take it away"
    yield f"{attribute} is no attribute of <{name}>", cure


def _value(name: str, attribute: str, value: str) -> Iterator[Said]:
    for rule in VALUES:
        meant = re.fullmatch(rule.tags, name) and re.fullmatch(rule.attributes, attribute)
        if meant and re.search(rule.wrong, value):
            yield f'{attribute}="{value}" {rule.what}', rule.cure
    if re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", value):
        yield f"{attribute} holds a control character", "take it away"
