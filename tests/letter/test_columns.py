"""Short columns of a table stay whole on a narrow phone, as long as it has room for all of them."""

import re

import pytest

from newsletter.letter import Reader

from .conftest import Write

TABLES = {
    "times": ("| Time | Class |\n|---|---|\n| 10:15 | A strong back |", ["Time", "10:15"]),
    "an empty cell": ("| Day | Class |\n|---|---|\n| | A strong back |", ["Day", ""]),
    "bold": ("| Day | Class |\n|---|---|\n| **Mon** | A strong back |", ["Day", "Mon"]),
    "running words alone": ("| At what time | Which class |\n|---|---|\n| 10:15 | Balance |", []),
    "a long word": (f"| Time | Class |\n|---|---|\n| {'m' * 20} | A strong back |", []),
    "no room for all": (
        "| Mon | Tue | Wed | Thu | Fri |\n|---|---|---|---|---|\n" + "| 10:15 " * 5 + "|",
        [],
    ),
    "a reader's value": (
        '| City | Class |\n|---|---|\n| {{ reader.city | default("x", true) }} | A strong back |',
        [],
    ),
}


@pytest.mark.parametrize(("table", "whole"), TABLES.values(), ids=TABLES)
def test_a_short_column_is_not_broken(bare: Write, table: str, whole: list[str]) -> None:
    html = bare(f"{table}\n").view(Reader()).html
    cells = re.findall(r"<t[hd][^>]* nowrap=\"nowrap\"[^>]*>(.*?)</t[hd]>", html)
    assert [re.sub(r"<[^>]*>", "", cell) for cell in cells] == whole
