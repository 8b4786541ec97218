"""The store: what it promises of disks, folders and two at once."""

import os
import threading
from array import array
from pathlib import Path

import pytest
from sqlalchemy import delete, func, insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from newsletter.errors import NewsletterError, ServiceFailed
from newsletter.store import (
    Store,
    insert_lines,
    insert_numbers,
    list_row,
    open_store,
    refuse_shared_folder,
    rows_of,
    suppression,
)

SOMEBODY = {"key": "a@example.com", "reason": "unsubscribed", "origin": "test", "at": 1}


def count(store: Store) -> int:
    with store.read() as connection:
        return len(connection.execute(select(suppression)).all())


def test_what_is_written_is_there_when_opened_again(store: Store) -> None:
    with store.write() as connection:
        connection.execute(insert(suppression), [SOMEBODY])
    again = open_store(store.address)
    assert count(again) == 1
    again.close()


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize("name", ["What's new? (2026)", "100% #1 [a] {b}", "a&b=c;d"])
def test_the_file_lies_where_it_was_told_whatever_the_folder_is_called(
    tmp_path: Path, name: str
) -> None:
    opened = open_store(tmp_path / name / "practice.db")
    with opened.write() as connection:
        connection.execute(insert(suppression), [SOMEBODY])
    assert count(opened) == 1
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name / "practice.db").is_file()
    opened.close()


def test_a_failure_leaves_nothing_half_done(store: Store) -> None:
    twice = [SOMEBODY, SOMEBODY]
    with pytest.raises(IntegrityError), store.write() as connection:
        connection.execute(insert(suppression), twice)
    assert count(store) == 0


@pytest.mark.engine("sqlite")
def test_it_survives_a_power_cut_and_guards_its_references(store: Store) -> None:
    with store.read() as connection:
        found = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_readers_do_not_wait_for_a_writer(store: Store) -> None:
    with store.write() as connection:
        connection.execute(insert(suppression), [SOMEBODY])
        assert count(store) == 0
    assert count(store) == 1


def test_a_second_writer_waits_for_the_first(store: Store) -> None:
    other = open_store(store.address)
    done = threading.Event()

    def write() -> None:
        with other.write() as connection:
            connection.execute(insert(suppression), [{**SOMEBODY, "key": "b@example.com"}])
        done.set()

    with store.write() as connection:
        connection.execute(insert(suppression), [SOMEBODY])
        thread = threading.Thread(target=write)
        thread.start()
        assert not done.wait(0.2)
    thread.join()
    assert count(store) == 2
    other.close()


def test_a_wrong_word_in_a_state_is_refused(store: Store) -> None:
    with pytest.raises(Exception, match=r"(?i)check constraint"), store.write() as connection:
        connection.execute(insert(suppression), [{**SOMEBODY, "reason": "bored"}])


@pytest.mark.parametrize(
    "folder",
    [
        "Dropbox/news",
        "OneDrive - Clinic/news",
        "Google Drive/news",
        "Library/Mobile Documents/news",
        "Nextcloud",
    ],
)
def test_a_synced_folder_is_refused(tmp_path: Path, folder: str) -> None:
    with pytest.raises(NewsletterError, match=r"synced by .*; move the project to a folder"):
        open_store(tmp_path / folder / "s.db")
    assert not (tmp_path / folder).exists()


