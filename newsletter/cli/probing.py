"""This module leads a person through the probe of what SendGrid does not document."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import click

from newsletter.cli.project import Project
from newsletter.cli.wording import note
from newsletter.config import from_environment
from newsletter.delivery import Account, Patience
from newsletter.delivery.examined import ADVICE, GOOD, NOT_VERIFIED, Examined
from newsletter.delivery.probe import DONE, QUESTIONS, SECOND_KEY, NotYet, Probe, begin
from newsletter.delivery.probe_visits import visit
from newsletter.errors import NewsletterError

QUICK = Patience(tries=2, seconds=0.5)
LONGEST_ANSWER = 20
WHAT = "What SendGrid does not document"
SHOWS = "newsletter doctor --probe shows the answers"


@contextmanager
def quick_account(project: Project) -> Iterator[Account]:
    """The account, asked without the patience that a campaign has."""
    with ExitStack() as stack:
        url = project.settings.sendgrid.host
        if project.practice:
            url = stack.enter_context(project.sandbox())
        deadline = min(project.settings.sending.deadline_seconds, LONGEST_ANSWER)
        yield stack.enter_context(Account(project.key, url, deadline=deadline, patience=QUICK))


def probe_in_short(project: Project) -> Examined:
    """How the probe stands, on one line."""
    probe = Probe.load(probe_file(project))
    if probe is None:
        cure = "newsletter doctor --probe --to YOUR-ADDRESS asks with a handful of mails"
        return Examined(WHAT, NOT_VERIFIED, "it was not asked of this account", cure)
    if probe.step != DONE:
        cure = "type newsletter doctor --probe to go on"
        return Examined(WHAT, NOT_VERIFIED, "the probe is under way", cure)
    told = [name for name, answer in sorted(probe.answers.items()) if answer.verdict == ADVICE]
    if told:
        return Examined(WHAT, ADVICE, f"the probe has something to say: {', '.join(told)}", SHOWS)
    return Examined(WHAT, GOOD, f"the probe found what is hoped; {SHOWS}")


def probed(project: Project, to: tuple[str, ...], *, yes: bool) -> list[Examined]:
    """Begin a probe, go on with it, or show what it found."""
    file = probe_file(project)
    known = Probe.load(file)
    if known is None or (known.step == DONE and to):
        known = _begun(project, to, file, yes=yes)
    elif known.step != DONE:
        known = _gone_on(project, known, file)
    _tell_next(project, known)
    return [
        Examined(f"{name} {QUESTIONS[name]}", answer.verdict, answer.found)
        for name, answer in sorted(known.answers.items())
    ]


def probe_file(project: Project) -> Path:
    """Beside the store, for each account its own."""
    address = project.settings.store_address(practice=project.practice)
    name = address.stem if isinstance(address, Path) else address.rpartition("schema=")[2]
    return project.root / ".newsletter" / f"{name}.probe.json"


def _begun(project: Project, to: tuple[str, ...], file: Path, *, yes: bool) -> Probe:
    if not to:
        raise NewsletterError(
            "name your own address, better two: newsletter doctor --probe --to YOU@… --to OTHER@…"
        )
    question = (
        f"This sends about six mails to {' and '.join(to)} and takes four of SendGrid's ten places for half an hour"
        + (f"; {to[-1]} is on SendGrid's global list for as long" if len(to) > 1 else "")
        + ". Go on?"
    )
    if not yes and not click.confirm(question, err=True):
        raise NewsletterError("nothing was sent")
    other = from_environment(project.root, SECOND_KEY)
    with ExitStack() as stack:
        account = stack.enter_context(quick_account(project))
        second = stack.enter_context(quick_account(replace(project, key=other))) if other else None
        probe = begin(account, project.settings, to, second)
    probe.save(file)
    return probe


def _gone_on(project: Project, known: Probe, file: Path) -> Probe:
    with quick_account(project) as account:
        try:
            known = visit(account, known)
        except NotYet as early:
            note("The mails of the probe are on their way.")
            return early.probe
    known.save(file)
    return known


def _tell_next(project: Project, probe: Probe) -> None:
    if probe.step == DONE:
        project.advise("The probe is done. Next: newsletter doctor")
        return
    at = datetime.fromtimestamp(probe.visit_at, project.settings.zone)
    project.advise(f"Next: newsletter doctor --probe, after {at:%H:%M %Z}")
