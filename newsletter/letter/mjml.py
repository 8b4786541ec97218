"""This module turns MJML into HTML; it is the only caller of the engine, which forgives far too much."""

import re

from mjml import mjml2html

from newsletter.errors import Problem, Problems
from newsletter.letter.mjml_lint import ATTRIBUTE, STYLE, TAG, Where, lint

UNCALM = re.compile(r"=\s*'|=\s*\"[^\"\\\n\r\t']*[\\\n\r\t']")
"""An attribute that the engine would spoil; most letters have none, and looking is quick."""
SPOILED = re.compile(r"<[a-zA-Z][^<>]*(?:\\u\{|\\n|\\t|\\\"|\\')[^<>]*>")
REFERENCE = re.compile(r"&#(\d+);")
NEIGHBOURS = "<![endif]--><!--[if mso | IE]>"
NO_NEIGHBOUR = f"<!--{NEIGHBOURS}"
"""Here a part ends that Outlook leaves out: joined with the next one, both would be left out."""
OUTLOOK_NAME = re.compile(r' class="[\w -]+-outlook"')
OUTLOOK_RULE = re.compile(r"\.[\w-]+-outlook(?![\w-])")
BYGONE = (
    '<!--[if !mso]><!--><meta http-equiv="X-UA-Compatible" content="IE=edge"><!--<![endif]-->',
    '<!--[if lte mso 11]>\n<style type="text/css">\n.mj-outlook-group-fix { width:100% !important; }\n</style>\n<![endif]-->\n',
    "mj-outlook-group-fix ",
)
"""What the engine writes for Internet Explorer and for Outlook 2003."""
FLUID = "mj-full-width-mobile"
FLUID_SHEET = re.compile(
    rf'<style type="text/css">@media[^{{}}]*\{{\s*table\.{FLUID}[^<]*</style>', re.DOTALL
)
FIXED_HEIGHT = re.compile(r"(<img\b[^>]*\bstyle=\"[^\"]*\bheight:)\d+px")


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
    match = SPOILED.search(compiled) if "\\" in compiled else None
    if match:
        path, line = where(1)
        what = f"MJML spoils this tag: {match[0][:80]}"
        raise Problems([Problem(path, line, what, "take special characters out of its attributes")])
    return _decoded(_lighter(compiled))


def _lighter(compiled: str) -> str:
    """Neighbouring parts for Outlook joined, as the official engine does; pictures keep their shape.

    Names that no style sheet speaks of are left out of Outlook's parts, and what only programs read that
    are gone: a twentieth of the letter, which most mailboxes show whole only up to 102 kB.

    A picture's height stands in its attribute, where Outlook reads it. In the style it would distort
    the picture on every screen that is narrower than the picture.
    """
    joined = compiled if NO_NEIGHBOUR in compiled else compiled.replace(NEIGHBOURS, "")
    for words in BYGONE:
        joined = joined.replace(words, "")
    if f'class="{FLUID}"' not in joined:
        joined = FLUID_SHEET.sub("", joined)
    joined = _without_last_semicolons(FIXED_HEIGHT.sub(r"\1auto", joined))
    return joined if OUTLOOK_RULE.search(joined) else OUTLOOK_NAME.sub("", joined)


def _without_last_semicolons(compiled: str) -> str:
    first, *pieces = compiled.split(' style="')
    styles = (piece.partition('"') for piece in pieces)
    return first + "".join(
        f' style="{style.removesuffix(";")}{quote}{rest}' for style, quote, rest in styles
    )


def _decoded(compiled: str) -> str:
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
    return "".join(piece if number % 2 else _ascii(piece) for number, piece in enumerate(pieces))


def _ascii(piece: str) -> str:
    calm = TAG.sub(_calm, piece) if UNCALM.search(piece) else piece
    return calm.encode("ascii", "xmlcharrefreplace").decode()


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
