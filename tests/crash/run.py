"""This module plays one run: starts the commands, strikes them, restarts them until all is done, and judges."""

import os
import shutil
import signal
import time
import traceback
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from newsletter.errors import NewsletterError
from newsletter.sandbox import (
    Subuser,
    Trouble,
    close_subuser,
    make_trouble,
    open_subuser,
    settle,
    skip,
)
from tests.crash.command import BROKEN, KILLED, Desk, start, wait
from tests.crash.judge import cut_connections, forget, has_campaign, standings, wrongs
from tests.crash.plan import Act, Plan, Strike
from tests.crash.project import ARTICLE, copied, edit

WORK = ("worker", "--once")
SEND = ("send", ARTICLE, "--yes")
SEND_AND_AGREE = ("send", ARTICLE)
"""What a person types where a script was refused: the time was missed by more than an hour."""
SURE = {"undo": ("--yes",)}
REFUSED = 1
PATIENCE_SECONDS = 240
FREEZE_SECONDS = 5
MOST_RESTARTS = 12
DAY = 25 * 3600


@dataclass
class Finding:
    """What a run found; *wrong* is empty where the promise held."""

    seed: int
    wrong: list[str] = field(default_factory=list)
    happened: Counter[str] = field(default_factory=Counter)
    """How often what: starts, kills, outcomes."""


def play(plan: Plan, template: Desk, folder: Path) -> Finding:
    """One run from the first start to the verdict; its folder stays only where something is wrong."""
    run = _Run(plan, copied(template, folder, f"SG.{folder.name}"))
    try:
        run.play()
    except (AssertionError, NewsletterError) as error:
        run.finding.wrong.append(str(error))
    except Exception:  # some do not find their way out of this process
        run.finding.wrong.append(traceback.format_exc())
    finally:
        close_subuser(run.account)
    if not run.finding.wrong:
        forget(run.desk)
        shutil.rmtree(folder)
    return run.finding


class _Run:
    def __init__(self, plan: Plan, desk: Desk) -> None:
        self.plan, self.desk = plan, desk
        self.finding = Finding(plan.seed)
        self.account: Subuser = open_subuser(desk.url, desk.key, plan.terms)
        self.undone: set[int] = set()
        self.edited = self.frozen = False
        self.ended: tuple[Sequence[str], int] = (), 0
        """What was typed last while nothing struck any more, and how it ended."""

    def play(self) -> None:
        for act in self.plan.acts:
            self._act(act)
        make_trouble(self.account, Trouble())
        self._finish()
        if self.plan.undo_after:
            self._take_back_and_send_anew()
        verdict = settle(self.account)
        assert not verdict.under_way, "the sandbox still answers something"
        assert not verdict.states.get("held"), "mail is held for ever"
        self._count()
        self.finding.wrong += wrongs(self.desk, self.account)

    def _act(self, act: Act) -> None:
        if act.rest:
            skip(self.account, act.rest)
        running = [self._started(SEND, act.strike)]
        if act.second:
            self._wait_until_frozen(act.second_at)
            words = (act.second, *SURE.get(act.second, ()))
            running.append(self._started(words, act.second_strike))
        if act.workers:
            self._wait_until_frozen(0)
            running += [self._started(WORK, strike) for strike in act.workers]
        for one in running:
            self._ended(one, PATIENCE_SECONDS)
        standings(self.desk)

    def _started(self, words: Sequence[str], strike: Strike) -> "_Running":
        self.finding.happened[f"start {words[0]}"] += 1
        die_at = int(strike.at) if strike.kind == "statement" else 0
        pid = start(self.desk, words, die_at=die_at)
        return _Running(pid, words, strike)

    def _ended(self, running: "_Running", seconds: float) -> int:
        if running.strike.kind not in ("none", "statement"):
            self._wait_until_frozen(running.strike.at)
        if running.strike.kind == "cut":
            cut_connections(self.desk)
        code = running.struck()
        if code is None:
            code = wait(running.pid, seconds)
        if code is None:
            os.kill(running.pid, signal.SIGKILL)
            wait(running.pid, 5)
            raise AssertionError(f"{running.words[0]} does not end")
        self.finding.happened[
            "killed" if code == KILLED else f"{running.words[0]} ends {code}"
        ] += 1
        assert code != BROKEN, f"{running.words[0]} ended in a traceback"
        return code

    def _wait_until_frozen(self, seconds: float) -> None:
        """Wait for the first campaign, a moment at most, then *seconds* more."""
        until = time.monotonic() + FREEZE_SECONDS
        while not self.frozen and time.monotonic() < until:
            self.frozen = has_campaign(self.desk)
            time.sleep(0.02)
        time.sleep(seconds)

    def _typed(self, *words: str) -> int:
        code = self._ended(self._started(words, Strike()), PATIENCE_SECONDS)
        standings(self.desk)
        return code

    def _finish(self) -> None:
        """Restart until nobody is pending any more."""
        for restart in range(MOST_RESTARTS):
            words = self._next()
            if not words:
                return
            if restart > MOST_RESTARTS // 2:
                skip(self.account, DAY)  # then the provider's ten places are free again
            self.ended = words, self._typed(*words)
        raise AssertionError(f"it is not done after {MOST_RESTARTS} restarts")

    def _next(self) -> Sequence[str]:
        """What a person types next; nothing when all is done."""
        now = standings(self.desk)
        for one in now:
            if one.stop == "pause":
                return ("resume", str(one.id), "--yes")
            if one.stop == "undo" and one.id not in self.undone:
                self.undone.add(one.id)
                return ("undo", str(one.id), "--yes")
        if self.plan.edits and now and not any(one.live for one in now) and not self.edited:
            self.edited = True
            edit(self.desk)
            return SEND
        words, code = self.ended
        if words == SEND and code == REFUSED:
            return SEND_AND_AGREE
        sent = words in (SEND, SEND_AND_AGREE) and code in (0, 3)
        return () if sent and not any(one.pending for one in now) else SEND

    def _take_back_and_send_anew(self) -> None:
        newest = standings(self.desk)[-1].id
        self.undone.add(newest)
        self._typed("undo", str(newest), "--yes")
        self.ended = (), 0
        self._finish()

    def _count(self) -> None:
        for one in standings(self.desk):
            for outcome, people in one.outcomes.items():
                self.finding.happened[f"people {outcome}"] += people


@dataclass(frozen=True)
class _Running:
    pid: int
    words: Sequence[str]
    strike: Strike

    def struck(self) -> int | None:
        """Strike; how the process ended, or None while it runs."""
        code = wait(self.pid, 0)
        if code is not None or self.strike.kind in ("none", "statement", "cut"):
            return code
        if self.strike.kind != "kill":
            os.kill(self.pid, signal.SIGSTOP)
            time.sleep(self.strike.seconds)
        os.kill(self.pid, signal.SIGCONT if self.strike.kind == "stop" else signal.SIGKILL)
        return None
