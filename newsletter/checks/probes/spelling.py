"""This module asks codespell for misspellings: a program of its own, run beside us."""

import re
import subprocess
import sys
from importlib.util import find_spec

from newsletter.checks.draft import Draft
from newsletter.checks.evidence import Misspelling, Unverified
from newsletter.checks.rules.text import prose

SECONDS = 20
FOUND = re.compile(r"^\t(\S+) ==> (.+)$", re.MULTILINE)


def ask_codespell(draft: Draft) -> tuple[Misspelling, ...] | Unverified:
    """Misspellings of the article, its title, subject and preheader (English)."""
    edition = draft.edition
    if edition.language[:2] != "en":
        return Unverified(
            f"spelling is checked in English only, this is “{edition.language}”",
            "read it once more",
        )
    if find_spec("codespell_lib") is None:
        return Unverified(
            "codespell is not installed", "install it: .venv/bin/pip install codespell"
        )
    words = "\n".join((edition.title, edition.subject, edition.preheader, prose(edition.body)))
    try:
        done = subprocess.run(
            [sys.executable, "-m", "codespell_lib", "-"],
            input=words, capture_output=True, text=True, encoding="utf-8", timeout=SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return Unverified(f"codespell did not answer within {SECONDS} seconds", "try again later")
    found = FOUND.findall(done.stdout)
    if done.returncode and not found:
        return Unverified(f"codespell failed: {done.stderr.strip()[-200:]}", "try again")
    return tuple(
        dict.fromkeys(Misspelling(word, " or ".join(meant.split(", "))) for word, meant in found)
    )
