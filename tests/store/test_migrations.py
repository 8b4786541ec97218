"""The migrations: from any version to this one, with everything that was in the store."""

import shutil
import sqlite3
import stat
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, select, text

from newsletter.errors import NewsletterError, ServiceFailed
from newsletter.store import SPELLING, Store, change, metadata, open_store, subscriber
from newsletter.store.migrating import MIGRATIONS, VERSION, VERSIONS, copies, upgrade
from tests.store.shape import shape

HERE = Path(__file__).parent


@pytest.fixture
def early(tmp_path: Path) -> Path:
    """A store from before the versions, with something in every table."""
    path = tmp_path / "early.db"
    with closing(sqlite3.connect(path)) as driver:
        driver.executescript((HERE / "before_versions.sql").read_text())
        driver.commit()
    return path


@pytest.fixture
def migrated(early: Path) -> Iterator[Store]:
    opened = open_store(early)
    yield opened
    opened.close()


def contents(path: Path, like: Path | None = None) -> dict[str, list[object]]:
    """Every row of every table; with *like*, only the tables and columns that are in that file too."""
    return _contents(path, _columns(like or path))


def _contents(path: Path, columns: dict[str, list[str]]) -> dict[str, list[object]]:
    with closing(sqlite3.connect(path)) as driver:
        query = "SELECT {0} FROM {1} ORDER BY {0}"
        return {
            table: driver.execute(query.format(", ".join(names), table)).fetchall()
            for table, names in columns.items()
        }


def _columns(path: Path) -> dict[str, list[str]]:
    with closing(sqlite3.connect(path)) as driver:
        rows = driver.execute(
            "SELECT t.name, c.name FROM sqlite_master AS t, pragma_table_info(t.name) AS c "
            "WHERE t.type = 'table' AND t.name <> 'alembic_version'"
        ).fetchall()
    return {table: [column for name, column in rows if name == table] for table, _ in rows}


def drafted(connection: Connection) -> set[str]:
    """The shape that the definitions of the tables give, made in place of what is there."""
    metadata.drop_all(connection)
    metadata.create_all(connection)
    return shape(connection)


def test_migrations_lead_to_the_tables_that_the_program_defines(store: Store) -> None:
    with store.write() as connection:
        metadata.drop_all(connection)
        VERSION.drop(connection)
        upgrade(connection)
        found = compare_metadata(MigrationContext.configure(connection), metadata)
        assert found == [], 'a migration is missing: make migration m="what it brings"'
        reached, wanted = shape(connection), drafted(connection)
        assert (reached - wanted, wanted - reached) == (set(), set()), "a migration is incomplete"


def test_a_new_store_is_at_the_newest_version(store: Store) -> None:
    with store.write() as connection:
        reached = MigrationContext.configure(connection)
        assert reached.get_current_revision() == VERSIONS[-1]
        assert compare_metadata(reached, metadata) == []


def test_a_store_from_before_the_versions_gets_the_same_tables(migrated: Store) -> None:
    with migrated.write() as connection:
        assert shape(connection) == drafted(connection)


def test_tables_that_were_not_there_yet_are_made(early: Path) -> None:
    with closing(sqlite3.connect(early)) as driver:
        driver.execute("DROP TABLE change")
        driver.commit()
    opened = open_store(early)
    with opened.write() as connection:
        assert shape(connection) == drafted(connection)
    opened.close()


def test_migrating_keeps_everything(early: Path, tmp_path: Path) -> None:
    before = shutil.copy(early, tmp_path / "before.db")
    open_store(early).close()
    assert kept(early, like=before) == kept(before)
    assert all(contents(before).values())


NEW_SHAPES = ("list_row", "change")
"""Tables whose rows moved to other columns: tests of their own look at them, and at the spelling of addresses."""


def kept(path: Path, like: Path | None = None) -> dict[str, list[object]]:
    columns = _columns(like or path)
    for table in NEW_SHAPES:
        del columns[table]
    columns["subscriber"].remove("address")
    return _contents(path, columns)


