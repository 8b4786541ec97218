"""This module runs commands in a clinic's folder, against a sandbox of its own."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from newsletter.cli.group import newsletter
from newsletter.sandbox import Record, Sandbox, messages, serve
from newsletter.store import Address

ROOT = Path(__file__).parents[2]
ARTICLE = "content/strength-training-for-back-pain.md"


@dataclass(frozen=True)
class Ran:
    """What a command said and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Ran]


@pytest.fixture
def clinic(project: Path, address: Address) -> Path:
    """The project as cloned: the sample edition and the sample lists; stores are at *address*."""
    if not isinstance(address, Path):
        settings = project / "newsletter.toml"
        settings.write_text(f'database = "{address}"\n{settings.read_text()}')
    shutil.copytree(ROOT / "content" / "pictures", project / "content" / "pictures")
    shutil.copy(ROOT / ARTICLE, project / ARTICLE)
    shutil.copytree(ROOT / "subscribers" / "sample", project / "subscribers" / "sample")
    return project


@pytest.fixture
def sandbox(clinic: Path) -> Iterator[Sandbox]:
    with serve(clinic / ".newsletter" / "sandbox") as running:
        yield running


@pytest.fixture
def run(clinic: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Type a command in the clinic's folder; without a key, unless *key* is given."""
    monkeypatch.chdir(clinic)
    for name in ("SENDGRID_API_KEY", "SENDGRID_HOST", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)

    def ran(*words: str, typed: str | None = None, key: str = "", host: str = "") -> Ran:
        environment = {"SENDGRID_API_KEY": key or None, "SENDGRID_HOST": host or None}
        done = CliRunner(env=environment).invoke(
            newsletter, words, input=typed, prog_name="newsletter"
        )
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return Ran(done.exit_code, done.stdout, done.stderr)

    return ran


def mails(sandbox: Sandbox) -> list[Record]:
    """Every message the sandbox took in."""
    return messages(sandbox.folder)


def delivered(sandbox: Sandbox) -> list[str]:
    """The addresses that got mail, sorted."""
    return sorted(record.address for record in mails(sandbox) if record.state == "delivered")
