"""This module shows how far a campaign is."""

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from newsletter.campaign import Entry, Summary, WaveProgress, log_of, summary, waves
from newsletter.cli.campaigns import first_leaving, state, which
from newsletter.cli.leaving import waits_here
from newsletter.cli.outcome import Sent, finished, say_counts, say_tally
from newsletter.cli.project import (
    Project,
    json_option,
    open_project,
    practice_option,
    said_to_be_practice,
)
from newsletter.cli.watching import WAVES, watch_campaign
from newsletter.cli.watching import row_of as _wave
from newsletter.cli.wording import as_json, facts, moment, result, table, to_type
from newsletter.delivery import KEPT_SECONDS, ToCome, held_since, to_come, undo_until
from newsletter.edition import load_edition
from newsletter.errors import NewsletterError
from newsletter.feedback import Tally, settle_unknown_by_events, tally
from newsletter.store import Store


@click.command(short_help="Show how far a campaign is.")
@click.argument("number", type=int, required=False)
@practice_option
@click.option("--watch", is_flag=True, help="Go on showing it until everybody is handed over.")
@click.option("--log", "with_log", is_flag=True, help="Say who did what to it, when.")
@json_option
def status(number: int | None, practice: bool, watch: bool, with_log: bool, json: bool) -> None:
    """Show how far campaign NUMBER is (without one, the newest), and until when it can be undone."""
    project = open_project(practice=practice)
    with said_to_be_practice(project), project.store() as store:
        if watch and not json:
            watch_campaign(store, which(store, number).id, project)
        found = _settled(store, which(store, number))
        with store.read() as connection:
            progress, told = waves(connection, found.id), tally(connection, found.id)
            log = log_of(connection, found.id) if with_log else []
        coming = to_come(store, found, project.settings)
        shown = Shown(found, coming, progress, told, held_since(store, found.id))
        now = _now(project, found)
        if json:
            _as_json(shown, log, now)
        else:
            _say(shown, log, project, now)
        if (found.counts.pending or found.is_in_doubt(now)) and found.stop not in ("undo", "pause"):
            project.advise(f"Next: {to_type('send', found.edition)} goes on")
        if found.is_unconfirmed(now):
            project.advise(
                f"SendGrid has not confirmed the {found.stop}: the mail may leave. "
                f"Next: newsletter {found.stop} {found.id}"
            )
        if not found.posting:
            again = to_type("send", found.edition)
            finished(found.counts, settled_by=again if found.is_settling(now) else None)


@dataclass(frozen=True)
class Shown:
    """A campaign as it stands."""

    campaign: Summary
    coming: ToCome | None
    waves: Sequence[WaveProgress]
    told: Tally
    held: Sequence[int]
    """When the first mail would have left of each wave that is held back."""

    @property
    def leaves(self) -> int | None:
        """When its first mail leaves."""
        return first_leaving(self.campaign, self.coming)

    def waits_until(self, now: int) -> int | None:
        """Until when newsletter worker must run; None where nothing waits for it."""
        if self.coming is None or self.campaign.stop:
            return None
        return self.coming.waits_until(now)


def _now(project: Project, found: Summary) -> int:
    """The provider's time where something hangs on it, else this computer's; a sandbox's clock may have been moved."""
    if (
        found.fencing
        or found.doubted_until
        or found.unconfirmed
        or (project.local and found.counts.pending)
    ):
        with suppress(NewsletterError), project.account() as account:
            return account.now(fresh=True)
    return int(time.time())


def _as_json(shown: Shown, log: Sequence[Entry], now: int) -> None:
    found = shown.campaign
    counted = {
        "counts": Sent(found.id, found.counts).as_dict(),
        "told": {**asdict(shown.told), "got_it": shown.told.got_it},
        "waves": [asdict(one) for one in shown.waves],
    }
    said = {"log": [asdict(one) for one in log]} if log else {}
    leaving = {"leaves": shown.leaves, "waits_until": shown.waits_until(now)}
    as_json({**asdict(found), **leaving, **counted, **said, "state": state(found, now)})


def _say(shown: Shown, log: Sequence[Entry], project: Project, now: int) -> None:
    found, zone = shown.campaign, project.settings.zone
    told = {"Edition": f"{found.title} ({found.edition})", "State": state(found, now)}
    if found.stop_reason:
        told["Because"] = found.stop_reason
    if found.counts.pending and _is_edited(found, project.root):
        told["Article"] = project.advice(
            f"edited since; newsletter worker sends the letter as it was. To send the new one: newsletter undo {found.id}, "
            f"then {to_type('send', found.edition, found.audience)}"
        )
    if shown.leaves is not None:
        told["Leaves"] = moment(shown.leaves, zone)
        if until := shown.waits_until(now):
            told["Waits here"] = project.advice(waits_here(until, zone))
        told["Undo until"] = moment(undo_until(shown.leaves), zone)
    if shown.held:
        until = min(shown.held) + KEPT_SECONDS
        told["Kept until"] = f"{moment(until, zone)}; then SendGrid throws it away"
    result(facts(told))
    if len(shown.waves) > 1 or any(one.attempt > 1 for one in shown.waves):
        result(table(WAVES, [_wave(one, zone) for one in shown.waves]))
    say_counts(Sent(found.id, found.counts, found.is_settling(now)))
    say_tally(shown.told)
    for one in log:
        result(f"{moment(one.at, zone)}  {one.who}: {one.what} {one.detail}".rstrip())


def _is_edited(found: Summary, root: Path) -> bool:
    """Whether the article that lies there now is another than was frozen; not where it cannot be read."""
    with suppress(NewsletterError, OSError):
        return load_edition(root / found.edition, root).digest != found.edition_digest
    return False


def _settled(store: Store, found: Summary) -> Summary:
    """The campaign after its unknown requests were held against what SendGrid told."""
    if not found.counts.unknown:
        return found
    with store.write() as connection:
        settle_unknown_by_events(connection, found.id, now=int(time.time()))
        return summary(connection, found.id)
