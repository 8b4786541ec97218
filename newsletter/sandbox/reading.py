"""This module reads what a request asks for: JSON bodies, paging, times; wrong input is SendGrid's 400."""

from dataclasses import asdict, dataclass
from typing import Any

import orjson
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request

from newsletter.sandbox.answers import Complaint, refusal

PAGE_AT_MOST = 500
# What may stand where a value of the kind on the left is usual.
ALIKE: dict[type, Any] = {float: (int, float), tuple: list}


class Refused(HTTPException):
    """A 400 in SendGrid's words, raised where the input is read."""

    code = 400

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message, refusal(400, Complaint(message, field)))


@dataclass(frozen=True)
class Page:
    """The part of a list that is asked for."""

    limit: int
    offset: int
    start: int
    end: int


def json_object(request: Request) -> dict[str, Any]:
    """The body as an object; nothing counts as an empty one."""
    content = request.get_data()
    try:
        body = orjson.loads(content) if content.strip() else {}
    except orjson.JSONDecodeError as error:
        raise Refused("invalid JSON") from error
    if not isinstance(body, dict):
        raise Refused("the body must be an object")
    return body


def emails_of(body: dict[str, Any], name: str) -> list[str]:
    """The list of addresses under *name*."""
    emails = body.get(name)
    if not isinstance(emails, list) or not all(isinstance(email, str) for email in emails):
        raise Refused(f"{name} must be an array of strings", name)
    return [email.lower() for email in emails]


def page(request: Request) -> Page:
    """limit, offset, start_time and end_time of the query."""
    limit = number(request, "limit", PAGE_AT_MOST)
    if not 1 <= limit <= PAGE_AT_MOST:
        raise Refused(f"limit must be between 1 and {PAGE_AT_MOST}", "limit")
    return Page(
        limit,
        max(number(request, "offset", 0), 0),
        number(request, "start_time", 0),
        number(request, "end_time", 2**53),
    )


def number(request: Request, name: str, default: int) -> int:
    """A whole number of the query."""
    text = request.args.get(name, "")
    try:
        return int(text) if text else default
    except ValueError as error:
        raise Refused(f"{name} must be an integer", name) from error


def fitting(wish: Any, like: Any) -> dict[str, Any]:
    """*wish*, whose names and kinds of values are those of the dataclass *like*."""
    if not isinstance(wish, dict):
        raise Refused(f"{wish!r} should be an object")
    known = asdict(like)
    for name, value in wish.items():
        if name not in known:
            raise Refused(f"{name} is unknown, there are {', '.join(known)}", name)
        usual = known[name]
        if isinstance(value, bool) is not isinstance(usual, bool) or not isinstance(
            value, ALIKE.get(type(usual), type(usual))
        ):
            raise Refused(f"{name} is {value!r}, it should be like {usual!r}", name)
    return dict(wish)
