"""This module knows which templates there are."""

from difflib import get_close_matches
from pathlib import Path

from newsletter.errors import NewsletterError

TEMPLATES = "templates/email"


def templates(root: Path) -> list[str]:
    """The names of the templates of the project *root*: those that have a text twin."""
    folder = root / TEMPLATES
    return sorted(path.stem for path in folder.glob("*.mjml") if path.with_suffix(".txt").is_file())


def checked_template(root: Path, name: str) -> str:
    """*name* where there is such a template; raises NewsletterError with the choice."""
    known = templates(root)
    if name in known:
        return name
    near = get_close_matches(name, known, n=1)
    cure = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
    raise NewsletterError(f"{TEMPLATES}/{name}.mjml: there is no such template; {cure}")
