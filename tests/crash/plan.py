"""This module draws what happens to one run: who sends, how the provider behaves, what strikes when.

A seed decides everything that is drawn here; what the scheduler of the computer adds is left to it.
"""

import random
from dataclasses import dataclass, replace

from newsletter.sandbox import Behaviour, Terms, Trouble

SHARES = (0.0, 0.05, 0.15, 0.3)
QUIESCENCE_SECONDS = 180
"""As newsletter.toml has it: so long an unanswered request may be on its way."""
CERTAIN_STALL = 90
"""Provider's seconds for which a process may stand still where late mail is not discarded, and …"""
CERTAIN_HOLD = 60
"""… for which the provider may hold a request: together shorter than the quiescence."""


@dataclass(frozen=True)
class Strike:
    """What ends a process, or holds it up."""

    kind: str = "none"
    """none, statement, kill, stop (and let go on), choke (stop, then kill), or cut (the database's connections)."""
    at: float = 0.0
    """The number of the statement, or seconds after the campaign was frozen."""
    seconds: float = 0.0
    """How long it stands still."""


@dataclass(frozen=True)
class Act:
    """One start of a command, beside which a second process may come."""

    strike: Strike
    rest: float = 0.0
    """Provider's seconds that pass before it, while nobody runs."""
    second: str = ""
    """undo, pause, or nobody."""
    second_at: float = 0.0
    """Seconds after the campaign was frozen."""
    second_strike: Strike = Strike()
    workers: tuple[Strike, ...] = ()
    """What strikes each of the workers that share the work."""


@dataclass(frozen=True)
class Plan:
    """One run."""

    seed: int
    terms: Terms
    acts: tuple[Act, ...]
    undo_after: bool
    """Whether it is taken back when all is done …"""
    edits: bool
    """… and edited when it is taken back as a whole."""


def shared(plan: Plan) -> Plan:
    """The same run with workers that share the work, which are struck too."""
    dice = random.Random(f"{plan.seed} workers")
    kinds = ("statement", "statement", "kill", "cut", "cut", "stop", "none")
    longest = max(act.strike.seconds for act in plan.acts)
    acts = [
        replace(act, workers=tuple(_one_of(dice, kinds, longest) for _ in range(3)))
        for act in plan.acts
    ]
    return replace(plan, acts=tuple(acts))


def _one_of(dice: random.Random, kinds: tuple[str, ...], longest: float) -> Strike:
    kind = dice.choice(kinds)
    at = float(dice.randint(1, 60)) if kind == "statement" else dice.uniform(0, 0.8)
    return Strike(kind, at, dice.uniform(0, longest))


def drawn(seed: int, statements: int) -> Plan:
    """The plan of run *seed*; an undisturbed send has so many *statements*."""
    dice = random.Random(seed)
    certain = dice.random() < 0.7
    speed = 240 if certain else 60
    interfering = dice.random() < 0.35
    pausing = interfering and dice.random() < 0.5
    kinds = () if dice.random() < 0.5 else ("drop after", "truncate", "stall before", "stall after")
    trouble = Trouble(
        seed=seed,
        share=dice.choice(SHARES),
        kinds=kinds,
        stall_seconds=1.5 if certain else CERTAIN_HOLD / speed,
        # A wish to pause that comes true after the resume would hold the mail for ever (docs/promise.md).
        hold_seconds=3600 if certain and not pausing else CERTAIN_HOLD,
    )
    behaviour = Behaviour(
        late_arrivals_discarded=certain,
        late_stops=dice.random() < 0.3,
        answer_seconds=dice.choice((0.0, 0.0, 0.03)),
    )
    longest = 1.5 if certain else CERTAIN_STALL / speed
    seconds = ("undo", "pause", "") if pausing else ("undo", "") if interfering else ("",)
    acts = [
        _act(dice, 1 + (seed + 97 * number) % statements, longest, seconds)
        for number in range(dice.choice((1, 1, 2, 2, 3)))
    ]
    if seed < statements:  # the first runs strike between every two statements of a send
        acts[0] = replace(acts[0], strike=Strike("statement", seed + 1), rest=0.0)
    terms = Terms(speed=speed, behaviour=behaviour, trouble=trouble)
    return Plan(seed, terms, tuple(acts), dice.random() < 0.1, dice.random() < 0.5)


def _act(dice: random.Random, statement: int, longest: float, seconds: tuple[str, ...]) -> Act:
    second = dice.choice(seconds)
    return Act(
        strike=_strike(dice, statement, longest),
        rest=dice.choice((0.0, 0.0, dice.uniform(0, 3000))),
        second=second,
        second_at=dice.uniform(0, 0.6),
        second_strike=_strike(dice, dice.randint(1, 40), longest) if second else Strike(),
    )


def _strike(dice: random.Random, statement: int, longest: float) -> Strike:
    kind = dice.choice(("statement",) * 5 + ("kill", "kill", "stop", "choke", "none"))
    at = float(statement) if kind == "statement" else dice.uniform(0, 0.8)
    return Strike(kind, at, dice.uniform(0, longest))
