"""Send times: everything is posted early, leaves late, and can be taken back in between."""

import pytest

from newsletter.config import Sending
from newsletter.delivery import Schedule, TooEarly, schedule
from newsletter.delivery.schedule import next_schedule
from newsletter.errors import NewsletterError

NOW = 1_790_000_000
SENDING = Sending()


def test_a_small_letter_leaves_in_about_half_an_hour() -> None:
    times = schedule(NOW, 500, SENDING)
    assert times == Schedule(NOW + 1982, NOW + 1982 - 720, NOW + 1982 - 720 - 301)


@pytest.mark.parametrize("recipients", [1, 1000, 50_000, 1_000_000])
def test_there_is_time_to_post_everybody_and_then_to_undo(recipients: int) -> None:
    times = schedule(NOW, recipients, SENDING)
    assert times.post_until >= NOW + recipients // 500 + SENDING.undo_minutes * 60
    assert times.post_until < times.undo_until < times.send_at


def test_a_time_without_room_to_undo_is_refused_with_the_earliest() -> None:
    with pytest.raises(TooEarly) as refusal:
        schedule(NOW, 500, SENDING, NOW + 60)
    assert refusal.value.earliest == schedule(NOW, 500, SENDING).send_at
    assert schedule(NOW, 500, SENDING, refusal.value.earliest).send_at == refusal.value.earliest


def test_more_than_three_days_ahead_is_refused() -> None:
    with pytest.raises(NewsletterError, match="at most 72 hours"):
        schedule(NOW, 500, SENDING, NOW + 72 * 3600 + 1)


def test_a_time_that_has_become_too_early_gives_way() -> None:
    times = next_schedule(NOW, 500, SENDING, NOW + 60, undo_seconds=0)
    assert times.send_at == NOW + 1982 - 900
