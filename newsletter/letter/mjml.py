"""This module turns MJML into HTML; it is the only caller of the engine, which forgives far too much."""

import re
from collections.abc import Callable, Iterator
from difflib import get_close_matches

from mjml import mjml2html

from newsletter.errors import Problem, Problems
from newsletter.letter.mjml_rules import ATTRIBUTES, HTML_INSIDE, NOT_HERE, PARENTS, VOID

Where = Callable[[int], tuple[str, int]]
"""From a line of the rendered MJML to the file and line it was written on."""

DEEPEST = 200
"""At 10,000 nested tags the engine's process dies."""

TAG = re.compile(
    r"<!--.*?-->|<(?P<close>/?)(?P<name>[a-zA-Z][\w:-]*)(?P<rest>(?:\s+[^\s=>/\"']+(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'))?|\s*/(?!>))*)\s*(?P<empty>/?)>|<(?P<odd>[a-zA-Z/])",
    re.DOTALL,
)
ATTRIBUTE = re.compile(r"([^\s=>/\"']+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'))?", re.DOTALL)
STYLE = re.compile(r"(<mj-style\b.*?</mj-style>)", re.DOTALL)
SPOILED = re.compile(r"<[a-zA-Z][^<>]*(?:\\u\{|\\n|\\t|\\\"|\\')[^<>]*>")
REFERENCE = re.compile(r"&#(\d+);")


def to_html(source: str, where: Where) -> str:
    """The HTML of *source*; raises Problems with file and line of whatever the engine would spoil."""
    problems = [*lint(source, where)]
    if problems:
        raise Problems(problems)
    encoded = _encode(source)
    try:
        compiled = mjml2html(encoded, fonts={})
    except ValueError as error:
        raise Problems([_engine_problem(str(error), encoded, where)]) from error
    if match := SPOILED.search(compiled):
        path, line = where(1)
        what = f"MJML spoils this tag: {match[0][:80]}"
        raise Problems([Problem(path, line, what, "take special characters out of its attributes")])
    return REFERENCE.sub(
        lambda match: chr(int(match[1])) if int(match[1]) >= 160 else match[0], compiled
    )


def _engine_problem(message: str, encoded: str, where: Where) -> Problem:
    position = re.search(r"position (\d+):", message)
    line = encoded.encode()[: int(position[1])].count(b"\n") + 1 if position else 1
    return Problem(
        *where(line),
        f"MJML cannot read this ({message})",
        "close each tag and quote each attribute",
    )


def _encode(source: str) -> str:
    """ASCII outside style sheets: the engine writes other characters of attributes as Rust would."""
    pieces = STYLE.split(source)
    return "".join(
        piece if number % 2 else TAG.sub(_calm, piece).encode("ascii", "xmlcharrefreplace").decode()
        for number, piece in enumerate(pieces)
    )


def _calm(match: re.Match[str]) -> str:
    """A tag whose attributes hold no line breaks, backslashes or quotes that the engine would escape."""
    tag = match[0]
    if not match["rest"]:
        return tag
    return tag.replace(match["rest"], ATTRIBUTE.sub(_calm_attribute, match["rest"]))


def _calm_attribute(match: re.Match[str]) -> str:
    value = match[2] if match[2] is not None else match[3]
    if value is None:
        return match[0]
    value = re.sub(r"[ \t\r\n]+", " ", value).replace("\\", "&#92;").replace('"', "&quot;")
    return f'{match[1]}="{value}"'


def lint(source: str, where: Where) -> Iterator[Problem]:
    """Unknown tags, wrong places, unknown attributes, tags that do not close: each with file and line."""
    opened: list[tuple[str, int]] = []
    visible = STYLE.sub(lambda match: "<mj-style></mj-style>" + "\n" * match[0].count("\n"), source)
    position = 0
    for match in TAG.finditer(visible):
        line = visible.count("\n", 0, match.start()) + 1
        yield from _words_in_wrong_place(visible[position : match.start()], opened, where, line)
        position = match.end()
        if match["odd"]:
            yield Problem(
                *where(line),
                "a tag that does not end",
                "write <, or close the tag with >".replace("<,", "&lt; for the sign"),
            )
        elif match["name"]:
            yield from _tag(match, opened, where, line)
        elif opened and opened[-1][0] == "mj-attributes":
            yield Problem(*where(line), "a comment inside mj-attributes stops MJML", "use {# … #}")
    for name, line in opened:
        yield Problem(*where(line), f"<{name}> is not closed", f"write </{name}> where it ends")


