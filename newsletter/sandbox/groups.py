"""This module answers for unsubscribe groups: what people can leave without leaving everything."""

from typing import Any

from werkzeug.wrappers import Request, Response

from newsletter.sandbox.answers import Complaint, answer, nothing, refusal
from newsletter.sandbox.office import Office
from newsletter.sandbox.reading import Refused, emails_of, json_object
from newsletter.sandbox.suppressions import GLOBAL, add, remove

NAME_AT_MOST = 30
DESCRIPTION_AT_MOST = 100
NOT_FOUND = Complaint("resource not found")


def group_list(number: int) -> str:
    """The name under which a group's list is kept."""
    return f"group:{number}"


def list_groups(office: Office, request: Request) -> Response:
    return answer([_shown(office, row) for row in _groups(office)])


def show_group(office: Office, request: Request, group: int) -> Response:
    found = [_shown(office, row) for row in _groups(office) if row["id"] == group]
    return answer(found[0]) if found else refusal(404, NOT_FOUND)


def create_group(office: Office, request: Request) -> Response:
    wish = json_object(request)
    name = _words(wish, "name", NAME_AT_MOST)
    description = _words(wish, "description", DESCRIPTION_AT_MOST)
    if office.database.value("SELECT 1 FROM unsubscribe_group WHERE name = ?", (name,)):
        return refusal(400, Complaint("group name must be unique", "name"))
    default = wish.get("is_default") is True
    with office.database.transaction() as connection:
        if default:
            connection.execute("UPDATE unsubscribe_group SET is_default = 0")
        number = connection.execute(
            "INSERT INTO unsubscribe_group (name, description, is_default) VALUES (?, ?, ?)",
            (name, description, default),
        ).lastrowid
    made = {"id": number, "name": name, "description": description, "is_default": default}
    return answer(made, 201)


def keep_group(office: Office, request: Request) -> Response:
    """{"id": 12345}: the group of an account that is only played here is there, as in earnest."""
    number = json_object(request).get("id")
    if type(number) is not int or number < 1:
        raise Refused("id must be a number above 0", "id")
    office.database.write(
        "INSERT OR IGNORE INTO unsubscribe_group (id, name, description) VALUES (?, ?, ?)",
        (number, f"Group {number}", "The group of the settings"),
    )
    return answer({"kept": number}, 201)


def delete_group(office: Office, request: Request, group: int) -> Response:
    if not office.database.write("DELETE FROM unsubscribe_group WHERE id = ?", (group,)):
        return refusal(404, NOT_FOUND)
    office.database.write("DELETE FROM suppression WHERE list = ?", (group_list(group),))
    return nothing(204)


def list_group_suppressions(office: Office, request: Request, group: int) -> Response:
    return answer(_members(office, group))


def add_group_suppressions(office: Office, request: Request, group: int) -> Response:
    """Put people on a group's list; for a group that does not exist SendGrid takes the global one."""
    emails = emails_of(json_object(request), "recipient_emails")
    add(office, group_list(group) if _exists(office, group) else GLOBAL, emails)
    return answer({"recipient_emails": emails}, 201)


def search_group_suppressions(office: Office, request: Request, group: int) -> Response:
    asked = set(emails_of(json_object(request), "recipient_emails"))
    return answer([email for email in _members(office, group) if email in asked])


def delete_group_suppression(office: Office, request: Request, group: int, email: str) -> Response:
    remove(office, group_list(group), email)
    return nothing(204)


def list_all_group_suppressions(office: Office, request: Request) -> Response:
    names = {group_list(row["id"]): row for row in _groups(office)}
    rows = office.database.rows(
        "SELECT * FROM suppression WHERE list LIKE 'group:%' ORDER BY created, email"
    )
    return answer(
        [
            {
                "email": row["email"],
                "group_id": names[row["list"]]["id"],
                "group_name": names[row["list"]]["name"],
                "created_at": row["created"],
            }
            for row in rows
        ]
    )


def _words(wish: dict[str, Any], name: str, at_most: int) -> str:
    words = wish.get(name)
    if not isinstance(words, str) or not words:
        raise Refused(f"{name} is required", name)
    if len(words) > at_most:
        raise Refused(f"{name} is too long, it may have {at_most} characters", name)
    return words


def _groups(office: Office) -> list[Any]:
    return office.database.rows("SELECT * FROM unsubscribe_group ORDER BY id")


def _exists(office: Office, group: int) -> bool:
    return any(row["id"] == group for row in _groups(office))


def _members(office: Office, group: int) -> list[str]:
    rows = office.database.rows(
        "SELECT email FROM suppression WHERE list = ? ORDER BY created, email",
        (group_list(group),),
    )
    return [row["email"] for row in rows]


def _shown(office: Office, row: Any) -> dict[str, Any]:
    return {
        "id": row["id"],
        "name": row["name"],
        "description": row["description"],
        "is_default": bool(row["is_default"]),
        "unsubscribes": len(_members(office, row["id"])),
    }
