"""Reading many people at once: each database gives the same."""

import pytest

from newsletter.audience.bulk import bulk
from newsletter.feedback import Suppression, suppress
from newsletter.store import Store


@pytest.mark.parametrize("others", [0, 3, 40], ids=["alone", "a few between", "many between"])
def test_who_of_some_is_suppressed_and_the_first_reason(store: Store, others: int) -> None:
    between = [Suppression(f"m{n:02}@example.com", "bounced", "list") for n in range(others)]
    mine = [
        Suppression("a@example.com", "unsubscribed", "page"),
        Suppression("a@example.com", "complained", "event"),
        Suppression("zz@example.com", "bounced", "event"),
    ]
    with store.write() as connection:
        suppress(connection, [*between, *mine], now=1)
        found = bulk(connection).suppressed(["a@example.com", "b@example.com", "zz@example.com"])
    assert found == {"a@example.com": "complained", "zz@example.com": "bounced"}
