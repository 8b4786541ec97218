"""This module writes SendGrid's answers: bodies as JSON, refusals as a list of errors."""

from dataclasses import asdict, dataclass
from typing import Any

import orjson
from werkzeug.wrappers import Response

HELP = "http://sendgrid.com/docs/API_Reference/Web_API_v3/Mail/errors.html#"

# What stands before SendGrid is nginx: some refusals never reach the API and are no JSON.
NGINX = (
    "<html>\r\n<head><title>{status}</title></head>\r\n<body>\r\n"
    "<center><h1>{status}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
)


@dataclass(frozen=True)
class Complaint:
    """One entry of a refusal's "errors"."""

    message: str
    field: str | None = None
    help: str | None = None


def complaint(message: str, field: str, topic: str | None = None) -> Complaint:
    """A complaint about *field*, with the page that SendGrid names for it."""
    return Complaint(message, field, f"{HELP}message.{topic or field}")


def refusal(status: int, *complaints: Complaint) -> Response:
    """SendGrid's way of saying no."""
    return answer({"errors": [asdict(entry) for entry in complaints]}, status)


def answer(body: Any, status: int = 200) -> Response:
    """*body* as JSON."""
    return Response(orjson.dumps(body), status, content_type="application/json")


def nothing(status: int = 204) -> Response:
    """An answer without a body."""
    response = Response(b"", status)
    del response.headers["Content-Type"]
    return response


def nginx(status: str) -> Response:
    """The HTML page of the proxy in front: ``413 Request Entity Too Large``."""
    return Response(NGINX.format(status=status), int(status.split()[0]), content_type="text/html")
