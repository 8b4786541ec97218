"""This module answers for the suppression lists: who must get nothing more, and why."""

from collections.abc import Iterable
from typing import Any

from werkzeug.wrappers import Request, Response

from newsletter.sandbox.answers import Complaint, answer, nothing, refusal
from newsletter.sandbox.office import Office
from newsletter.sandbox.reading import emails_of, json_object, page

# SendGrid's name of the list in the path · what each entry says
LISTS = {
    "unsubscribes": ("global", ("created", "email")),
    "bounces": ("bounces", ("created", "email", "reason", "status")),
    "blocks": ("blocks", ("created", "email", "reason", "status")),
    "spam_reports": ("spam_reports", ("created", "email", "ip")),
    "invalid_emails": ("invalid_emails", ("created", "email", "reason")),
}
GLOBAL = "global"


def list_suppressions(office: Office, request: Request, name: str) -> Response:
    """One page of a list, in the order of joining."""
    kept, columns = LISTS[name]
    asked = page(request)
    email = request.args.get("email", "").lower()
    rows = office.database.rows(
        "SELECT created, email, reason, status, '127.0.0.1' AS ip FROM suppression "
        "WHERE list = ? AND created BETWEEN ? AND ? AND (? = '' OR email = ?) "
        "ORDER BY created, email LIMIT ? OFFSET ?",
        (kept, asked.start, asked.end, email, email, asked.limit, asked.offset),
    )
    return answer([{column: row[column] for column in columns} for row in rows])


def show_suppression(office: Office, request: Request, name: str, email: str) -> Response:
    kept, columns = LISTS[name]
    row = _entry(office, kept, email)
    return answer([{column: row[column] for column in columns}] if row else [])


def delete_suppressions(office: Office, request: Request, name: str) -> Response:
    """Remove some ({"emails": […]}) or all ({"delete_all": true})."""
    kept, _ = LISTS[name]
    body = json_object(request)
    if body.get("delete_all") is True:
        office.database.write("DELETE FROM suppression WHERE list = ?", (kept,))
        return nothing(204)
    for email in emails_of(body, "emails"):
        remove(office, kept, email)
    return nothing(204)


def delete_suppression(office: Office, request: Request, name: str, email: str) -> Response:
    kept, _ = LISTS[name]
    if not remove(office, kept, email):
        return refusal(404, Complaint("resource not found"))
    return nothing(204)


def show_global(office: Office, request: Request, email: str) -> Response:
    return answer({"recipient_email": email} if _entry(office, GLOBAL, email) else {})


def add_global(office: Office, request: Request) -> Response:
    emails = emails_of(json_object(request), "recipient_emails")
    add(office, GLOBAL, emails)
    return answer({"recipient_emails": emails}, 201)


def delete_global(office: Office, request: Request, email: str) -> Response:
    remove(office, GLOBAL, email)
    return nothing(204)


def add(
    office: Office, name: str, emails: Iterable[str], reason: str = "", status: str = ""
) -> None:
    """Put *emails* on a list; who is there already stays as they are."""
    now = int(office.clock.now())
    with office.database.transaction() as connection:
        connection.executemany(
            "INSERT OR IGNORE INTO suppression VALUES (?, ?, ?, ?, ?)",
            [(name, email.lower(), now, reason, status) for email in emails],
        )


def remove(office: Office, name: str, email: str) -> int:
    """Take *email* off a list; how many entries that was."""
    return office.database.write(
        "DELETE FROM suppression WHERE list = ? AND email = ?", (name, email.lower())
    )


def _entry(office: Office, name: str, email: str) -> Any:
    return office.database.row(
        "SELECT *, '127.0.0.1' AS ip FROM suppression WHERE list = ? AND email = ?",
        (name, email.lower()),
    )
