"""Send times: everything is posted early, leaves late, and can be taken back in between."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from newsletter.campaign import Gap, Run, Times
from newsletter.config import Sending
from newsletter.delivery import Schedule, TooEarly, schedule
from newsletter.delivery.opening import next_due, refuse_missed, within
from newsletter.delivery.posting import Halted
from newsletter.delivery.schedule import HORIZON_SECONDS, Timetable, wave_size

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


def test_a_wave_holds_fifty_thousand_or_a_quarter() -> None:
    assert [wave_size(number) for number in (1, 50_000, 200_001, 1_000_000)] == [
        50_000,
        50_000,
        50_001,
        250_000,
    ]


def gap(first: int, last: int, *, most: int = 1000, before: int = 0, zone: str = "") -> Gap:
    return Gap(Run(0, first, last), zone, most, before)


def shown(table: Timetable, *gaps: Gap) -> list[tuple[int, int, int]]:
    """First and last person of each request, and minutes after the first mail."""
    pieces = [piece for one in gaps for piece in table.pieces(one)]
    return [(one.run.first, one.run.last, (one.send_at - NOW) // 60) for one in pieces]


def table(**wishes: Any) -> Timetable:
    return Timetable(NOW, Times(NOW, 900, **wishes), ZoneInfo("America/Chicago"))


def test_everybody_leaves_at_once() -> None:
    assert shown(table(), gap(1, 2500)) == [(1, 1000, 0), (1001, 2000, 0), (2001, 2500, 0)]


def test_a_rate_is_send_times_of_small_requests() -> None:
    assert shown(table(rate=6000), gap(1, 1200, before=500)) == [
        (1, 500, 5),
        (501, 1000, 10),
        (1001, 1200, 15),
    ]


def test_a_warm_up_sends_so_many_a_day_and_then_the_rest() -> None:
    days = table(warmup=(500, 1200))
    assert shown(days, gap(1, 3000)) == [
        (1, 500, 0),
        (501, 1500, 24 * 60),
        (1501, 1700, 24 * 60),
        (1701, 2700, 48 * 60),
        (2701, 3000, 48 * 60),
    ]


def test_each_reader_has_their_own_morning() -> None:
    mornings = Timetable(
        NOW, Times(NOW, 900, local_time="2026-11-01T09:00"), ZoneInfo("America/Chicago")
    )
    zones = {"": 15, "Europe/Berlin": 8, "Asia/Tokyo": 0}  # the morning after the clocks went back
    for zone, hour in zones.items():
        [only] = mornings.pieces(gap(1, 10, zone=zone))
        assert datetime.fromtimestamp(only.send_at, UTC) == datetime(2026, 11, 1, hour, tzinfo=UTC)


def test_a_wave_takes_nobody_beyond_the_horizon_and_no_more_than_it_holds() -> None:
    days = table(warmup=(10, 10, 10, 10, 10))
    assert [one.run.first for one in within(days, [gap(1, 100)], NOW, 50_000)] == [1, 11, 21]
    assert [one.run.first for one in within(table(), [gap(1, 5000)], NOW, 1500)] == [1, 1001]
    later = NOW + 2 * 24 * 3600
    assert [one.run.first for one in within(days, [gap(31, 100, before=30)], later, 9)] == [31]


def test_a_later_wave_is_due_when_it_holds_all_that_is_left_or_its_first_leaves_within_a_day() -> (
    None
):
    hour = 3600
    spread, rest = table(rate=10), gap(751, 2000, before=750)
    assert next_due(spread, [gap(1, 2000)], begun=True) == NOW - 24 * hour
    assert next_due(spread, [rest], begun=True) == NOW + (75 - 24) * hour
    assert next_due(spread, [gap(751, 801, before=750)], begun=True) == NOW + 9 * hour
    assert next_due(spread, [rest], begun=False) == NOW + 75 * hour - HORIZON_SECONDS
    assert next_due(spread, [], begun=True) is None


def test_where_each_reader_has_a_morning_the_last_decides_when_the_second_wave_is_due() -> None:
    later = table(local_time="2026-11-27T09:00")
    zones = [gap(1, 5, zone="Asia/Tokyo"), gap(6, 9)]
    first = datetime(2026, 11, 27, 0, tzinfo=UTC).timestamp() - HORIZON_SECONDS
    assert next_due(later, zones, begun=False) == first
    assert next_due(later, zones, begun=True) == first + 15 * 3600


def test_what_was_missed_by_more_than_an_hour_is_not_sent() -> None:
    planned = [*table().pieces(gap(1, 10))]
    refuse_missed(planned, NOW + 3600)
    with pytest.raises(Halted, match="missed by more than an hour"):
        refuse_missed(planned, NOW + 3601)
