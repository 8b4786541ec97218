"""The promise: whatever is killed, held up or lost on the way, nobody gets it twice and nobody is lost."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
@pytest.mark.timeout(2400)
@pytest.mark.engine("sqlite")
@pytest.mark.parametrize(
    "words",
    [
        pytest.param(("0-59",), id="one sender"),
        pytest.param(("0-11", "--workers"), id="three workers on PostgreSQL"),
    ],
)
def test_nobody_gets_it_twice_and_nobody_is_lost(words: tuple[str, ...]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.crash", *words],
        cwd=ROOT,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout
