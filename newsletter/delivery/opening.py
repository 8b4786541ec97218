"""This module opens the next wave of a campaign: who is in it, when each request leaves, under which batch."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from newsletter.campaign import (
    Batch,
    Gap,
    Planned,
    Summary,
    Times,
    begin_at,
    counts,
    first_send_at,
    open_wave,
    times_of,
    unassigned,
    waiting_send_at,
)
from newsletter.config import Settings
from newsletter.delivery.account import Account
from newsletter.delivery.posting import Halted
from newsletter.delivery.schedule import (
    DAY,
    HORIZON_SECONDS,
    MISSED_SECONDS,
    Timetable,
    TooEarly,
    notice,
    schedule,
    wave_size,
)
from newsletter.delivery.slots import free_slots
from newsletter.errors import NewsletterError, ServiceFailed
from newsletter.store import Store

NO_SLOT = (
    "SendGrid keeps at most 10 batches that are cancelled or can be, and all are taken, so nothing more can be "
    "posted that could be taken back; wait until the campaigns under way have left, or free places at SendGrid"
)
FOREVER = 10 * 365 * 24 * 3600


@dataclass(frozen=True)
class Opening:
    """What opens waves of one campaign, by the one process that may."""

    store: Store
    campaign_id: int
    account: Account
    settings: Settings

    def open(self, *, late: bool) -> bool:
        """Open the next wave; False where nobody's time has come.

        *late*: also what should have left more than an hour ago. Raises Halted where it is missed
        otherwise, and where nothing could be taken back.
        """
        now = self.account.now()
        with self.store.read() as connection:
            gaps = unassigned(connection, self.campaign_id)
            frozen = counts(connection, self.campaign_id).frozen
            times = times_of(connection, self.campaign_id)
            first = first_send_at(connection, self.campaign_id)
        if not gaps:
            return False
        if times.at_once:
            return self._open_at_once(gaps, now)
        timetable = Timetable(first or self._first(times, gaps, now), times, self.settings.zone)
        planned = [*within(timetable, gaps, now, wave_size(frozen))]
        if not planned or (next_due(timetable, gaps, begun=first is not None) or 0) > now:
            return False
        if not late:
            refuse_missed(planned, now)
        if earliest := self._too_early(planned, times, now):
            timetable = timetable.moved(not_begun(gaps, frozen), earliest)
            planned = [
                replace(one, send_at=max(one.send_at, earliest))
                for one in within(timetable, gaps, now, wave_size(frozen))
            ]
        return self._open(planned, timetable.first)

    def _first(self, times: Times, gaps: Sequence[Gap], now: int) -> int:
        """When the first mail leaves: as asked, or as early as leaves room to undo."""
        people = sum(gap.run.size for gap in gaps)
        undo = times.undo_seconds
        earliest = schedule(now, people, self.settings.sending, undo_seconds=undo).send_at
        return earliest if times.asked_send_at is None else times.asked_send_at

    def _too_early(self, planned: Sequence[Planned], times: Times, now: int) -> int:
        """When the earliest of *planned* can leave with the whole time to undo, where its own time has become too early."""
        people = sum(one.run.size for one in planned)
        sending = self.settings.sending
        try:
            schedule(now, people, sending, min(one.send_at for one in planned), undo_seconds=0)
        except TooEarly:
            return schedule(now, people, sending, undo_seconds=times.undo_seconds).send_at
        return 0

    def _open(self, planned: Sequence[Planned], begins: int) -> bool:
        if free_slots(self.store, self.account) < 1:
            raise Halted(ServiceFailed(NO_SLOT))
        people = sum(one.run.size for one in planned)
        first = min(one.send_at for one in planned)
        batch = Batch(self.account.new_batch(), first - notice(people, self.settings.sending))
        with self.store.write() as connection:
            opened = open_wave(connection, self.campaign_id, batch, planned)
            if opened is not None:
                begin_at(connection, self.campaign_id, begins)
            return opened is not None

    def _open_at_once(self, gaps: Sequence[Gap], now: int) -> bool:
        planned = [
            one for gap in gaps for one in Timetable(now, NOW, self.settings.zone).pieces(gap)
        ]
        with self.store.write() as connection:
            batch = Batch("", now + FOREVER)
            return open_wave(connection, self.campaign_id, batch, planned) is not None


NOW = Times(0, 0, at_once=True)


def within(timetable: Timetable, gaps: Sequence[Gap], now: int, room: int) -> Iterator[Planned]:
    """The requests of the next wave: in order, until *room* people are in it, none beyond SendGrid's horizon."""
    for gap in gaps:
        for one in timetable.pieces(gap):
            if one.send_at > now + HORIZON_SECONDS:
                break  # later people of this gap leave no earlier; other gaps may
            if room <= 0:
                return
            room -= one.run.size
            yield one


