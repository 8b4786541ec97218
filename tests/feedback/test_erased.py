"""What comes home of somebody who was forgotten is kept without their name."""

from sqlalchemy import select

from newsletter.campaign.forget import forget
from newsletter.feedback import Event, Suppression, suppress, take_in
from newsletter.store import Store, event, suppression


def test_late_events_of_the_erased_bring_no_address_back(store: Store) -> None:
    late = [
        Event("1", "bounced", 5, "ada@example.com", "m1"),
        Event("2", "bounced", 5, "beau@example.com", "m2"),
    ]
    with store.write() as connection:
        forget(connection, "ada@example.com", now=1)
        take_in(connection, late, now=6)
        suppress(connection, [Suppression("ada@example.com", "bounced", "list")], now=7)
        keys = connection.scalars(select(event.c.key).order_by(event.c.id)).all()
        assert connection.scalars(select(suppression.c.key)).all() == ["beau@example.com"]
    assert [key.partition(" ")[0] for key in keys] == ["erased", "beau@example.com"]
