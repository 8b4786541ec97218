"""PostgreSQL: it keeps what SQLite keeps, many write beside each other, and failures are sentences."""

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from sqlalchemy import event, func, insert, select, text, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError

from newsletter.errors import NewsletterError, ServiceFailed
from newsletter.store import (
    Address,
    Store,
    insert_many,
    open_store,
    remove_store,
    source,
    suppression,
)
from newsletter.store.failures import STATES, in_plain_words
from newsletter.store.postgresql import postgresql_engine
from tests.store.shape import shape

pytestmark = pytest.mark.engine("postgresql")

SOMEBODY = {"key": "a@example.com", "reason": "unsubscribed", "origin": "test", "at": 1}


@contextmanager
def opened(address: Address, patience: float = 30) -> Iterator[Store]:
    store = open_store(address, patience=patience)
    try:
        yield store
    finally:
        store.close()


def keys(store: Store) -> list[str]:
    with store.read() as connection:
        return list(connection.scalars(select(suppression.c.key).order_by(suppression.c.key)))


def add(store: Store, *names: str, beside: bool = False) -> None:
    with store.write(beside=beside) as connection:
        connection.execute(insert(suppression), [{**SOMEBODY, "key": name} for name in names])


def number_of_backend(store: Store) -> int:
    with store.write() as connection:
        return int(connection.scalar(text("SELECT pg_backend_pid()")) or 0)


def test_a_commit_is_on_the_disk_and_the_tables_are_in_a_schema_of_their_own(store: Store) -> None:
    with store.read() as connection:
        assert connection.scalar(text("SHOW synchronous_commit")) == "on"
        schema = connection.scalar(text("SELECT current_schema()"))
        assert connection.scalar(text("SHOW search_path")) == schema
        assert schema == str(store.address).split("schema=")[1]


def test_stores_in_one_database_share_nothing(store: Store) -> None:
    other = f"{store.address}_other"
    add(store, "a@example.com")
    with opened(other) as second:
        assert keys(second) == []
        with store.advisory_lock("dispatch") as mine, second.advisory_lock("dispatch") as yours:
            assert (mine, yours) == (True, True)
        with store.write():
            add(second, "b@example.com")
    remove_store(other)
    assert keys(store) == ["a@example.com"]


def test_text_is_ordered_by_its_bytes_as_in_sqlite(store: Store) -> None:
    names = ["a-b@x", "a_b@x", "aB@x", "ab@x", "a.b@x", "é@x", "z@x", "Z@x"]
    add(store, *names)
    assert keys(store) == sorted(names)


def test_numbers_are_as_wide_as_in_sqlite_and_sums_are_whole(store: Store) -> None:
    row = {"list": "l", "path": "p", "digest": "d", "consent": "none", "rows": 3}
    with store.write() as connection:
        connection.execute(insert(source), [{**row, "merged_at": 4_102_444_800}] * 2)  # in 2100
        total = connection.scalar(select(func.sum(source.c.merged_at)))
        mean = connection.scalar(select(func.avg(source.c.merged_at + source.c.id)))
    assert (type(total), total) == (int, 8_204_889_600)
    assert mean == 4_102_444_801.5


def test_a_reader_sees_one_moment(store: Store) -> None:
    with store.read() as connection:
        before = connection.scalar(select(func.count()).select_from(suppression))
        add(store, "a@example.com")
        after = connection.scalar(select(func.count()).select_from(suppression))
    assert (before, after) == (0, 0)
    assert keys(store) == ["a@example.com"]


def test_who_writes_beside_others_waits_for_nobody(store: Store) -> None:
    with store.write() as connection:
        connection.execute(insert(suppression), [SOMEBODY])
        add(store, "b@example.com", beside=True)
        assert keys(store) == ["b@example.com"]
    assert keys(store) == ["a@example.com", "b@example.com"]


def test_two_claim_different_rows(store: Store) -> None:
    add(store, "a@example.com", "b@example.com")
    claim = select(suppression.c.key).order_by(suppression.c.key).limit(1)
    claim = claim.with_for_update(skip_locked=True)
    with store.write(beside=True) as one, store.write(beside=True) as two:
        claimed = [connection.scalar(claim) for connection in (one, two)]
    assert claimed == ["a@example.com", "b@example.com"]


def test_a_lock_is_held_by_one_and_dies_with_its_connection(store: Store) -> None:
    with opened(store.address) as other:
        with store.advisory_lock("dispatch") as mine, other.advisory_lock("dispatch") as yours:
            assert (mine, yours) == (True, False)
        with other.advisory_lock("dispatch") as mine:
            assert mine
            end_others(other)
            with store.advisory_lock("dispatch", patience=5) as next_one:
                assert next_one


def end_others(store: Store) -> None:
    """The administrator ends every connection to the store that holds a lock."""
    with administrator(store.address) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_stat_activity USING (pid) "
            "WHERE locktype = 'advisory' AND application_name = %s",
            (make_url(str(store.address)).query["application_name"],),
        )


@contextmanager
def administrator(address: Address) -> Iterator["psycopg.Connection[tuple[object, ...]]"]:
    url = make_url(str(address)).set(drivername="postgresql")
    plain = url.difference_update_query(["schema", "application_name"])
    with psycopg.connect(plain.render_as_string(hide_password=False), autocommit=True) as made:
        yield made


def test_a_lock_is_waited_for(store: Store) -> None:
    let_go = threading.Event()
    taken = threading.Event()

    def hold() -> None:
        with store.advisory_lock("dispatch"):
            taken.set()
            let_go.wait(10)

    thread = threading.Thread(target=hold)
    thread.start()
    taken.wait(10)
    threading.Timer(0.2, let_go.set).start()
    with store.advisory_lock("dispatch", patience=10) as mine:
        assert mine
    thread.join()


