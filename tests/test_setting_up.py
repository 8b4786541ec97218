"""Setting up: where Python is missing or too old, one sentence says how to get it."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ("exit 1", "Python 3.11 or newer is missing"),
        ('case "$*" in *ensurepip*) exit 1;; esac', "Python's venv module is missing"),
    ],
    ids=["python too old", "no venv"],
)
def test_what_is_missing_is_said_in_one_sentence(
    tmp_path: Path, answers: str, sentence: str
) -> None:
    python = tmp_path / "python3"
    python.write_text(f"#!/bin/sh\n{answers}\n")
    python.chmod(0o755)
    done = subprocess.run(
        ["/bin/sh", str(ROOT / ".ci" / "venv"), str(tmp_path / "venv"), "requirements.txt"],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith(sentence)
    assert done.stderr.count("\n") == 1
    assert "and type the same command again" in done.stderr
