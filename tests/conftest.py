"""This module gives every test a project folder, its settings and an open store of their own.

``pytest --database both`` runs each test that opens a store on SQLite and on PostgreSQL.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as examples

from newsletter.config import Settings, load_settings
from newsletter.store import Address, Store, open_store
from tests import engines

ROOT = Path(__file__).parent.parent
examples.register_profile("any", deadline=None, suppress_health_check=[HealthCheck.too_slow])
examples.load_profile("any")  # a busy computer finds no faults
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"  # never a Mac's own keychain


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database", choices=engines.CHOICES, default="sqlite", help="where stores are kept"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Start the server in the process that starts the workers: they find it by the environment."""
    wanted = "postgresql" in _chosen(config)
    if wanted and engines.VARIABLE not in os.environ and not hasattr(config, "workerinput"):
        config.add_cleanup(engines.start_server())


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "engine" in metafunc.fixturenames:
        metafunc.parametrize("engine", _chosen(metafunc.config))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A test that opens no store runs with SQLite; one marked engine("…") only on that engine."""
    fitting = [item for item in items if _engine(item) in _chosen(config)]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(fitting)])
    items[:] = fitting


def _chosen(config: pytest.Config) -> tuple[str, ...]:
    return engines.CHOICES[config.getoption("database")]


def _engine(item: pytest.Item) -> str | None:
    """The engine that the test runs on; None where it is marked for another."""
    runs_on: str = (
        getattr(item, "callspec", None) and item.callspec.params.get("engine")
    ) or "sqlite"
    only = item.get_closest_marker("engine")
    return runs_on if only is None or runs_on in only.args else None


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
def address(engine: str, project: Path) -> Iterator[Address]:
    """Where the test may make a store."""
    made = engines.new_address(engine, project / ".newsletter")
    yield made
    engines.clear(made)


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of SQLite without anything in it: a copy is there ten times as soon as one that is made."""
    path = tmp_path_factory.mktemp("empty") / "newsletter.db"
    open_store(path).close()
    return path


@pytest.fixture
def store(address: Address, empty_store: Path) -> Iterator[Store]:
    if isinstance(address, Path):
        address.parent.mkdir(exist_ok=True)
        shutil.copy(empty_store, address)
    opened = open_store(address)
    yield opened
    opened.close()