def refuse_missed(planned: Sequence[Planned], now: int) -> None:
    """Raise Halted where mail should have left more than an hour ago."""
    if min(one.send_at for one in planned) < now - MISSED_SECONDS:
        raise Halted(
            NewsletterError(
                "the time of this campaign was missed by more than an hour, so it was not sent; newsletter send "
                "with its article sends it now, newsletter undo takes it back"
            )
        )


def due_at(store: Store, campaign_id: int, settings: Settings) -> int | None:
    """When the next wave of the campaign can be opened (0: at once); None where everybody is in one."""
    with store.read() as connection:
        gaps = unassigned(connection, campaign_id)
        timetable = _wished(connection, campaign_id, settings)
        begun = first_send_at(connection, campaign_id) is not None
    return next_due(timetable, gaps, begun=begun)


def _wished(connection: Connection, campaign_id: int, settings: Settings) -> Timetable:
    """When everybody's mail leaves, as the campaign's first wave has it, or as it was wished for; else from 0 on."""
    times = times_of(connection, campaign_id)
    first = first_send_at(connection, campaign_id) or times.asked_send_at or 0
    return Timetable(first, times, settings.zone)


def next_due(timetable: Timetable, gaps: Sequence[Gap], *, begun: bool) -> int | None:
    """When the next wave can be opened, by SendGrid's time; None where nobody waits.

    The first takes what SendGrid takes. Each other waits until that is all that is left, or until its first mail leaves
    within a day: a wave for each slice that comes into sight would take one of the ten places for three days.
    """
    ends = [timetable.ends(gap) for gap in gaps]
    if not ends:
        return None
    first, last = min(end[0] for end in ends), max(end[1] for end in ends)
    ahead = DAY if begun else HORIZON_SECONDS
    return max(0, min(first - ahead, last - HORIZON_SECONDS))


def not_begun(gaps: Sequence[Gap], frozen: int) -> Gap | None:
    """From whom on nobody of the *frozen* people was ever in a wave; None where the last are in one."""
    found, end = None, frozen
    for gap in reversed(gaps):
        if gap.before + gap.run.size != end:
            break
        found, end = gap, gap.before
    return found


@dataclass(frozen=True)
class ToCome:
    """When the first and the last mail leave of whoever is still to be handed over, by SendGrid's clock."""

    first: int
    last: int
    spread: bool = False
    """Whether it is spread out from the first mail on: where that leaves later, so does the last."""

    def begun(self, now: int) -> "ToCome":
        """The same, where what was missed is begun *now*."""
        if not self.spread or self.first >= now:
            return self
        return replace(self, last=self.last + now - self.first)

    def waits_until(self, now: int) -> int | None:
        """Until when the last of it waits here, because SendGrid takes none so far ahead; None where none waits."""
        until = self.last - HORIZON_SECONDS
        return until if until > now else None

    def is_missed(self, now: int) -> bool:
        """Whether some of it should have left so long ago that only a person's word sends it."""
        return self.first < now - MISSED_SECONDS


def to_come(store: Store, found: Summary, settings: Settings) -> ToCome | None:
    """When the mail leaves that is still to be handed over; None where there is none, or no time for it yet."""
    if not found.counts.pending:
        return None
    with store.read() as connection:
        timetable = _wished(connection, found.id, settings)
        gaps = unassigned(connection, found.id)
        waiting = waiting_send_at(connection, found.id)
    times = [waiting] if waiting else []
    if timetable.first or timetable.times.local_time:
        times += [send_at for gap in gaps for send_at in timetable.ends(gap)]
    if timetable.times.at_once or not times:
        return None
    spread = bool(timetable.times.rate or timetable.times.warmup)
    return ToCome(min(times), max(times), spread)
