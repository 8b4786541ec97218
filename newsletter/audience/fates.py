"""This module tells what became of every row of every list; the sum always adds up."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from newsletter.audience.address import SAMPLE_KEYS, is_sample
from newsletter.audience.stage import ERASED

FATES = ("taken", "merged into", "suppressed", "no consent", "sample address", "rejected")

AT_ONCE = 1_000


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
    for row in connection.execute(text(ROWS), execution_options={"yield_per": AT_ONCE}):
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
    """A report for each list, in the order of their names: fates() counted, which the database does much faster."""
    counts: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(FATES, 0))
    for name, fate, number in connection.execute(text(COUNTS), {"samples": int(samples)}):
        counts[name][fate] += number
    for name, rows in connection.execute(text(TAKEN_ROWS)):
        counts[name]["merged into"] = rows - sum(counts[name].values())
    rejected: dict[str, list[Fate]] = defaultdict(list)
    for row in connection.execute(text(f"{CURRENT}{REJECTED}{IN_ORDER}")):
        counts[row.list]["rejected"] += 1
        rejected[row.list].append(Fate(row.list, row.line, "rejected", row.reason, row.path))
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

READ_AGAIN = f"""j.reason <> '{ERASED}' AND EXISTS (SELECT 1 FROM current AS later WHERE later.list = o.list AND later.id > o.id)"""  # noqa: S608 - no value of anybody's
"""Whether a rejected row was given back to be put right, and is among the rows that came in since."""

NEWEST = f"""
{CURRENT}, again AS (
  SELECT o.list, COUNT(*) AS rows FROM reject AS j JOIN current AS o ON o.id = j.source_id WHERE {READ_AGAIN} GROUP BY o.list
)
SELECT o.list, MAX(CASE WHEN o.supplement = 0 THEN o.path END) AS path, MIN(o.consent) AS consent,
  SUM(o.rows) - COALESCE(MAX(again.rows), 0) AS rows
FROM current AS o LEFT JOIN again ON again.list = o.list GROUP BY o.list ORDER BY o.list
"""  # noqa: S608 - no value of anybody's

BEST_FIRST = "CASE o.consent WHEN 'confirmed' THEN 0 ELSE 1 END, o.list, o.id"

REJECTED = f"""
SELECT o.list, o.path, o.id AS source_id, j.line, 0 AS part, j.reason, NULL AS key, NULL AS standing, NULL AS consent,
  NULL AS suppressed, 1 AS place, NULL AS first_list, NULL AS first_line
FROM reject AS j JOIN current AS o ON o.id = j.source_id WHERE NOT ({READ_AGAIN})
"""  # noqa: S608 - no value of anybody's

IN_ORDER = "ORDER BY list, source_id, line, part"

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
WINDOW person AS (PARTITION BY r.subscriber_id ORDER BY {BEST_FIRST}, r.line, r.part)
)
SELECT list, path, source_id, line, part, NULL AS reason, key, standing, consent, suppressed, place, first_list, first_line FROM person
UNION ALL
{REJECTED}
{IN_ORDER}
"""  # noqa: S608 - no value of anybody's

COUNTS = f"""
{CURRENT}, ranked AS (
  SELECT o.id, o.list, ROW_NUMBER() OVER (ORDER BY {BEST_FIRST}) AS place FROM current AS o
), person AS (
  SELECT r.subscriber_id, MIN(o.place) AS place
  FROM list_row AS r JOIN ranked AS o ON o.id = r.source_id GROUP BY r.subscriber_id
)
SELECT o.list, CASE
  WHEN p.standing <> 'subscribed' OR EXISTS (SELECT 1 FROM suppression AS s WHERE s.key = p.key) THEN 'suppressed'
  WHEN p.consent <> 'confirmed' THEN 'no consent'
  WHEN :samples = 0 AND ({" OR ".join(f"p.key LIKE '{key}'" for key in SAMPLE_KEYS)}) THEN 'sample address'
  ELSE 'taken' END AS fate, COUNT(*)
FROM person JOIN ranked AS o ON o.place = person.place JOIN subscriber AS p ON p.id = person.subscriber_id
GROUP BY o.list, fate
"""  # noqa: S608 - no value of anybody's
"""People by what became of the first row of theirs; all their others were merged into that."""

TAKEN_ROWS = f"""
{CURRENT}
SELECT o.list, COUNT(*) FROM list_row AS r JOIN current AS o ON o.id = r.source_id GROUP BY o.list
"""  # noqa: S608 - no value of anybody's
