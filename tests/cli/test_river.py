"""The main job: one command from article and lists to mail in the sandbox."""

import email
import email.policy
import re
import urllib.request
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest

from newsletter.cli.letters import links_of
from newsletter.config import load_settings
from newsletter.delivery import Account
from newsletter.errors import NewsletterError
from newsletter.sandbox import Fault, Sandbox, misbehave, plant, serve, skip

from .conftest import ARTICLE, Run, delivered, mails

SEND = ("send", ARTICLE, "--practice", "--yes")


def eml(sandbox: Sandbox) -> list[EmailMessage]:
    files = sorted((sandbox.folder / "outbox").rglob("*.eml"))
    return [
        email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in files
    ]  # type: ignore[misc]


def test_one_command_does_everything_and_says_so(run: Run, sandbox: Sandbox) -> None:
    sent = run(*SEND)
    assert sent.code == 0
    assert sent.err.startswith("PRACTICE: nothing left this computer.")
    assert sent.err.endswith("PRACTICE: nothing left this computer.\n")
    for words in (
        "18 people",
        "Left out: unsubscribed",
        "Undo until",
        "18 frozen = 18 accepted",
        "without it nothing is sent for real",
    ):
        assert words in sent.out
    skip(sandbox.url, 3600)
    assert len(delivered(sandbox)) == len(set(delivered(sandbox))) == 18
    assert len(eml(sandbox)) == 18


def test_sending_again_posts_nothing_new(run: Run, sandbox: Sandbox) -> None:
    run(*SEND)
    before = mails(sandbox)
    again = run(*SEND)
    assert again.code == 0
    assert "everybody who wants it has it already" in again.out
    assert mails(sandbox) == before


def test_whoever_is_new_gets_it_with_the_second_send(
    run: Run, sandbox: Sandbox, clinic: Path
) -> None:
    run(*SEND)
    with (clinic / "subscribers" / "sample" / "website.csv").open("a") as file:
        file.write("new.one@example.com,Nora,New,Gretna,en,,subscribed,2026-11-01\n")
    again = run(*SEND)
    assert "1 frozen = 1 accepted" in again.out
    assert re.findall(r"^(?:May|Have|To) .*", again.out, re.MULTILINE) == [
        "May get it               19 people, some of them on several lists",
        "Have it already          18 people",
        "To                       1 person",
    ]
    skip(sandbox.url, 3600)
    assert len(delivered(sandbox)) == len(set(delivered(sandbox))) == 19


def parts(mail: EmailMessage) -> tuple[str, str]:
    html, text = mail.get_body(("html",)), mail.get_body(("plain",))
    assert html is not None
    assert text is not None
    return html.get_content(), text.get_content()


def test_every_mail_carries_the_footer_and_one_way_out(run: Run, sandbox: Sandbox) -> None:
    run(*SEND)
    for mail in eml(sandbox):
        for part in parts(mail):
            for words in (
                "Clockwork Perform",
                "https://www.clockworkperform.com/",
                "New Orleans, United States",
                "Questions? Just reply to this letter.",
                "because you signed up",
            ):
                assert words in part
        assert len(mail.get_all("List-Unsubscribe", [])) == 1
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert {part.get_content_type() for part in mail.walk()} >= {
            "text/plain",
            "text/html",
            "image/png",
        }


def test_the_unsubscribe_link_works_when_followed_and_is_honoured(
    run: Run, sandbox: Sandbox, clinic: Path
) -> None:
    run(*SEND)
    skip(sandbox.url, 3600)
    (mail,) = [mail for mail in eml(sandbox) if mail["To"] == "ada.fontenot@example.com"]
    html, text = parts(mail)
    (link,) = re.findall(r"Unsubscribe: (http\S+)", text)
    assert f'href="{link}"'.replace("&", "&amp;") in html
    with urllib.request.urlopen(link, data=b"List-Unsubscribe=One-Click") as page:  # noqa: S310
        assert page.status == 200
    (clinic / ARTICLE).write_text((clinic / ARTICLE).read_text().replace("id: ", "id: next-", 1))
    again = run(*SEND)
    assert "17 frozen = 17 accepted" in again.out
    assert [mail.address for mail in mails(sandbox)].count("ada.fontenot@example.com") == 1


