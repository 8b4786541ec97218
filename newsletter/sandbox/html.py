"""This module fills the sandbox's own pages; values are escaped."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from werkzeug.wrappers import Response

PAGES = Path(__file__).parent / "pages"
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-src 'self'; "
    "form-action 'self'; base-uri 'none'"
)
STEPS = ((86400, "d"), (3600, "h"), (60, "min"))


def page(template: str, status: int = 200, **values: Any) -> Response:
    """One page."""
    body = _ENVIRONMENT.get_template(template).render(values)
    response = Response(body, status, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def moment(seconds: float) -> str:
    """A time as people say it: Tue 24 Nov, 09:30."""
    return f"{datetime.fromtimestamp(seconds, UTC).astimezone():%a %-d %b, %H:%M}"


def iso(seconds: float) -> str:
    """A time as machines say it."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def duration(seconds: float) -> str:
    """A span in its two largest units: 1 d 2 h."""
    left, words = max(int(seconds), 0), []
    for size, unit in STEPS:
        count, left = divmod(left, size)
        if count:
            words.append(f"{count} {unit}")
    return " ".join(words[:2]) or "less than a minute"


def linked(text: str) -> list[tuple[str, bool]]:
    """*text* cut into pieces, each with whether it is a web address."""
    return [
        (piece, piece.startswith(("http://", "https://")))
        for piece in re.split(r"(https?://[^\s<>\"]+[^\s<>\".,;:!?)\]])", text)
        if piece
    ]


_ENVIRONMENT = Environment(
    loader=FileSystemLoader(PAGES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_ENVIRONMENT.filters |= {"moment": moment, "iso": iso, "duration": duration, "linked": linked}
