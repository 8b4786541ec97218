"""This module counts mail by day and category, as SendGrid's statistics do."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from werkzeug.wrappers import Request, Response

from newsletter.sandbox.answers import answer
from newsletter.sandbox.office import Office
from newsletter.sandbox.reading import Refused, number

CATEGORIES_AT_MOST = 10
METRICS = [
    "blocks",
    "bounce_drops",
    "bounces",
    "clicks",
    "deferred",
    "delivered",
    "invalid_emails",
    "opens",
    "processed",
    "requests",
    "spam_report_drops",
    "spam_reports",
    "unique_clicks",
    "unique_opens",
    "unsubscribe_drops",
    "unsubscribes",
]
# SendGrid counts a drop under the list that caused it.
DROPS = {
    "Unsubscribed Address": "unsubscribe_drops",
    "Bounced Address": "bounce_drops",
    "Spam Reporting Address": "spam_report_drops",
    "Invalid": "invalid_emails",
}
COUNTED = """
    SELECT date({time}, 'unixepoch') AS day, message.state, message.reason, count(*) AS mails
    FROM message JOIN request ON request.id = message.request
    WHERE date({time}, 'unixepoch') BETWEEN ? AND ?
      AND (? IS NULL OR EXISTS (SELECT 1 FROM category
                                WHERE category.request = request.id AND category.name = ?))
    GROUP BY 1, 2, 3
"""


def show_stats(office: Office, request: Request) -> Response:
    """Everything, day by day."""
    counted = _counted(office, request, None)
    return answer(
        [{"date": day, "stats": [{"metrics": metrics}]} for day, metrics in counted.items()]
    )


def show_category_stats(office: Office, request: Request) -> Response:
    """The categories that are asked for, day by day."""
    names = request.args.getlist("categories")
    if not 1 <= len(names) <= CATEGORIES_AT_MOST:
        raise Refused("between 1 and 10 categories are required", "categories")
    by_name = {name: _counted(office, request, name) for name in names}
    days = next(iter(by_name.values()))
    return answer(
        [
            {
                "date": day,
                "stats": [
                    {"type": "category", "name": name, "metrics": by_name[name][day]}
                    for name in names
                ],
            }
            for day in days
        ]
    )


def sum_category_stats(office: Office, request: Request) -> Response:
    """All categories over the whole time, busiest first."""
    start, _ = _span(office, request)
    rows = office.database.rows("SELECT DISTINCT name FROM category ORDER BY name")
    sums = [
        {
            "type": "category",
            "name": row["name"],
            "metrics": _summed(_counted(office, request, row["name"])),
        }
        for row in rows
    ]
    sums.sort(key=lambda entry: -entry["metrics"]["requests"])
    offset, limit = number(request, "offset", 0), number(request, "limit", 5)
    return answer({"date": start.isoformat(), "stats": sums[offset : offset + limit]})


def _counted(office: Office, request: Request, category: str | None) -> dict[str, dict[str, int]]:
    start, end = _span(office, request)
    counted = {day.isoformat(): dict.fromkeys(METRICS, 0) for day in _days(start, end)}
    values = (start.isoformat(), end.isoformat(), category, category)
    for row in office.database.rows(COUNTED.format(time="request.accepted_at"), values):
        counted[row["day"]]["requests"] += row["mails"]
        counted[row["day"]]["processed"] += row["mails"]
    for row in office.database.rows(COUNTED.format(time="message.ended_at"), values):
        metric = "delivered" if row["state"] == "delivered" else DROPS.get(row["reason"])
        if metric:
            counted[row["day"]][metric] += row["mails"]
    return counted


def _summed(days: dict[str, dict[str, int]]) -> dict[str, Any]:
    return {metric: sum(day[metric] for day in days.values()) for metric in METRICS}


def _span(office: Office, request: Request) -> tuple[date, date]:
    today = datetime.fromtimestamp(office.clock.now(), UTC).date()
    start = _day(request, "start_date")
    if start is None:
        raise Refused("start_date is required", "start_date")
    return start, _day(request, "end_date") or today


def _day(request: Request, name: str) -> date | None:
    text = request.args.get(name, "")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise Refused(f"{name} should be in the form of YYYY-MM-DD", name) from error


def _days(start: date, end: date) -> Iterator[date]:
    for place in range((end - start).days + 1):
        yield start + timedelta(days=place)