@pytest.mark.parametrize("name", ["bounces", "spam_reports", "invalid_emails", "global"])
def test_whoever_is_on_a_list_at_sendgrid_is_left_out(
    run: Run, sandbox: Sandbox, name: str
) -> None:
    plant(sandbox.url, name, ["Ada.Fontenot@example.com"])
    assert "17 frozen = 17 accepted" in run(*SEND).out


def test_undo_edit_send_again_gives_everybody_the_second_version(
    run: Run, sandbox: Sandbox, clinic: Path
) -> None:
    run(*SEND)
    (clinic / ARTICLE).write_text(
        (clinic / ARTICLE).read_text().replace("large company", "very large company")
    )
    refused = run(*SEND)
    assert refused.code == 1
    assert "this edition was edited since it went out (campaign 1)" in refused.err
    undone = run("undo", "--practice", "--yes")
    assert undone.code == 0
    assert "18 frozen = 18 cancelled" in undone.out
    assert run(*SEND).code == 0
    skip(sandbox.url, 3600)
    assert len(delivered(sandbox)) == len(set(delivered(sandbox))) == 18
    assert all("very large company" in parts(mail)[1] for mail in eml(sandbox))


def test_undo_comes_too_late_when_the_mail_has_left(run: Run, sandbox: Sandbox) -> None:
    run(*SEND)
    skip(sandbox.url, 3600)
    late = run("undo", "1", "--practice", "--yes")
    assert late.code == 1
    assert "campaign 1 can no longer be taken back: the mail of 18 people has left" in late.err


def test_practice_and_earnest_share_nothing(run: Run, sandbox: Sandbox, clinic: Path) -> None:
    run(*SEND)
    (clinic / "subscribers" / "own.csv").write_text(
        "Email,First name\nreal.person@clinic-news.com,Rita\nx@example.com,X\n"
    )
    (clinic / "subscribers" / "own.toml").write_text('[list]\nconsent = "confirmed"\n')
    toml = (clinic / "newsletter.toml").read_text()
    (clinic / "newsletter.toml").write_text(
        toml.replace('email = ""', 'email = "news@clockworkperform.com"')
    )
    with serve(clinic / ".newsletter" / "another") as other:
        sent = run("send", ARTICLE, "--yes", key="SG.real.key", host=other.url)
    assert sent.code == 0
    assert "PRACTICE" not in sent.err
    assert "2 frozen = 2 accepted" in sent.out


def test_the_plan_alone_freezes_nothing(run: Run, sandbox: Sandbox) -> None:
    planned = run("send", ARTICLE, "--practice", "--dry-run")
    assert planned.code == 0
    assert "18 people" in planned.out
    assert mails(sandbox) == []
    assert "Nothing was sent yet." in run("campaigns", "--practice").out
    planned = run("send", ARTICLE, "--practice", "--dry-run", "--json")
    assert planned.json["plan"]["recipients"] == 18


def test_the_plan_shows_the_subject_as_a_reader_sees_it(
    run: Run, sandbox: Sandbox, clinic: Path
) -> None:
    personal = "subject: {{ reader.first_name | default('Dear reader', true) }}, two short sessions"
    (clinic / ARTICLE).write_text(
        re.sub(r"^subject: .*", personal, (clinic / ARTICLE).read_text(), flags=re.MULTILINE)
    )
    planned = run("send", ARTICLE, "--practice", "--dry-run").out
    assert "Subject                  Ada, two short sessions (for one of them)\n" in planned


@pytest.mark.parametrize(("typed", "code"), [("18\n", 0), ("17\n", 1), ("\n", 1)])
def test_the_number_of_recipients_must_be_typed(
    run: Run, sandbox: Sandbox, typed: str, code: int
) -> None:
    sent = run("send", ARTICLE, "--practice", typed=typed)
    assert sent.code == code
    assert len(mails(sandbox)) == (18 if code == 0 else 0)