def _words_in_wrong_place(
    words: str, opened: list[tuple[str, int]], where: Where, line: int
) -> Iterator[Problem]:
    parent = opened[-1][0] if opened else ""
    if words.strip() and parent.startswith("mj") and parent not in HTML_INSIDE:
        start = line - words.lstrip().count("\n")
        yield Problem(
            *where(start), f"words stand directly in <{parent}>", "put them into <mj-text>"
        )


def _tag(
    match: re.Match[str], opened: list[tuple[str, int]], where: Where, line: int
) -> Iterator[Problem]:
    name = match["name"]
    if match["close"]:
        if opened and opened[-1][0] == name:
            opened.pop()
        elif name in {entry[0] for entry in opened}:
            inner = opened[-1][0]
            yield Problem(
                *where(line), f"</{name}> closes before </{inner}>", f"close <{inner}> first"
            )
            while opened and opened.pop()[0] != name:
                pass
        else:
            yield Problem(
                *where(line), f"</{name}> closes nothing", "take it away, or open it before"
            )
        return
    yield from _rules(name, match["rest"], opened, where, line)
    if not match["empty"] and name.lower() not in VOID:
        opened.append((name, line))
        if len(opened) == DEEPEST:
            yield Problem(
                *where(line), f"more than {DEEPEST} tags inside each other", "nest less deeply"
            )


def _rules(
    name: str, rest: str, opened: list[tuple[str, int]], where: Where, line: int
) -> Iterator[Problem]:
    parent = opened[-1][0] if opened else ""
    if not name.startswith("mj"):
        if parent.startswith("mj") and parent not in HTML_INSIDE:
            yield Problem(
                *where(line),
                f"<{name}> stands directly in <{parent}>",
                "put it into <mj-text> or <mj-raw>",
            )
        return
    if name in NOT_HERE:
        yield Problem(*where(line), f"<{name}> is not rendered rightly", NOT_HERE[name])
    elif name not in ATTRIBUTES and name not in PARENTS:
        near = get_close_matches(name, ATTRIBUTES, n=1)
        yield Problem(
            *where(line),
            f"<{name}> is no MJML tag",
            f"did you mean <{near[0]}>?" if near else "see docs/templates.md",
        )
    elif parent == "mj-attributes":
        yield from _attributes(name, rest, where, line)
    elif (name == "mjml") != (not opened) or (
        name != "mjml" and parent not in PARENTS.get(name, ())
    ):
        places = ", ".join(f"<{tag}>" for tag in sorted(PARENTS.get(name, ()))) or "the beginning"
        yield Problem(
            *where(line), f"<{name}> stands in <{parent or 'nothing'}>", f"its place is {places}"
        )
    else:
        yield from _attributes(name, rest, where, line)


def _attributes(name: str, rest: str, where: Where, line: int) -> Iterator[Problem]:
    seen: set[str] = set()
    for match in ATTRIBUTE.finditer(rest):
        attribute, value = match[1], match[2] or match[3] or ""
        if attribute in seen:
            yield Problem(*where(line), f"{attribute} stands twice in <{name}>", "keep one")
        seen.add(attribute)
        if name in ATTRIBUTES and attribute not in ATTRIBUTES[name]:
            near = get_close_matches(attribute, ATTRIBUTES[name], n=1)
            yield Problem(
                *where(line),
                f"{attribute} is no attribute of <{name}>",
                f"did you mean {near[0]}?" if near else "take it away",
            )
        if re.search(r"(^|\s)0(\s|$)", value) and attribute.endswith("padding"):
            yield Problem(
                *where(line),
                f'{attribute}="{value}": a 0 without px is computed wrongly',
                "write 0px",
            )
        if re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", value):
            yield Problem(*where(line), f"{attribute} holds a control character", "take it away")
    if name == "mj-image" and "alt" not in seen:
        yield Problem(
            *where(line),
            "a picture without alt",
            'write alt="what it shows", or alt="" for decoration',
        )
