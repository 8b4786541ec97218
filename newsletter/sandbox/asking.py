"""This module asks a running sandbox over HTTP, as a person with its controls in hand."""

import json
from typing import Any
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

from newsletter.errors import NewsletterError

ANSWER_SECONDS = 60

# A proxy of the environment must never see what is meant for this computer.
_OPEN = build_opener(ProxyHandler({})).open


def asked(
    url: str,
    method: str,
    path: str,
    body: Any = None,
    *,
    key: str = "",
    seconds: float = ANSWER_SECONDS,
) -> dict[str, Any]:
    """The answer of the sandbox at *url*; *key* says whose account is meant.

    Raises NewsletterError with what the sandbox refused, OSError where nobody answers.
    """
    headers = {"Content-Type": "application/json"}
    request = Request(  # noqa: S310  always http://127.0.0.1
        url + path,
        data=None if body is None else json.dumps(body).encode(),
        headers=headers | ({"Authorization": f"Bearer {key}"} if key else {}),
        method=method,
    )
    try:
        with _OPEN(request, timeout=seconds) as response:
            answer: dict[str, Any] = json.loads(response.read())
            return answer
    except HTTPError as error:
        raise NewsletterError(_complaint(error)) from error


def _complaint(error: HTTPError) -> str:
    words = json.loads(error.read())["errors"][0]["message"]
    return f"the sandbox refused: {words}"
