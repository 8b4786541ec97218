"""This room turns an Edition into a Letter: Jinja, MJML, HTML and text, with holes that readers fill."""

from newsletter.letter.choices import checked_template
from newsletter.letter.compose import compose
from newsletter.letter.event import over_at
from newsletter.letter.letter import Letter, Personal, Variant, View, fill
from newsletter.letter.pictures import Picture, address_of, with_addresses
from newsletter.letter.reader import READER_FIELDS, MergeProblem, Reader

__all__ = [
    "READER_FIELDS",
    "Letter",
    "MergeProblem",
    "Personal",
    "Picture",
    "Reader",
    "Variant",
    "View",
    "address_of",
    "checked_template",
    "compose",
    "fill",
    "over_at",
    "with_addresses",
]