def test_an_address_that_is_spelt_as_its_key_is_stored_once(early: Path) -> None:
    with closing(sqlite3.connect(early)) as driver:
        row = (2, 2, 1, 3, "address", "Bob@example.com", "bob@example.com", 5)
        driver.execute("INSERT INTO change VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
        driver.commit()
    opened = open_store(early)
    with opened.read() as connection:
        query = select(subscriber.c.address, SPELLING).order_by(subscriber.c.id)
        assert connection.execute(query).all() == [
            ("Ada@example.com", "Ada@example.com"),
            ("", "bob@example.com"),
        ]
        assert connection.execute(select(change.c.was, change.c.now)).all() == [
            ('{"address":"Bob@example.com"}', '{"address":""}')
        ]
    opened.close()


def test_rows_and_changes_of_lists_find_their_new_places(early: Path) -> None:
    with closing(sqlite3.connect(early)) as driver:
        driver.execute("INSERT INTO change VALUES (2, 1, 1, 2, 'city', '', 'Gretna', 5)")
        driver.commit()
    open_store(early).close()
    after = contents(early)
    assert after["list_row"] == [(1, 1, 2, 0), (1, 2, 3, 0)]
    assert after["reject"] == [(1, 1, 4, "no address")]
    assert after["merge"] == [(1, 1790000000, None)]
    assert after["change"] == [(1, 1, 1, '{"city":""}', '{"city":"Gretna"}', 5)]
    with closing(sqlite3.connect(early)) as driver:
        assert driver.execute("SELECT id, merge_id FROM subscriber").fetchall() == [
            (1, 1),
            (2, None),
        ]
        assert driver.execute("SELECT merge_id FROM source").fetchall() == [(1,)]
        assert driver.execute(
            "SELECT seq FROM sqlite_sequence WHERE name = 'subscriber'"
        ).fetchall() == [(2,)]


def test_a_copy_of_the_file_as_it_was_stays_beside_it(early: Path) -> None:
    before = contents(early)
    early.with_suffix(".before-0000.db").touch()
    told = []
    for _time in range(2):
        open_store(early, older=lambda: told.append("once")).close()
    assert told == ["once"]
    (copy,) = copies(early)
    assert copy.name == f"early.before-{VERSIONS[-1]}.db"
    assert contents(copy) == before
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600


def test_a_new_store_needs_no_copy(tmp_path: Path) -> None:
    open_store(tmp_path / "new.db", older=pytest.fail).close()
    assert copies(tmp_path / "new.db") == []


def test_references_are_guarded_again_after_migrating(migrated: Store) -> None:
    with migrated.read() as connection:
        assert connection.scalar(text("PRAGMA foreign_keys")) == 1


def test_a_migration_that_fails_changes_nothing(early: Path) -> None:
    with closing(sqlite3.connect(early)) as driver:
        driver.execute(
            "INSERT INTO consent_log VALUES (2, 9, 'confirmed', 1, '', '', '')"
        )  # of nobody
        driver.commit()
    before = contents(early)
    with pytest.raises(
        ServiceFailed, match="a row of consent_log belongs to none of subscriber; nothing"
    ):
        open_store(early)
    assert contents(early) == before


def test_a_store_of_a_newer_program_is_refused(store: Store) -> None:
    with store.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(NewsletterError, match=r"a newer program made this store \(version 9999;"):
        open_store(store.address)


def test_two_that_open_a_store_at_once_migrate_it_once(early: Path) -> None:
    opened: list[Store] = []
    threads = [threading.Thread(target=lambda: opened.append(open_store(early))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(opened) == 4
    for store in opened:
        with store.read() as connection:
            assert connection.scalars(text("SELECT version_num FROM alembic_version")).all() == [
                VERSIONS[-1]
            ]
        store.close()


def test_the_versions_are_one_line_and_named_after_their_files() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    script = ScriptDirectory.from_config(config)
    assert tuple(found.revision for found in script.walk_revisions())[::-1] == VERSIONS