def test_a_network_drive_is_refused(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(
        f"/dev/sda1 / ext4 rw 0 0\nserver:/share {tmp_path}/sha\\040red nfs4 rw 0 0\n"
    )
    with pytest.raises(NewsletterError, match="network drive, where SQLite cannot lock safely"):
        refuse_shared_folder(tmp_path / "sha red" / "s.db", mounts)
    refuse_shared_folder(tmp_path / "local" / "s.db", mounts)
    refuse_shared_folder(tmp_path / "local" / "s.db", tmp_path / "no-such-file")


def test_a_file_that_is_no_store_is_told(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    path.write_bytes(b"this is a letter to grandmother, not a database at all" * 100)
    with pytest.raises(ServiceFailed, match="it is no newsletter store; put a backup in its place"):
        open_store(path)


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ServiceFailed, match="it is in a place that is no folder"):
        open_store(tmp_path / "file" / "s.db")


@pytest.mark.engine("sqlite")
def test_a_full_disk_is_a_sentence_and_nothing_is_lost(store: Store) -> None:
    with store.write() as connection:
        connection.execute(insert(suppression), [SOMEBODY])
    with store.read() as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar()
    with pytest.raises(ServiceFailed, match="the disk is full; make room"):
        _overfill(store, pages)
    assert count(store) == 1


def _overfill(store: Store, pages: int) -> None:
    many = [{**SOMEBODY, "key": "x" * 10_000 + str(number)} for number in range(50)]
    with store.write() as connection:
        connection.execute(text(f"PRAGMA max_page_count = {pages}"))
        connection.execute(insert(suppression), many)


def test_a_locked_store_is_a_sentence(store: Store) -> None:
    impatient = open_store(store.address, patience=0.05)
    with (
        store.write(),
        pytest.raises(ServiceFailed, match="another command is writing to it"),
        impatient.write(),
    ):
        pass
    impatient.close()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(ServiceFailed, match="give yourself permission"):
        open_store(tmp_path / "new" / "s.db")


COLUMNS = ("key", "reason", "origin", "at")


def test_lines_become_rows_with_all_that_is_in_them(store: Store) -> None:
    rows = [
        (f"a{number}@example.com", "bounced", 'a \\ and a "b"' if number % 2 else "", number, 7)
        for number in range(250)
    ]
    with store.write() as connection:
        insert_lines(
            connection,
            suppression,
            COLUMNS,
            "".join(
                f"{key}\t{why}\t{origin}\t  {at}\n" for key, why, origin, at, _campaign in rows
            ),
            {"campaign_id": 7},
        )
        insert_lines(connection, suppression, COLUMNS, "", {})
    with store.read() as connection:
        query = select(*(suppression.c[name] for name in (*COLUMNS, "campaign_id")))
        found = connection.execute(query.order_by(suppression.c.at))
        assert [tuple(row) for row in found] == rows


def test_numbers_become_rows(store: Store) -> None:
    with store.write() as connection:
        for always in ({"source_id": 3}, {"source_id": 4, "part": 1}):
            pairs = array("q", range(500))
            insert_numbers(connection, list_row, ("subscriber_id", "line"), pairs, always)
        insert_numbers(connection, list_row, ("subscriber_id", "line"), array("q"), {})
        with pytest.raises(ValueError, match="no rows of 2"):
            insert_numbers(connection, list_row, ("subscriber_id", "line"), array("q", [1]), {})
    with store.read() as connection:
        found = [tuple(row) for row in connection.execute(select(list_row))]
    pairs_of = [(number, number + 1) for number in range(0, 500, 2)]
    assert found == [(3, *pair, 0) for pair in pairs_of] + [(4, *pair, 1) for pair in pairs_of]


@pytest.mark.engine("sqlite")
def test_a_person_is_found_without_going_through_all_rows(store: Store) -> None:
    with store.read() as connection:
        query = select(list_row).where(rows_of([7])).compile(compile_kwargs={"literal_binds": True})
        (plan, *_subqueries) = connection.execute(text(f"EXPLAIN QUERY PLAN {query}"))
    assert plan[3] == "SEARCH list_row USING PRIMARY KEY (source_id=? AND subscriber_id=?)"


@pytest.mark.parametrize("line", ["a@example.com\tbounced\tx\ty\t1\n", "a@example.com\tbounced\n"])
def test_a_line_with_a_value_too_many_or_too_few_is_refused(store: Store, line: str) -> None:
    with pytest.raises(ValueError, match="has not 4 values"), store.write() as connection:
        insert_lines(connection, suppression, COLUMNS, f"b@example.com\tbounced\tx\t1\n{line}", {})
    with store.read() as connection:
        assert connection.scalar(select(func.count()).select_from(suppression)) == 0


def test_what_failed_in_the_database_names_nobody(store: Store) -> None:
    query = text("SELECT 1 FROM nowhere WHERE key = :key")
    with pytest.raises(DBAPIError) as failed, store.read() as connection:
        connection.execute(query, {"key": "ada@example.com"})
    assert "nowhere" in str(failed.value)
    assert "ada@" not in str(failed.value)


@pytest.mark.engine("sqlite")
def test_remains_of_what_was_deleted_long_ago_can_be_forgotten_for_good(store: Store) -> None:
    with store.write() as connection:
        connection.execute(
            insert(suppression), [SOMEBODY | {"key": f"{n}@example.com"} for n in range(500)]
        )
    with store.write() as connection:
        connection.exec_driver_sql("PRAGMA secure_delete=OFF")  # as most computers have it
        connection.execute(delete(suppression).where(suppression.c.key != "7@example.com"))
    file = Path(str(store.address))
    store.forget_for_good(lambda _file: False)
    assert b"499@example.com" in file.read_bytes()
    store.forget_for_good(lambda file: b"499@example.com" in file.read())
    assert b"499@example.com" not in file.read_bytes()
    assert count(store) == 1


@pytest.mark.engine("sqlite")
def test_a_log_that_somebody_reads_is_said_not_to_be_empty(store: Store) -> None:
    with store.write() as connection:
        connection.execute(insert(suppression), [SOMEBODY])
    impatient = open_store(store.address, patience=0.1)
    with store.read() as connection:
        connection.execute(select(suppression)).all()
        with pytest.raises(ServiceFailed, match="type the same command again when that has ended"):
            impatient.forget_for_good(lambda _file: False)
    impatient.close()
