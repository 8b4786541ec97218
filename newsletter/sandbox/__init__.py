"""This module offers a local SendGrid: it takes mail in as SendGrid does, and nothing leaves this computer.

One account on disk for practice: serve(folder), or start_in_background(folder) as a process of its own.
Its time is moved by skip() or runs at a speed; it misbehaves as misbehave() and make_trouble() say.

Many runs side by side share one process. Each opens a subuser, an account in memory known by its key:

    url = start_in_background(folder, options=["--outbox", "none"])       # once, about 0.4 s
    run = open_subuser(url, "SG.run17", Terms(speed=600, trouble=Trouble(seed=17, share=0.2)))
    …                                  # newsletter send, with SENDGRID_HOST=url and SENDGRID_API_KEY=SG.run17
    verdict = settle(run)              # stalled requests go on, time passes until nothing waits
    verdict.twice, verdict.released    # who got more than one; how many each address got
    close_subuser(run)                 # or begin(run, Terms(…)) for the next one, about a millisecond
"""

from newsletter.sandbox.behaviour import Behaviour
from newsletter.sandbox.faults import KINDS, Fault
from newsletter.sandbox.records import Record, messages, released
from newsletter.sandbox.remote import running, start_in_background, stop
from newsletter.sandbox.server import OUTBOX_LIMIT, Sandbox, reset, run_forever, serve
from newsletter.sandbox.steering import (
    Subuser,
    begin,
    behave,
    close_subuser,
    happen,
    judge,
    keep_group,
    left,
    make_trouble,
    misbehave,
    now,
    open_subuser,
    plan_fates,
    plant,
    post_events,
    settle,
    skip,
)
from newsletter.sandbox.terms import Terms
from newsletter.sandbox.trouble import CHANCES, Trouble
from newsletter.sandbox.verdict import Verdict

__all__ = [
    "CHANCES",
    "KINDS",
    "OUTBOX_LIMIT",
    "Behaviour",
    "Fault",
    "Record",
    "Sandbox",
    "Subuser",
    "Terms",
    "Trouble",
    "Verdict",
    "begin",
    "behave",
    "close_subuser",
    "happen",
    "judge",
    "keep_group",
    "left",
    "make_trouble",
    "messages",
    "misbehave",
    "now",
    "open_subuser",
    "plan_fates",
    "plant",
    "post_events",
    "released",
    "reset",
    "run_forever",
    "running",
    "serve",
    "settle",
    "skip",
    "start_in_background",
    "stop",
]
