"""This module says when mail leaves, until when it may be posted, and until when it can be undone."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from newsletter.campaign import Gap, Planned, Run, Times
from newsletter.config import Sending, Settings
from newsletter.errors import NewsletterError

CANCEL_SECONDS = 10 * 60
"""Later than this before its time, SendGrid does not promise to cancel (cancel-scheduled-sends)."""
MARGIN_SECONDS = 2 * 60
STOP_SECONDS = CANCEL_SECONDS + MARGIN_SECONDS
HORIZON_SECONDS = 71 * 3600
"""How far ahead mail is posted; SendGrid takes a send_at up to 72 hours ahead."""
MISSED_SECONDS = 3600
"""A time missed by more is not made up for without a person's word."""
RECIPIENTS_A_SECOND = 500
"""What posting is planned with: slower than any line measured."""
LARGE_WAVE = 50_000
MOST_WAVES = 4
SLICE_SECONDS = 300
"""With a rate, a request holds the people of at most so many seconds."""
DAY = 24 * 3600


@dataclass(frozen=True)
class Schedule:
    """Times of a wave by SendGrid's clock, in seconds since 1970."""

    send_at: int
    undo_until: int
    post_until: int


class TooEarly(NewsletterError):
    """The time asked for leaves no room to undo; *earliest* is the first that does."""

    def __init__(self, earliest: int) -> None:
        self.earliest = earliest
        super().__init__(
            "the time asked for is too early: everything is handed over first and leaves later, so that it "
            "can be taken back; leave --at out, or name a time at least half an hour from now"
        )


def schedule(
    now: int,
    recipients: int,
    sending: Sending,
    asked: int | None = None,
    *,
    undo_seconds: int | None = None,
) -> Schedule:
    """When *recipients* people get their mail; raises TooEarly where *asked* cannot be kept."""
    undo = sending.undo_minutes * 60 if undo_seconds is None else undo_seconds
    room = notice(min(recipients, wave_size(recipients)), sending)
    earliest = now + posting_seconds(recipients, sending) + undo + room
    send_at = earliest if asked is None else asked
    if send_at < earliest:
        raise TooEarly(earliest)
    return Schedule(send_at, undo_until(send_at), send_at - room)


def leave(
    now: int, recipients: int, times: Times, settings: Settings, zones: Iterable[str] = ()
) -> Schedule:
    """When a campaign with these wishes leaves, first of all *zones*; raises TooEarly without room to undo."""
    if times.at_once:
        return Schedule(now, now, now)
    asked = times.asked_send_at
    if times.local_time:
        places = (settings.zone, *map(ZoneInfo, zones))
        asked = min(times.local_send_at(place) for place in places)
    return schedule(now, recipients, settings.sending, asked, undo_seconds=times.undo_seconds)


def last_send_at(first: int, recipients: int, times: Times) -> int:
    """When the last mail of a campaign leaves that begins at *first*, in the clinic's own time zone."""
    last = Gap(Run(0, recipients, recipients), "", 1, max(0, recipients - 1))
    if times.local_time or not recipients:
        return first
    return Timetable(first, times, ZoneInfo("UTC")).send_at(last)


def undo_until(send_at: int) -> int:
    """Until when mail that leaves at *send_at* can be taken back for sure."""
    return send_at - STOP_SECONDS


def notice(recipients: int, sending: Sending) -> int:
    """How long before its time the last mail of a wave is posted: room for a fence, then for SendGrid's own."""
    reserve = sending.deadline_seconds + sending.quiescence_seconds
    return reserve + posting_seconds(recipients, sending) + STOP_SECONDS


def wave_size(recipients: int) -> int:
    """How many people a wave holds: one wave up to 50,000, at most four otherwise."""
    return max(LARGE_WAVE, -(-recipients // MOST_WAVES))


def posting_seconds(recipients: int, sending: Sending) -> int:
    """How long posting to so many people may take."""
    return recipients // RECIPIENTS_A_SECOND + sending.deadline_seconds


@dataclass(frozen=True)
class Timetable:
    """When each person's mail leaves: at *first*, or after it by rate, warm-up or the hour where they live."""

    first: int
    times: Times
    zone: ZoneInfo
    """The clinic's, for readers whose own is unknown."""

    def send_at(self, gap: Gap) -> int:
        """When the first of the people in *gap* gets their mail."""
        if self.times.local_time:
            return self.times.local_send_at(ZoneInfo(gap.zone) if gap.zone else self.zone)
        day, before = self._day(gap.before)
        hours = before / self.times.rate if self.times.rate else 0
        return self.first + day * DAY + int(hours * 3600)

    def ends(self, gap: Gap) -> tuple[int, int]:
        """When the first and the last of the people in *gap* get their mail."""
        last = replace(gap, before=gap.before + gap.run.size - 1)
        return self.send_at(gap), self.send_at(last)

    def moved(self, begun: Gap | None, earliest: int) -> "Timetable":
        """As it is, but so much later that the people from *begun* on leave at *earliest*: a warm-up stays one."""
        if begun is None:
            return self
        return replace(self, first=self.first + max(0, earliest - self.send_at(begun)))

    def pieces(self, gap: Gap) -> Iterator[Planned]:
        """Requests for all of the people in *gap*."""
        while gap.run.size > 0:
            size = min(gap.run.size, gap.most, self._until_next_day(gap.before), self._slice())
            piece = Run(gap.run.variant, gap.run.first, gap.run.first + size - 1)
            yield Planned(piece, self.send_at(gap))
            rest = replace(gap.run, first=piece.last + 1)
            gap = replace(gap, run=rest, before=gap.before + size)

    def _slice(self) -> int:
        rate = self.times.rate
        return max(1, rate * SLICE_SECONDS // 3600) if rate else LARGE_WAVE

    def _day(self, before: int) -> tuple[int, int]:
        """The day of the warm-up after so many people, and how many came before on that day."""
        for day, people in enumerate(self.times.warmup):
            if before < people:
                return day, before
            before -= people
        return len(self.times.warmup), before

    def _until_next_day(self, before: int) -> int:
        day, on_that_day = self._day(before)
        warmup = self.times.warmup
        return warmup[day] - on_that_day if day < len(warmup) else LARGE_WAVE