def test_four_that_open_a_new_store_at_once_make_it_once(address: Address) -> None:
    stores: list[Store] = []
    threads = [
        threading.Thread(target=lambda: stores.append(open_store(address))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(stores) == 4
    with stores[0].read() as connection:
        assert len(shape(connection)) > 100
    for store in stores:
        store.close()


def test_a_connection_that_breaks_off_is_a_sentence_and_the_next_works(store: Store) -> None:
    with pytest.raises(
        ServiceFailed, match="the connection broke off; type the same command again"
    ):
        _broken_off(store)
    assert keys(store) == []
    add(store, "b@example.com")
    assert keys(store) == ["b@example.com"]


def _broken_off(store: Store) -> None:
    with store.write() as connection:
        connection.execute(insert(suppression), [SOMEBODY])
        end_others(store)
        connection.execute(update(suppression).values(at=2))


@pytest.mark.parametrize("state", STATES)
def test_what_the_server_refuses_is_a_sentence(store: Store, state: str) -> None:
    raised = text(f"DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '{state}'; END $$")
    with (
        pytest.raises(ServiceFailed, match=re.escape(STATES[state])),
        store.write() as connection,
    ):
        connection.execute(raised)


@pytest.mark.parametrize(
    "number", range(5)
)  # the next asks whether it is alive, else another comes
def test_a_connection_that_breaks_off_while_it_is_made_is_a_sentence(
    address: Address, number: int
) -> None:
    left = iter(range(number, -1, -1))

    class Ending(psycopg.Connection[Any]):
        """One that the administrator ends before a certain statement."""

        def cursor(self, *given: Any, **options: Any) -> Any:
            if next(left, None) == 0:
                with administrator(address) as connection:
                    me = (self.info.backend_pid,)
                    connection.execute("SELECT pg_terminate_backend(%s, 60000)", me)
            return super().cursor(*given, **options)

    engine, name = postgresql_engine(str(address))
    event.listen(engine, "do_connect", lambda *given: Ending.connect(*given[2], **given[3]))
    with (
        pytest.raises(ServiceFailed, match="the connection broke off; type the same command again"),
        in_plain_words(name),
        engine.connect(),
    ):
        pass
    engine.dispose()


def many(store: Store, wrong: Callable[[], None] = lambda: None) -> None:
    def rows() -> Iterator[tuple[object, ...]]:
        for number in range(20_000):
            if number == 15_000:
                wrong()
            yield (f"{number}@example.com", "unsubscribed", "test", 1)

    with store.write() as connection:
        insert_many(connection, suppression, ("key", "reason", "origin", "at"), rows())


def test_many_rows_are_written_at_once(store: Store) -> None:
    many(store)
    assert len(keys(store)) == 20_000
    with pytest.raises(IntegrityError):
        many(store)
    assert len(keys(store)) == 20_000


def test_a_connection_that_breaks_off_in_the_middle_of_many_rows_writes_none(store: Store) -> None:
    with pytest.raises(
        ServiceFailed, match="the connection broke off; type the same command again"
    ):
        many(store, lambda: end_others(store))
    assert keys(store) == []


def test_between_two_transactions_a_broken_connection_is_replaced(store: Store) -> None:
    before = number_of_backend(store)
    with administrator(store.address) as connection:
        connection.execute("SELECT pg_terminate_backend(%s, 60000)", (before,))  # and waits
    assert number_of_backend(store) != before


def test_a_waiting_writer_gives_up_with_a_sentence(store: Store) -> None:
    with (
        opened(store.address, patience=0.2) as impatient,
        store.write(),
        pytest.raises(ServiceFailed, match="another command is writing to it; wait for it to end"),
        impatient.write(),
    ):
        pass


REFUSED = {
    "no server": ({"host": "127.0.0.1", "port": 9}, "no server answers there; start PostgreSQL"),
    "no computer": ({"host": "db.invalid"}, "there is no computer of this name"),
    "no database": ({"database": "nowhere"}, "the server has no such database; make it"),
    "no user": ({"username": "nobody"}, "the server does not know this user"),
}


@pytest.mark.parametrize(("change", "sentence"), REFUSED.values(), ids=REFUSED)
def test_a_server_that_does_not_let_us_in_is_a_sentence(
    address: Address, change: dict[str, str | int], sentence: str
) -> None:
    url = make_url(str(address))
    if "host" in change:
        url = url.difference_update_query(["host"])
    wrong = url.set(**change).render_as_string(hide_password=False)  # type: ignore[arg-type]
    with pytest.raises(ServiceFailed, match=sentence) as told:
        open_store(wrong)
    assert str(told.value).startswith("database ")


def test_an_address_that_is_none_is_not_repeated(address: Address) -> None:
    with pytest.raises(NewsletterError, match="the address of the database cannot be read") as told:
        open_store("postgresql+psycopg://news:secret@db:port/clinic")
    assert "secret" not in str(told.value)


def test_who_may_make_nothing_there_is_told_what_to_ask_for(store: Store) -> None:
    url = make_url(str(store.address))
    role = str(url.query["schema"])
    with store.write() as connection:
        connection.execute(text(f'CREATE ROLE "{role}" LOGIN'))
    try:
        stranger = url.set(username=role).update_query_dict({"schema": f"{role}_own"})
        with pytest.raises(ServiceFailed, match="ask who keeps the server for GRANT CREATE"):
            open_store(stranger.render_as_string(hide_password=False))
    finally:
        with store.write() as connection:
            connection.execute(text(f'DROP ROLE "{role}"'))
