"""Setting up: where Python is missing or too old, one sentence says how to get it."""

import os
import shutil
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


PYTHON = """\
#!/bin/sh
echo "$*" >>"$LOG"
case "$*" in "-m venv --clear "*)
    mkdir -p "$4/bin"
    cp "$0" "$4/bin/python"
    if [ -n "$INTERRUPTED" ]; then kill -INT $$; fi
esac
"""


def made(folder: Path, tmp_path: Path, **more: str) -> int:
    """How often environments were made, after make was typed in *folder*."""
    log, python = tmp_path / "log", tmp_path / "python"
    environment = {**os.environ, "PYTHON": str(python), "LOG": str(log), "INTERRUPTED": "", **more}
    subprocess.run(["make", ".venv/ready"], cwd=folder, env=environment, capture_output=True)
    return log.read_text().count("-m venv --clear")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A clone in a folder as people call them, and a Python that only writes down what it is asked."""
    folder = tmp_path / "Bob's letters (new), #1"
    shutil.copytree(ROOT / ".ci", folder / ".ci")
    for name in ("Makefile", "requirements.txt", "pyproject.toml"):
        shutil.copy(ROOT / name, folder / name)
    (tmp_path / "python").write_text(PYTHON)
    (tmp_path / "python").chmod(0o755)
    return folder


def test_an_environment_is_made_once(folder: Path, tmp_path: Path) -> None:
    assert made(folder, tmp_path) == 1
    assert made(folder, tmp_path) == 1
    (folder / "requirements.txt").touch()
    assert made(folder, tmp_path) == 1


def test_an_environment_that_was_interrupted_is_made_anew(folder: Path, tmp_path: Path) -> None:
    assert made(folder, tmp_path, INTERRUPTED="yes") == 1
    assert (folder / ".venv" / "bin" / "python").is_file()
    assert made(folder, tmp_path) == 2


def test_in_a_folder_that_was_renamed_the_environment_is_made_anew(
    folder: Path, tmp_path: Path
) -> None:
    made(folder, tmp_path)
    renamed = folder.rename(tmp_path / "letters")
    assert made(renamed, tmp_path) == 2
    assert made(renamed, tmp_path) == 2


def test_an_environment_whose_python_is_gone_is_made_anew(folder: Path, tmp_path: Path) -> None:
    made(folder, tmp_path)
    (folder / ".venv" / "bin" / "python").unlink()
    assert made(folder, tmp_path) == 2
