"""This module gives each test a sandbox of its own and SendGrid's official client to talk to it."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from python_http_client.exceptions import HTTPError
from sendgrid import SendGridAPIClient

from newsletter.sandbox import Record, Sandbox, messages, now, serve, skip


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any
    headers: dict[str, str]

    @property
    def complaints(self) -> list[tuple[str | None, str]]:
        """Field and message of each error."""
        return [(error["field"], error["message"]) for error in self.body["errors"]]


class Account:
    """SendGrid's client, and short names for what the tests ask of it."""

    def __init__(self, sandbox: Sandbox, key: str = "SG.test") -> None:
        self.sandbox = sandbox
        self.sendgrid = SendGridAPIClient(key, host=sandbox.url)
        self.sendgrid.client.timeout = 10

    def ask(self, method: str, path: str, body: Any = None, **query: Any) -> Answer:
        endpoint = getattr(self.sendgrid.client._(path), method.lower())
        try:
            response = endpoint(request_body=body, query_params=query or None)
        except HTTPError as error:
            return Answer(error.status_code, _json(error.body), dict(error.headers))
        return Answer(response.status_code, _json(response.body), dict(response.headers))

    def raw(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> Answer:
        """What any HTTP client gets, a browser or a mail program."""
        connection = HTTPConnection(self.sandbox.url.removeprefix("http://"), timeout=10)
        connection.request(method, path, body, headers or {})
        response = connection.getresponse()
        content = response.read()
        connection.close()
        return Answer(response.status, _json(content), dict(response.getheaders()))

    def send(self, body: dict[str, Any]) -> Answer:
        return self.ask("POST", "mail/send", body)

    def batch(self) -> str:
        found: str = self.ask("POST", "mail/batch").body["batch_id"]
        return found

    def stop(self, batch: str, status: str = "cancel") -> Answer:
        wish = {"batch_id": batch, "status": status}
        return self.ask("POST", "user/scheduled_sends", wish)

    def now(self) -> int:
        return int(now(self.sandbox.url))

    def skip(self, seconds: float) -> None:
        skip(self.sandbox.url, seconds)

    def records(self) -> list[Record]:
        return messages(self.sandbox.folder)

    def ends(self) -> dict[str, str]:
        """What became of each address."""
        return {record.address: record.state for record in self.records()}

    def outbox(self, state: str = "delivered") -> list[EmailMessage]:
        """The mails in one folder of the outbox."""
        files = sorted((self.sandbox.folder / "outbox" / state).glob("*.eml"))
        return [message_from_bytes(file.read_bytes(), policy=default) for file in files]  # type: ignore[misc]


def _json(body: bytes) -> Any:
    try:
        return json.loads(body) if body else None
    except ValueError:
        return body.decode("utf-8", "replace")


def mail(*addresses: str, **more: Any) -> dict[str, Any]:
    """A mail/send body to each address on its own."""
    people = [{"to": [{"email": address}]} for address in addresses or ["anna@example.com"]]
    return {
        "personalizations": people,
        "from": {"email": "news@clinic.example.com", "name": "Clockwork Perform"},
        "subject": "News",
        "content": [
            {"type": "text/plain", "value": "Good morning"},
            {"type": "text/html", "value": "<p>Good morning</p>"},
        ],
        **more,
    }


@pytest.fixture
def letter() -> Callable[..., dict[str, Any]]:
    return mail


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "sandbox"


@pytest.fixture
def sandbox(folder: Path) -> Iterator[Sandbox]:
    with serve(folder) as running:
        yield running


@pytest.fixture
def account(sandbox: Sandbox) -> Account:
    return Account(sandbox)


@pytest.fixture
def open_account() -> Callable[..., Account]:
    """An account at a sandbox that the test started itself."""
    return Account
