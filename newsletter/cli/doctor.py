"""This module says whether a campaign could leave now: key, sender, lists, law, and what SendGrid does not tell."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict

import click
from sqlalchemy import func, select

from newsletter.cli.letters import links_of
from newsletter.cli.probing import probe_in_short, probed, quick_account
from newsletter.cli.project import (
    PRACTICE_KEY,
    Project,
    for_practice,
    json_option,
    practice_option,
    said_to_be_practice,
)
from newsletter.cli.wording import as_json, note, people, result
from newsletter.config import find_project_here, load_settings
from newsletter.delivery import Dns
from newsletter.delivery.examine import Mailing, examine_account
from newsletter.delivery.examine_leaving import examine_leaving
from newsletter.delivery.examine_sender import examine_sender
from newsletter.delivery.examined import ADVICE, FAILED, GOOD, VERDICTS, WRONG, Examined
from newsletter.errors import NewsletterError, ServiceFailed
from newsletter.keys import find_key
from newsletter.store import subscriber
from newsletter.web import EVENTS_PATH

NO_KEY = Examined(
    "SendGrid key",
    WRONG,
    "there is none",
    "make one at SendGrid and enter it with newsletter setup",
)


@click.command(short_help="Say whether a campaign could leave now.")
@click.option(
    "--probe", is_flag=True, help="Ask SendGrid, by a handful of mails, what it does not document."
)
@click.option(
    "--to", multiple=True, metavar="ADDRESS", help="Your own addresses for --probe, best two."
)
@click.option("--yes", is_flag=True, help="Do not ask before the mails of --probe.")
@practice_option
@json_option
def doctor(probe: bool, to: tuple[str, ...], yes: bool, practice: bool, json: bool) -> None:
    """Look at all that a campaign rests on, line by line: what it is, the verdict, what to do.

    Exit 0: nothing is wrong; 1: something is; 3: SendGrid did not answer.
    """
    project = _project(practice=practice)
    with said_to_be_practice(project):
        if probe and not project.key:
            raise NewsletterError(f"{NO_KEY.what}: {NO_KEY.found}; {NO_KEY.cure}")
        lines = probed(project, to, yes=yes) if probe else [*_lines(project)]
        if json:
            as_json([asdict(line) for line in lines])
        else:
            _show(lines)
    _judge(lines)


def _project(*, practice: bool) -> Project:
    settings = load_settings(find_project_here())
    if practice:
        return Project(for_practice(settings), PRACTICE_KEY, practice=True)
    return Project(
        settings, find_key(settings.root, settings.sendgrid.account) or "", practice=False
    )


def _lines(project: Project) -> Iterator[Examined]:
    settings = project.settings
    yield _address(settings.clinic.postal_address, local=project.local)
    mailable, store = _mailable(project)
    yield store
    if not project.key:
        yield NO_KEY
        return
    with quick_account(project) as account:
        lines = examine_account(account, Mailing(settings, mailable))
        yield (key := next(lines))
        if key.verdict != GOOD:
            return
        yield from lines
        yield from examine_sender(account, settings, None if project.local else Dns())
        url = f"{settings.site.url.rstrip('/')}{EVENTS_PATH}"
        links = links_of(settings, practice=False)  # as real letters have them
        yield from examine_leaving(account, settings, url, links.unsubscribe(0, 0) if links else "")
    yield probe_in_short(project)


def _address(postal: str, *, local: bool) -> Examined:
    what = "Postal address"
    if postal.strip():
        return Examined(what, GOOD, postal)
    cure = (
        "type newsletter setup; until then nothing is sent for real, for the law asks for a street or PO box in "
        "every letter (15 USC 7704(a)(5))"
    )
    return Examined(what, ADVICE if local else WRONG, "[clinic] postal_address is empty", cure)


def _mailable(project: Project) -> tuple[int, Examined]:
    """How many people could be mailed; opening the store also brings its tables up to date."""
    wanted = (subscriber.c.standing == "subscribed") & (subscriber.c.consent == "confirmed")
    query = select(func.count()).select_from(subscriber).where(wanted)
    try:
        with project.store() as store, store.read() as connection:
            mailable = connection.scalar(query) or 0
    except NewsletterError as error:
        return 0, Examined("Store", FAILED if error.exit_code == 3 else WRONG, str(error))
    return mailable, Examined("Store", GOOD, f"it opens, with {people(mailable)} to mail")


def _show(lines: list[Examined]) -> None:
    width = max((len(line.what) for line in lines), default=0)
    for line in lines:
        verdict = line.verdict.upper() if line.verdict in (WRONG, FAILED) else line.verdict
        result(f"{verdict:<12}  {line.what:<{width}}  {line.found}".rstrip())
        if line.cure:
            result(f"{'':<12}  {'':<{width}}  -> {line.cure}")
    counted = Counter(line.verdict for line in lines)
    note(", ".join(f"{counted[one]} {one}" for one in VERDICTS if counted[one]) or "nothing yet")


def _judge(lines: list[Examined]) -> None:
    verdicts = {line.verdict for line in lines}
    if WRONG in verdicts:
        raise NewsletterError("put right what is wrong, then type newsletter doctor again")
    if FAILED in verdicts:
        raise ServiceFailed("something did not answer; type newsletter doctor again later")
