"""This module gives every test a project folder, its settings and an open store of their own."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from newsletter.config import Settings, load_settings
from newsletter.store import Store, open_store

ROOT = Path(__file__).parent.parent
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"  # never a Mac's own keychain


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder as a new user has it: settings, templates, an empty content and subscribers folder."""
    root = tmp_path / "project"
    root.mkdir()
    shutil.copy(ROOT / "newsletter.toml", root)
    shutil.copytree(ROOT / "templates", root / "templates")
    (root / "content").mkdir()
    (root / "subscribers").mkdir()
    return root


@pytest.fixture
def settings(project: Path) -> Settings:
    return load_settings(project, {})


@pytest.fixture
def store(project: Path) -> Iterator[Store]:
    opened = open_store(project / ".newsletter" / "test.db")
    yield opened
    opened.close()
