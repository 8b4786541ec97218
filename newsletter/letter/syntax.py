"""This module says what Jinja cannot read, in words for people who do not write programs."""

import re

from jinja2 import TemplateSyntaxError

UNENDED = re.compile(
    r"(?:Unexpected end of template|Encountered unknown tag '(\w+)').* innermost block .* is '(\w+)'",
    re.DOTALL,
)


def said(error: TemplateSyntaxError) -> tuple[str, str]:
    """What is wrong and its cure; Jinja's own words for a missing end are for programmers."""
    if unended := UNENDED.match(str(error.message)):
        other, block = unended.groups()
        met = f"{{% {other} %}} stands where " if other else ""
        return f"{met}{{% {block} … %}} has no end", f"write {{% end{block} %}} where it ends"
    cure = "write {{ … }} for a value and {% … %} for a statement, each closed"
    return str(error.message), cure
