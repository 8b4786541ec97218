"""This module says what Jinja cannot read, in words for people who do not write programs."""

import re
from difflib import get_close_matches

from jinja2 import TemplateSyntaxError

from newsletter.letter.reader import READER_FIELDS

UNENDED = re.compile(
    r"(?:Unexpected end of template|Encountered unknown tag '(\w+)').* innermost block .* is '(\w+)'",
    re.DOTALL,
)

ODD = re.compile(r"unexpected char '(.)' at")
QUOTES = "“”„‟‘’‚«»"
"""What word processors make of " and '."""
NO_NAME = re.compile(r"'(\w+)' is undefined")
NO_FIELD = re.compile(r"'[\w.]+ object' has no attribute ('\w+')")
NAMES = "use a name that templates know: edition, clinic, site or reader"


def said(error: TemplateSyntaxError) -> tuple[str, str]:
    """What is wrong and its cure; Jinja's own words for a missing end are for programmers."""
    if unended := UNENDED.match(str(error.message)):
        other, block = unended.groups()
        met = f"{{% {other} %}} stands where " if other else ""
        return f"{met}{{% {block} … %}} has no end", f"write {{% end{block} %}} where it ends"
    odd = ODD.match(str(error.message))
    if odd and odd[1] in QUOTES:
        what = f"{odd[1]} is a printer's quotation mark, which means nothing between braces"
        return what, 'type the straight ones: default("there", true)'
    cure = "write {{ … }} for a value and {% … %} for a statement, each closed"
    return str(error.message), cure


def said_of_name(error: Exception) -> tuple[str, str]:
    """The same of a name that nobody knows, and of whatever else stops a template."""
    what = NO_FIELD.sub(r"\1 is unknown", str(error))
    unknown = NO_NAME.match(what)
    near = get_close_matches(unknown[1].lower(), ["reader", *READER_FIELDS], n=1) if unknown else []
    if not near:
        return what, NAMES
    return what, "did you mean reader?" if near == ["reader"] else f"did you mean reader.{near[0]}?"
