"""Disks that are full, locked, read-only or shared: a sentence, an exit code, and nobody is lost."""

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from newsletter.config import load_settings, save_settings
from newsletter.sandbox import Sandbox, serve, settle
from tests.crash.project import ARTICLE, CONSENT, LETTER, PEOPLE

ROOT = Path(__file__).parents[2]
EVERYBODY = Counter(dict.fromkeys(PEOPLE, 1))
SEND = ("send", ARTICLE, "--yes")


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    with serve(tmp_path / "sandbox", outbox=False) as running:
        yield running


@pytest.fixture
def clinic(project: Path) -> Path:
    save_settings(
        project,
        {
            "sender": {"email": "news@clinic.example.com"},
            "clinic": {"postal_address": "1 Example Street, New Orleans, LA 70112"},
        },
    )
    (project / ARTICLE).write_text(LETTER)
    rows = [f"{address},{name},subscribed,2026-01-05" for address, name in PEOPLE.items()]
    lists = project / "subscribers"
    (lists / "people.csv").write_text("\n".join(["Email,First name,Status,Signed up", *rows, ""]))
    (lists / "people.toml").write_text(CONSENT)
    return project


def typed(folder: Path, sandbox: Sandbox, *words: str) -> tuple[int, str]:
    """The exit code of a command, and all it said."""
    done = subprocess.run(
        [sys.executable, "-m", "newsletter", *words],
        cwd=folder,
        env={
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
            "PYTHONPATH": str(ROOT),
            "SENDGRID_HOST": sandbox.url,
            "SENDGRID_API_KEY": "SG.disk",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
    )
    assert "Traceback" not in done.stdout
    return done.returncode, done.stdout


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A disk of a few megabytes, mounted where the store is kept."""
    folder.mkdir(exist_ok=True)
    mounted = ["mount", "-t", "tmpfs", "-o", "size=4m", "newsletter-test", str(folder)]
    if os.geteuid() or not shutil.which("mount") or subprocess.run(mounted, check=False).returncode:
        pytest.skip("only root may mount a small disk here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def fill(disk: Path, kilobytes: int) -> Path:
    """Leave so much room on the disk."""
    filler = disk / "filler"
    free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize - kilobytes * 1024
    filler.write_bytes(bytes(max(free, 0)))
    return filler


def released(sandbox: Sandbox) -> Counter[str]:
    return Counter(settle(sandbox.url).released)


@pytest.mark.slow
@pytest.mark.parametrize("kilobytes", [0, 32, 64, 96, 128, 192, 256])
def test_a_full_disk_is_said_and_afterwards_everybody_gets_it_once(
    clinic: Path, sandbox: Sandbox, kilobytes: int
) -> None:
    with small_disk(clinic / ".newsletter") as disk:
        assert typed(clinic, sandbox, "lists")[0] == 0
        filler = fill(disk, kilobytes)
        code, said = typed(clinic, sandbox, *SEND)
        if code:
            assert code == 3, said
            assert re.search("the disk (is|failed or is) full", said), said
        filler.unlink()
        code, said = typed(clinic, sandbox, *SEND)
        assert code == 0, said
        assert released(sandbox) == EVERYBODY


@pytest.mark.slow
def test_a_read_only_disk_is_said(clinic: Path, sandbox: Sandbox) -> None:
    with small_disk(clinic / ".newsletter") as disk:
        assert typed(clinic, sandbox, "lists")[0] == 0
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        code, said = typed(clinic, sandbox, *SEND)
        assert (code, "give yourself permission to write to this folder" in said) == (3, True), said
        subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
        assert typed(clinic, sandbox, *SEND)[0] == 0
        assert released(sandbox) == EVERYBODY


@pytest.mark.slow
def test_a_locked_store_is_said(clinic: Path, sandbox: Sandbox) -> None:
    assert typed(clinic, sandbox, "lists")[0] == 0
    path = load_settings(clinic, {"SENDGRID_HOST": sandbox.url}).store_address(practice=False)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        code, said = typed(clinic, sandbox, *SEND)
    assert (code, "another command is writing to it" in said) == (3, True), said
    assert typed(clinic, sandbox, *SEND)[0] == 0
    assert released(sandbox) == EVERYBODY


@pytest.mark.slow
def test_a_folder_that_a_cloud_shares_is_refused(
    clinic: Path, sandbox: Sandbox, tmp_path: Path
) -> None:
    shared = tmp_path / "Dropbox" / "newsletter"
    shutil.copytree(clinic, shared)
    code, said = typed(shared, sandbox, *SEND)
    assert (code, "move the project to a folder that stays on this computer" in said) == (1, True)
    assert released(sandbox) == Counter()
