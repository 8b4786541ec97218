"""The command as it is typed, in processes of their own."""

import subprocess
import sys
from pathlib import Path

from newsletter.sandbox import Sandbox, skip

from .conftest import ARTICLE, delivered


def start(clinic: Path, *words: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "newsletter", *words],
        cwd=clinic,
        env={"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_two_sends_at_once_reach_everybody_once(clinic: Path, sandbox: Sandbox) -> None:
    both = [start(clinic, "send", ARTICLE, "--practice", "--yes") for _ in range(2)]
    said = [one.communicate(timeout=60) for one in both]
    assert [one.returncode for one in both] == [0, 0], said
    skip(sandbox.url, 3600)
    assert len(delivered(sandbox)) == len(set(delivered(sandbox))) == 18
    assert len(list((sandbox.folder / "outbox").rglob("*.eml"))) == 18
