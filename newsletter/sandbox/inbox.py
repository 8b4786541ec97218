"""This module shows the mail that came, in the browser: a list with a search, the clock beside it."""

from dataclasses import dataclass
from typing import Any

from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from newsletter.sandbox.html import PAGES, page
from newsletter.sandbox.mail import subject
from newsletter.sandbox.office import Office
from newsletter.sandbox.reading import Refused, number
from newsletter.sandbox.records import opened

A_PAGE = 50
# What the tabs say · which states they show
TABS = {
    "all": ("All", ("waiting", "held", "delivered", "cancelled", "dropped", "expired")),
    "waiting": ("Waiting", ("waiting", "held")),
    "delivered": ("Delivered", ("delivered",)),
    "stopped": ("Not delivered", ("cancelled", "dropped", "expired")),
}
LISTED = """
    SELECT message.*, request.body FROM message JOIN request ON request.id = message.request
    WHERE instr(?, '|' || state || '|') AND (? = '' OR instr(lower(address), ?))
    ORDER BY message.id DESC LIMIT ? OFFSET ?
"""


@dataclass(frozen=True)
class Line:
    """One mail in the list."""

    number: int
    address: str
    subject: str
    state: str
    reason: str
    due: float
    ended_at: float | None


def show_inbox(office: Office, request: Request) -> Response:
    """The newest mails; ?q= searches addresses, ?tab= chooses by state."""
    tab = request.args.get("tab", "all")
    tab = tab if tab in TABS else "all"
    wanted = request.args.get("q", "").strip()
    start = max(number(request, "from", 0), 0)
    lines = _lines(office, tab, wanted, start)
    return page(
        "inbox.html",
        here="inbox",
        lines=lines[:A_PAGE],
        tabs=[(name, words, _count(office, states)) for name, (words, states) in TABS.items()],
        tab=tab,
        wanted=wanted,
        start=start,
        newer=max(start - A_PAGE, 0),
        older=start + A_PAGE if len(lines) > A_PAGE else None,
        now=office.clock.now(),
    )


def move_clock(office: Office, request: Request) -> Response:
    """The buttons beside the clock."""
    try:
        seconds = int(request.form.get("seconds", ""))
    except ValueError as error:
        raise Refused("seconds must be an integer", "seconds") from error
    office.clock.skip(max(seconds, 0))
    office.release()
    office.wake.set()
    return redirect("/", 303)


def show_lists(office: Office, request: Request) -> Response:
    """Everybody on a suppression list."""
    names = {
        f"group:{row['id']}": f"Left the group “{row['name']}”"
        for row in office.database.rows("SELECT id, name FROM unsubscribe_group")
    } | LIST_NAMES
    rows = office.database.rows("SELECT * FROM suppression ORDER BY list, created DESC, email")
    lists: dict[str, list[Any]] = {}
    for row in rows:
        lists.setdefault(names[row["list"]], []).append(row)
    return page("lists.html", here="lists", lists=lists)


def show_style(office: Office, request: Request) -> Response:
    return Response((PAGES / "style.css").read_bytes(), content_type="text/css; charset=utf-8")


LIST_NAMES = {
    "global": "Unsubscribed from everything",
    "bounces": "Bounced",
    "blocks": "Blocked for a while (still mailed)",
    "spam_reports": "Reported as spam",
    "invalid_emails": "Invalid addresses",
}


def _lines(office: Office, tab: str, wanted: str, start: int) -> list[Line]:
    states = "|".join(("", *TABS[tab][1], ""))
    rows = office.database.rows(LISTED, (states, wanted, wanted.lower(), A_PAGE + 1, start))
    return [
        Line(
            number=row["id"],
            address=row["address"],
            subject=subject(opened(row["body"]), row["place"]),
            state=row["state"],
            reason=row["reason"],
            due=row["due"],
            ended_at=row["ended_at"],
        )
        for row in rows
    ]


def _count(office: Office, states: tuple[str, ...]) -> int:
    marks = ", ".join("?" * len(states))
    count: int = office.database.value(
        f"SELECT count(*) FROM message WHERE state IN ({marks})",  # noqa: S608  only marks
        states,
    )
    return count
