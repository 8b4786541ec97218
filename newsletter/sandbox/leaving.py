"""This module is the page on which readers unsubscribe: looking changes nothing, only POST acts."""

from typing import Any

from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Request, Response

from newsletter.sandbox.farewell import ALL, GROUP, PREFERENCES, Farewell
from newsletter.sandbox.groups import group_list
from newsletter.sandbox.html import page
from newsletter.sandbox.office import Office
from newsletter.sandbox.records import opened
from newsletter.sandbox.suppressions import GLOBAL, add, remove
from newsletter.sandbox.world import happen

FOUND = """
    SELECT message.address, request.unsubscribe_group, request.body
    FROM message JOIN request ON request.id = message.request WHERE message.id = ?
"""


def show_leaving(office: Office, request: Request, kind: str, number: int, sign: str) -> Response:
    """Ask; a mail scanner that follows the link unsubscribes nobody."""
    return _page(office, kind, _reader(office, kind, number, sign), done=False)


def leave(office: Office, request: Request, kind: str, number: int, sign: str) -> Response:
    """Act, for the button as for a mail program's one-click (RFC 8058): no cookie, no redirect."""
    reader = _reader(office, kind, number, sign)
    if kind == PREFERENCES:
        _choose(office, reader, set(request.form.getlist("leave")))
    else:
        event = "group_unsubscribe" if kind == GROUP else "unsubscribe"
        happen(office, number, reader["address"], event)
    return _page(office, kind, reader, done=True)


def _reader(office: Office, kind: str, number: int, sign: str) -> Any:
    row = office.database.row(FOUND, (number,))
    if row is None or not Farewell(office.url, office.secret).signed(kind, number, sign):
        raise NotFound
    return row


def _page(office: Office, kind: str, reader: Any, *, done: bool) -> Response:
    groups = _groups(office, reader)
    name = next((row["name"] for row in groups if row["id"] == reader["unsubscribe_group"]), "")
    return page(
        "leaving.html",
        kind=kind,
        address=reader["address"],
        group=name if kind == GROUP else "",
        groups=groups if kind == PREFERENCES else [],
        left=_left(office, reader["address"]),
        everything=ALL,
        done=done,
    )


def _choose(office: Office, reader: Any, chosen: set[str]) -> None:
    lists = {str(row["id"]): group_list(row["id"]) for row in _groups(office, reader)}
    for value, name in {**lists, ALL: GLOBAL}.items():
        if value in chosen:
            add(office, name, [reader["address"]])
        else:
            remove(office, name, reader["address"])


def _groups(office: Office, reader: Any) -> list[Any]:
    rows = office.database.rows("SELECT * FROM unsubscribe_group ORDER BY name")
    shown = opened(reader["body"]).get("asm", {}).get("groups_to_display")
    return [row for row in rows if shown is None or row["id"] in shown]


def _left(office: Office, address: str) -> set[str]:
    rows = office.database.rows("SELECT list FROM suppression WHERE email = ?", (address.lower(),))
    return {ALL if row["list"] == GLOBAL else row["list"].removeprefix("group:") for row in rows}
