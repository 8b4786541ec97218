"""Addresses of a whole audience: as they were added, in little memory."""

import pytest

from newsletter.checks.addresses import AT_ONCE, Addresses


@pytest.mark.parametrize("number", [0, 1, AT_ONCE - 1, AT_ONCE, 2 * AT_ONCE + 7])
def test_they_come_back_in_their_order_as_often_as_asked(number: int) -> None:
    some = [f"zoé{one:06}@exámple.org" for one in range(number)]
    kept = Addresses()
    for address in some:
        kept.add(address)
    assert [*kept] == [*kept] == some
    assert len(kept) == number
    assert all(address in kept for address in some[:1] + some[-1:])
    assert "nobody@example.org" not in kept
