"""This module judges a run: what was released to whom and how often, and why the rest was not."""

from dataclasses import asdict
from typing import Any

from werkzeug.wrappers import Request, Response

from newsletter.sandbox.answers import answer
from newsletter.sandbox.office import Office
from newsletter.sandbox.records import RELEASED, custom_args, opened
from newsletter.sandbox.verdict import Verdict

FAR = 4 * 86400
"""Longer than mail can wait (72 h ahead) or be held (72 h after)."""
PATIENCE_SECONDS = 10


def verdict(office: Office) -> Verdict:
    """What became of everything so far."""
    rows = office.database.rows
    by_state = rows("SELECT state, count(*) FROM message GROUP BY state ORDER BY state")
    by_reason = rows(
        "SELECT reason, count(*) FROM message WHERE reason <> '' GROUP BY reason ORDER BY reason"
    )
    released = rows(
        "SELECT lower(address), count(*) FROM message WHERE state = 'delivered' "
        "GROUP BY lower(address)"
    )
    return Verdict(
        now=office.clock.now(),
        requests=office.database.value("SELECT count(*) FROM request"),
        states=dict(map(tuple, by_state)),
        reasons=dict(map(tuple, by_reason)),
        released=dict(map(tuple, released)),
        under_way=office.under_way - 1,
    )


def show_verdict(office: Office, request: Request) -> Response:
    return answer(asdict(verdict(office)))


def settle(office: Office, request: Request) -> Response:
    """Let stalled requests go on, let time pass until nothing waits, and judge."""
    office.hurry_all(PATIENCE_SECONDS, but=1)
    for _ in range(2):  # what was held at its send time expires only later
        office.clock.skip(FAR)
        office.release()
    return answer(asdict(verdict(office)))


def list_released(office: Office, request: Request) -> Response:
    """Every mail that left, in the order of leaving: one short list a mail, named by "columns"."""
    return answer(
        {"columns": COLUMNS, "rows": [_line(row) for row in office.database.rows(RELEASED)]}
    )


COLUMNS = ("number", "address", "batch", "message_id", "accepted_at", "released_at", "custom_args")


def _line(row: Any) -> list[Any]:
    return [*(row[name] for name in COLUMNS[:-1]), custom_args(opened(row["body"]), row["place"])]
