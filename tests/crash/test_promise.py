"""The promise: whatever is killed, held up or lost on the way, nobody gets it twice and nobody is lost."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.engine("sqlite")
@pytest.mark.parametrize(
    "words",
    [
        pytest.param(("0-499",), id="one sender"),
        pytest.param(("0-39", "--workers"), id="three workers on PostgreSQL"),
    ],
)
def test_nobody_gets_it_twice_and_nobody_is_lost(words: tuple[str, ...], tmp_path: Path) -> None:
    said = tmp_path / "said.txt"
    command = [sys.executable, "-u", "-m", "tests.crash", *words]
    unmeasured = {name: one for name, one in os.environ.items() if not name.startswith("COVERAGE_")}
    with said.open("w") as file:
        done = subprocess.run(command, cwd=ROOT, env=unmeasured, stdout=file, stderr=file)
    assert done.returncode == 0, said.read_text()
