"""This module writes a stranger's words so that YAML, Markdown and Jinja show them as they were."""

import re
import unicodedata

import yaml

from newsletter.edition.front_matter import LITERAL

BLOCK_START = re.compile(r"(?=#{1,6}(?:\s|$)|[-+](?:\s|$)|>|:::|[-=:|+\s]+$)")
NUMBERED = re.compile(r"(\d{1,9})(?=[.)](?:\s|$))")
INLINE = re.compile(
    r"[\\`*\[]"
    r"|(?<![^\W_])_|_(?![^\W_])"  # inside a word an underscore means nothing
    r"|<(?=[A-Za-z/!?])|&(?=#?\w+;)|~(?=~)"
    r"|(?<!-)-(?=--?(?!-))|(?<=(?<!-)-)-(?=-(?!-))",  # two or three hyphens would become a dash
    re.IGNORECASE,
)
JINJA = re.compile(r"\{[{%#]")


def without_jinja(text: str) -> str:
    """*text* whose braces are shown, not obeyed."""
    return JINJA.sub(lambda match: f'{{{{ "{match[0]}" }}}}', text)


def as_markdown(line: str) -> str:
    """One line of plain text as Markdown that shows every character of it."""
    escaped = INLINE.sub(lambda match: "\\" + match[0], line.strip())
    escaped = NUMBERED.sub(r"\1\\", escaped, count=1) if NUMBERED.match(escaped) else escaped
    return without_jinja("\\" + escaped if escaped and BLOCK_START.match(escaped) else escaped)


def as_heading(line: str) -> str:
    """One line of plain text as a heading; a # at its end would be taken for a mark."""
    return "## " + re.sub(r"#(?=#*$)", r"\\#", as_markdown(line))


def as_entry(key: str, value: str) -> str:
    """A line of front matter that is read back as exactly *value*."""
    value = " ".join(value.split())
    quoted = f"{key}: '{value.replace(chr(39), chr(39) * 2)}'"
    if key in LITERAL:
        looks_quoted = value[:1] in {"'", '"', "|", ">"}
        return quoted if looks_quoted else f"{key}: {value}"
    return f"{key}: {value}" if _is_plain(value) else quoted


def _is_plain(value: str) -> bool:
    try:
        node = yaml.compose(f"key: {value}", Loader=yaml.BaseLoader)
    except yaml.YAMLError:
        return False
    read = node.value[0][1] if isinstance(node, yaml.MappingNode) else None
    return isinstance(read, yaml.ScalarNode) and read.style is None and read.value == value


def slug(title: str) -> str:
    """*title* as part of a file name: a to z, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", plain.replace("'", ""))
    name = "-".join(words)
    return (name if len(name) <= 60 else name[:61].rpartition("-")[0] or name[:60]) or "edition"
