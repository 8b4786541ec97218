"""This module tells how a list is read, and what in it is worth a second look; it changes nothing."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from newsletter.audience.columns import asks_in_vain
from newsletter.audience.encoding import SPOKEN
from newsletter.audience.read import ListFile, Rejected, Row, read_rows

SIGNS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
MOST_NAMED = 20


@dataclass(frozen=True)
class Survey:
    """The rows of one list: by what they say, the rejected ones (line and reason), and flags with some addresses."""

    rows: int
    people: int
    said: Mapping[str, int]
    rejected: int
    reasons: tuple[tuple[int, str], ...]
    flags: Mapping[str, int]
    flagged: Mapping[str, tuple[str, ...]]


def survey(listed: ListFile) -> Survey:
    """Read the whole list, and count; raises Problems where it breaks off."""
    said, flags = Counter[str](), Counter[str]()
    reasons: list[tuple[int, str]] = []
    flagged: dict[str, list[str]] = {}
    rows = people = rejected = 0
    for row in read_rows(listed):
        rows += not (isinstance(row, Row) and row.part)
        if isinstance(row, Rejected):
            rejected += 1
            if len(reasons) < MOST_NAMED:
                reasons.append((row.line, row.reason))
            continue
        people += 1
        said[_said(row)] += 1
        for flag in row.flags:
            flags[flag] += 1
            if flags[flag] <= MOST_NAMED:
                flagged.setdefault(flag, []).append(row.address)
    some = {flag: tuple(found) for flag, found in sorted(flagged.items())}
    return Survey(rows, people, dict(said), rejected, tuple(reasons), dict(flags), some)


def _said(row: Row) -> str:
    if row.standing != "subscribed":
        return row.standing
    return {"confirmed": "agreed", "unconfirmed": "not confirmed", "none": "no consent"}[
        row.consent
    ]


def how_read(listed: ListFile) -> dict[str, str]:
    """How a list is written and what its columns are taken for, in words."""
    found = {"written as": _form(listed)}
    if listed.tool:
        found["looks like"] = f"an export of {listed.tool.name}"
    for ours, place in listed.columns.items():
        others = "".join(
            f", else {_heading(listed, at)}" for at in listed.layout.also.get(place, ())
        )
        found[ours.replace("_", " ")] = _heading(listed, place) + others
    if listed.layout.tags:
        found["tags"] = ", ".join(_heading(listed, place) for place in listed.layout.tags)
    if asks_in_vain(listed.tool, listed.layout, listed.basis):
        found["what they want"] = "it does not say who agreed; export it with that column"
    elif listed.layout.said:
        told = ", ".join(_heading(listed, place) for _kind, place in listed.layout.said)
        found["what they want"] = told
    elif listed.tool and listed.tool.standing != "subscribed":
        found["what they want"] = f"all are {listed.tool.standing}"
    elif listed.basis.standing:
        found["what they want"] = f"all are {listed.basis.standing}"
    if set(listed.columns) & {"signed_up", "consent_at", "updated_at", "left_at"}:
        found["days"] = "day before month" if listed.day_first else "month before day, or by name"
    return found | _not_read(listed)


def _not_read(listed: ListFile) -> dict[str, str]:
    found = {}
    if listed.other_sheets:
        found["not read"] = f"{_sheets(listed)}: addresses stand there too"
    elif listed.other_columns:
        found["not read"] = f"addresses under {_few([*listed.other_columns])}"
    if listed.hidden:
        found["hidden"] = f"rows that Excel does not show, read like the others: {listed.hidden:,}"
    passed = [word for word in listed.layout.passed if word not in listed.unread]
    if passed:
        found["passed over"] = _few(passed)
    if listed.unread:
        found["never read"] = (
            f"{_few(listed.unread)}: clinical (HIPAA), or may show who is a patient"
        )
    return found


def in_short(listed: ListFile) -> str:
    """The same in one sentence."""
    tool = f", as {listed.tool.name} exports it" if listed.tool else ""
    standing = listed.basis.standing
    all_are = f"; all are {standing}" if standing not in ("", "subscribed") else ""
    others = f"; not read: {_sheets(listed)}" if listed.other_sheets else ""
    return f"{listed.name}: {_form(listed)}{tool}; addresses from {_heading(listed, listed.columns['address'])}{all_are}{others}"


def _sheets(listed: ListFile) -> str:
    return ", ".join(f'sheet "{name}"' for name in listed.other_sheets)


def _heading(listed: ListFile, place: int) -> str:
    return f'"{listed.header[place]}"'


def _form(listed: ListFile) -> str:
    if listed.form == "workbook":
        return f'workbook, sheet "{listed.sheet}"'
    if listed.form == "addresses":
        return "addresses, one after another"
    if not listed.form.endswith("text"):
        return listed.form.replace("json", "JSON")
    sign = SIGNS.get(listed.delimiter, f'"{listed.delimiter}" between cells')
    lines = "line" if listed.broken == 1 else "lines"
    broken = f" but for {listed.broken:,} {lines}, mended" if listed.broken else ""
    within = ", each line within quotation marks" if listed.form == "quoted text" else ""
    return f"text with {sign}{within}, {SPOKEN.get(listed.encoding, listed.encoding)}{broken}"


def _few(words: list[str] | tuple[str, ...]) -> str:
    more = f" and {len(words) - MOST_NAMED:,} more" if len(words) > MOST_NAMED else ""
    return ", ".join(words[:MOST_NAMED]) + more