def test_a_time_may_be_asked_for(run: Run, sandbox: Sandbox) -> None:
    early = run(*SEND, "--at", "2020-01-01 10:00")
    assert early.code == 1
    assert "the earliest time that leaves room for undo is" in early.err
    assert run(*SEND, "--at", "someday").code == 2
    sent = run(*SEND, "--at", "tomorrow 9am", "--json")
    assert sent.code == 0
    assert sent.json["counts"]["accepted"] == 18
    assert sent.json["counts"]["adds_up"] is True


def test_without_an_answer_the_wave_goes_again_and_everybody_gets_one(
    run: Run, sandbox: Sandbox, clinic: Path
) -> None:
    settings = clinic / "newsletter.toml"
    settings.write_text(f"{settings.read_text()}\ndeadline_seconds = 3\nquiescence_seconds = 3\n")
    misbehave(sandbox.url, Fault("drop after"))
    assert run(*SEND).code == 0
    assert len(mails(sandbox)) > 18
    skip(sandbox.url, 2 * 3600)
    assert len(delivered(sandbox)) == len(set(delivered(sandbox))) == 18


def test_what_stays_unknown_is_told_and_never_sent_again(run: Run, sandbox: Sandbox) -> None:
    with Account("SG.practice.only", sandbox.url) as account:
        for _ in range(9):
            account.stop_batch(account.new_batch())
    misbehave(sandbox.url, Fault("drop after"))
    sent = run(*SEND)
    assert sent.code == 3
    assert "is not known yet" in sent.err
    in_time = f"newsletter send {ARTICLE} --practice, typed in time, cancels their mail"
    assert in_time in sent.err
    assert in_time in run("status", "--practice").err
    assert "State       waits for answers" in run("status", "--practice").out
    again = run(*SEND)
    skip(sandbox.url, 3600)
    assert len(delivered(sandbox)) == len(set(delivered(sandbox))) == 18
    assert again.code == 3
    status = run("status", "--practice")
    assert status.code == 3
    assert "State       unknown for some" in status.out


def test_a_halted_campaign_goes_on_where_it_was(run: Run, sandbox: Sandbox) -> None:
    misbehave(sandbox.url, Fault("no credits"))
    sent = run(*SEND)
    assert sent.code == 3
    assert "Maximum credits exceeded" in sent.err
    status = run("status", "--practice")
    assert "Because" in status.out
    assert "halted" in status.out
    going = run("send", ARTICLE, "--practice", typed="y\n")
    assert going.code == 0
    assert "18 frozen = 18 accepted" in going.out
    assert len(mails(sandbox)) == 18


def test_going_on_can_be_declined(run: Run, sandbox: Sandbox) -> None:
    misbehave(sandbox.url, Fault("no credits"))
    run(*SEND)
    assert run("send", ARTICLE, "--practice", typed="n\n").code == 1
    assert mails(sandbox) == []


@pytest.mark.parametrize(("typed", "code"), [("y\n1\n", 0), ("y\n19\n", 1), ("y\n\n", 1)])
def test_whoever_is_new_where_a_campaign_goes_on_is_agreed_to_by_number(
    run: Run, sandbox: Sandbox, clinic: Path, typed: str, code: int
) -> None:
    misbehave(sandbox.url, Fault("no credits"))
    assert run(*SEND).code == 3
    with (clinic / "subscribers" / "sample" / "website.csv").open("a") as file:
        file.write("new.one@example.com,Nora,New,Gretna,en,,subscribed,2026-11-01\n")
    going = run("send", ARTICLE, "--practice", typed=typed)
    assert "Campaign 1 is not finished. Go on?" in going.err
    assert "Type the number of new recipients (1) to send" in going.err
    assert (going.code, len(mails(sandbox))) == (code, 19 if code == 0 else 0)


