"""The results of a campaign as an article, which is mailed to staff like any other."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from newsletter.campaign import Counts, Summary
from newsletter.cli.results import results_article
from newsletter.edition import Birth, load_edition
from newsletter.feedback import Tally
from newsletter.sandbox import Sandbox, happen, skip

from .conftest import ARTICLE, Run, mails

SENT = Summary(
    id=7,
    edition_id="2026-11-24-backs-b6n1",
    edition="content/backs.md",
    title="Backs: lift_with_your_legs *now*",
    created_at=1_795_000_000,
    send_at=1_795_017_600,
    post_until=None,
    stop=None,
    stop_reason="",
    edition_digest="e",
    letter_digest="x",
    audience_digest="y",
    audience=None,
    fencing=False,
    doubted_until=0,
    posting=False,
    unconfirmed=None,
    counts=Counts(frozen=1_297, accepted=1_294, refused=1, withheld=2),
)
TOLD = Tally(
    deferred=1, delivered=1_280, bounced=9, unsubscribed=4, opened=611, clicked=218, processed=0
)
BIRTH = Birth(date(2026, 11, 25), "k3p9")
WHOLE = """\
---
# The id stays as it is for ever: it tells this edition from all others.
id: 2026-11-25-results-of-campaign-7-k3p9
title: Results of campaign 7
subject: Results of campaign 7
preheader: Delivered to 1,284 of 1,297 people; below is what became of everybody.
template: report
kicker: For staff
date: 2026-11-25
# Whom newsletter send mails it to: those on a list called staff, or with this tag.
audience: staff
---

What became of “Backs: lift_with_your_legs \\*now\\*”, on its way since Wed 18 Nov 2026, 10:00 AM CST. The numbers of the first table add up to the 1,297 people who were chosen for it.

::: figures
- **1,284** got it, 99.0% of 1,297
- **9** bounced
- **611** opened it themselves
- **218** clicked a link
- **4** unsubscribed
- **0** called it spam
:::

::: bars What became of everybody
| What | People |
|---|---|
| Handed to SendGrid | 1,294 |
| Refused by SendGrid | 1 |
| Withheld: they left, or bounced, since the campaign was frozen | 2 |
:::

::: bars Who has not got it
| What | People |
|---|---|
| Put off by the reader's server, tried again | 1 |
| Bounced: the address does not work, it is not mailed again | 9 |
:::
"""


def test_the_article_has_the_numbers_and_nothing_else() -> None:
    assert results_article(SENT, TOLD, BIRTH, ZoneInfo("America/Chicago")) == WHOLE


def test_where_nobody_told_of_deliveries_it_claims_none() -> None:
    written = results_article(SENT, Tally(bounced=9), BIRTH, ZoneInfo("America/Chicago"))
    assert "Handed to SendGrid for 1,294 of 1,297 people" in written
    assert "- **1,294** handed to SendGrid, 99.8% of 1,297\n- **3** not handed over\n:::" in written
    assert not re.search("[Dd]elivered|clicked|got it,", written)


def test_numbers_that_do_not_add_up_are_not_said_to() -> None:
    lost = replace(SENT, counts=replace(SENT.counts, accepted=1_293))
    assert "DO NOT ADD UP to the 1,297" in results_article(lost, TOLD, BIRTH, ZoneInfo("UTC"))


def test_it_is_written_once_and_mailed_to_staff_alone(
    run: Run, sandbox: Sandbox, clinic: Path
) -> None:
    assert run("send", ARTICLE, "--practice", "--yes").code == 0
    skip(sandbox.url, 7200)
    patients = [record.address for record in mails(sandbox)]
    happen(sandbox.url, "bounce", patients[:1], reason="550 no such user")
    asked = ("report", "--practice", "--ask", "--article", "content/results.md")
    told = run(*asked)
    assert (told.code, told.out) == (
        0,
        "content/results.md has the results of campaign 1, for staff.\n",
    )
    assert "newsletter test content/results.md --practice --to YOUR-ADDRESS" in told.err
    assert "No list or tag is called staff yet. First put subscribers/staff.csv there" in told.err
    path = clinic / "content" / "results.md"
    written = path.read_text(encoding="utf-8")
    assert "- **18** handed to SendGrid, 100.0% of 18" in written
    assert "| Bounced: the address does not work, it is not mailed again | 1 |" in written
    assert load_edition(path, clinic).template == "report"
    assert run(*asked).err.count("content/results.md is there already; give another name") == 1
    assert path.read_text(encoding="utf-8") == written

    nobody = run("send", "content/results.md", "--practice", "--yes")
    assert (nobody.code, "there is no list staff" in nobody.err) == (1, True)
    (clinic / "subscribers" / "staff.csv").write_text("email,first name\nboss@example.com,Grace\n")
    (clinic / "subscribers" / "staff.toml").write_text(
        '[list]\nconsent = "confirmed"\nsource = "our own people"\n'
    )
    assert run("send", "content/results.md", "--practice", "--yes").code == 0
    again = run("report", "--practice", "--article", "content/more.md")
    assert (again.code, "called staff yet" in again.err) == (0, False)
    assert [record.address for record in mails(sandbox)][len(patients) :] == ["boss@example.com"]


def test_it_goes_together_with_no_other_form(run: Run, sandbox: Sandbox, clinic: Path) -> None:
    refused = run("report", "--practice", "--json", "--article", "content/results.md")
    assert (refused.code, "--article cannot go together" in refused.err) == (2, True)
    assert not (clinic / "content" / "results.md").exists()
