"""This module tells what became of every row of every list; the sum always adds up."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from newsletter.audience.address import is_sample

FATES = ("taken", "merged into", "suppressed", "no consent", "sample address", "rejected")


@dataclass(frozen=True)
class Fate:
    """What became of one row of a file: *why* says the reason, or the row it was merged into."""

    list: str
    line: int
    fate: str
    why: str
    path: str


@dataclass(frozen=True)
class ListReport:
    """One list: its rows by fate, and each that was rejected."""

    list: str
    path: str
    consent: str
    rows: int
    fates: Mapping[str, int]
    rejected: Sequence[Fate]

    @property
    def adds_up(self) -> bool:
        """Whether every row has exactly one fate."""
        return self.rows == sum(self.fates.values())


def fates(connection: Connection, *, samples: bool) -> Iterator[Fate]:
    """The fate of each row of each list as it was last read, in the order of lists and lines."""
    for row in connection.execute(text(ROWS)):
        yield Fate(row.list, row.line, *_fate(row, samples), row.path)


def _fate(row: Any, samples: bool) -> tuple[str, str]:
    if row.reason is not None:
        return "rejected", row.reason
    if row.place > 1:
        return "merged into", f"{row.first_list}:{row.first_line}"
    if row.suppressed or row.standing != "subscribed":
        return "suppressed", row.suppressed or row.standing
    if row.consent != "confirmed":
        return "no consent", "not confirmed yet" if row.consent == "unconfirmed" else ""
    if not samples and is_sample(row.key):
        return "sample address", ""
    return "taken", ""


def list_reports(connection: Connection, *, samples: bool) -> list[ListReport]:
    """A report for each list, in the order of their names."""
    counts: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(FATES, 0))
    rejected: dict[str, list[Fate]] = defaultdict(list)
    for fate in fates(connection, samples=samples):
        counts[fate.list][fate.fate] += 1
        if fate.fate == "rejected":
            rejected[fate.list].append(fate)
    return [
        ListReport(
            row.list, row.path, row.consent, row.rows, counts[row.list], tuple(rejected[row.list])
        )
        for row in connection.execute(text(NEWEST))
    ]


CURRENT = """
WITH live AS (
  SELECT o.* FROM source AS o LEFT JOIN merge AS m ON m.id = o.merge_id WHERE m.undone_at IS NULL
), current AS (
  SELECT * FROM live WHERE id >= (
    SELECT MAX(whole.id) FROM live AS whole WHERE whole.list = live.list AND whole.supplement = 0)
)
"""
"""The last reading of each list, with what was added to it since."""

NEWEST = f"""
{CURRENT}
SELECT list, MAX(CASE WHEN supplement = 0 THEN path END) AS path, MIN(consent) AS consent, SUM(rows) AS rows FROM current GROUP BY list ORDER BY list
"""  # noqa: S608 - no value of anybody's

ROWS = f"""
{CURRENT}, person AS (
SELECT o.list, o.path, o.id AS source_id, r.line, r.part, p.key, p.standing, p.consent,
  (SELECT MIN(s.reason) FROM suppression AS s WHERE s.key = p.key) AS suppressed,
  ROW_NUMBER() OVER person AS place,
  FIRST_VALUE(o.list) OVER person AS first_list,
  FIRST_VALUE(r.line) OVER person AS first_line
FROM list_row AS r
JOIN current AS o ON o.id = r.source_id
JOIN subscriber AS p ON p.id = r.subscriber_id
WINDOW person AS (PARTITION BY r.subscriber_id ORDER BY CASE o.consent WHEN 'confirmed' THEN 0 ELSE 1 END, o.list, o.id, r.line, r.part)
)
SELECT list, path, source_id, line, part, NULL AS reason, key, standing, consent, suppressed, place, first_list, first_line FROM person
UNION ALL
SELECT o.list, o.path, o.id, j.line, 0, j.reason, NULL, NULL, NULL, NULL, 1, NULL, NULL
FROM reject AS j JOIN current AS o ON o.id = j.source_id
ORDER BY list, source_id, line, part
"""  # noqa: S608 - no value of anybody's