def test_with_a_site_of_ones_own_each_reader_has_their_own_link(
    run: Run, sandbox: Sandbox, clinic: Path
) -> None:
    toml = (clinic / "newsletter.toml").read_text()
    (clinic / "newsletter.toml").write_text(
        toml.replace('url = ""', 'url = "https://news.example.com"')
    )
    assert run(*SEND).code == 0
    links = set()
    for mail in eml(sandbox):
        html, text = parts(mail)
        (link,) = re.findall(r"Unsubscribe: (\S+)", text)
        links.add(link)
        assert mail.get_all("List-Unsubscribe") == [f"<{link}>"]
        assert link in html
        assert "View in browser" in html
        assert "Preferences: https://news.example.com/p/" in text
    assert len(links) == 18
    assert all(link.startswith("https://news.example.com/u/") for link in links)
    settings = load_settings(clinic, {})
    real = links_of(settings, practice=False)
    other = links_of(
        replace(settings, sendgrid=replace(settings.sendgrid, account="eu")), practice=False
    )
    assert real is not None
    assert other is not None
    with pytest.raises(NewsletterError):
        real.read("unsubscribe", other.unsubscribe(7, 1).rpartition("/")[2])
    for link in links:  # who tries the button in practice makes no real reader of that number leave
        with pytest.raises(NewsletterError):
            real.read("unsubscribe", link.rpartition("/")[2])


def test_with_a_group_sendgrid_keeps_the_unsubscribed_of_that_group(
    run: Run, sandbox: Sandbox, clinic: Path
) -> None:
    with_group(clinic, 21_345)
    assert run(*SEND).code == 0
    for mail in eml(sandbox):
        assert len(mail.get_all("List-Unsubscribe", [])) == 1
        assert re.search(r"Unsubscribe: http\S+", parts(mail)[1])


def test_a_group_that_is_not_there_is_told_before_anything_is_frozen(
    run: Run, sandbox: Sandbox, clinic: Path
) -> None:
    with_group(clinic, 7)
    real = {"key": "SG.a.real.one", "host": sandbox.url}
    sent = run("send", ARTICLE, "--yes", **real)
    assert sent.code == 1
    assert (
        "newsletter.toml: there is no group 7 at SendGrid; write [sendgrid] group = 0, or one of: none, "
        "then send again" in sent.err
    )
    assert "Nothing was sent yet." in run("campaigns", **real).out


def with_group(clinic: Path, number: int) -> None:
    toml = (clinic / "newsletter.toml").read_text()
    (clinic / "newsletter.toml").write_text(toml.replace("group = 0", f"group = {number}"))


def test_a_list_that_is_merged_while_the_number_is_typed_sends_nothing(
    run: Run, sandbox: Sandbox, clinic: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def typed(_question: str, **_options: object) -> str:
        late = clinic / "subscribers" / "late.csv"
        late.write_text("Email,First name\nlate.reader@example.com,Late\n")
        late.with_suffix(".toml").write_text('[list]\nconsent = "confirmed"\nsource = "form"\n')
        assert run("lists", "--practice").code == 0
        return "18"

    monkeypatch.setattr("click.prompt", typed)
    sent = run("send", ARTICLE, "--practice")
    assert sent.code == 1
    assert "the audience grew since the plan, from 18 to 19" in sent.err
    assert mails(sandbox) == []


def test_nobody_left_while_the_number_is_typed_is_told(
    run: Run, sandbox: Sandbox, clinic: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lists = (clinic / "subscribers" / "sample").glob("*.csv")
    words = " ".join(path.read_text(encoding="latin-1") for path in lists)
    everybody = clinic / "everybody.csv"
    everybody.write_text("\n".join(["Email", *re.findall(r"[\w.+'-]+@[\w.-]+", words)]))

    def typed(_question: str, **_options: object) -> str:
        assert run("lists", "suppress", f"{everybody}", "--practice").code == 0
        return "18"

    monkeypatch.setattr("click.prompt", typed)
    sent = run("send", ARTICLE, "--practice")
    assert sent.code == 1
    assert "nobody is left to mail" in sent.err
