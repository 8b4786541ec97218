"""Suppressions: written once, kept for ever."""

from sqlalchemy import select

from newsletter.feedback import Suppression, suppress
from newsletter.store import Store, suppression


def test_each_suppression_is_written_once(store: Store) -> None:
    told = [
        Suppression("ada@example.com", "unsubscribed", "page", 5, 1),
        Suppression("ada@example.com", "bounced", "SendGrid: bounces"),
    ]
    with store.write() as connection:
        assert suppress(connection, told, now=9) == 2
        assert suppress(connection, told, now=10) == 0
        rows = connection.execute(select(suppression).order_by(suppression.c.at)).all()
    assert [tuple(row) for row in rows] == [
        ("ada@example.com", "unsubscribed", "page", 5, 1),
        ("ada@example.com", "bounced", "SendGrid: bounces", 9, None),
    ]


def test_thousands_are_written_at_once(store: Store) -> None:
    many = (Suppression(f"{one}@example.com", "bounced", "list") for one in range(2500))
    with store.write() as connection:
        assert suppress(connection, many, now=1) == 2500
