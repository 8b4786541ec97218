"""Bad input: each a sentence with file, line and cure, an exit code, and nothing half done."""

from collections.abc import Callable
from pathlib import Path

import pytest

from newsletter.sandbox import Fault, Sandbox, misbehave

from .conftest import ARTICLE, Run, mails

SEND = ("send", ARTICLE, "--practice", "--yes")
LIST = "subscribers/sample/website.csv"


def article(change: Callable[[str], str]) -> Callable[[Path], None]:
    def changed(clinic: Path) -> None:
        path = clinic / ARTICLE
        path.write_text(change(path.read_text()))

    return changed


def content(name: str, value: bytes) -> Callable[[Path], None]:
    return lambda clinic: (clinic / name).write_bytes(value) and None  # type: ignore[return-value]


def without(key: str) -> Callable[[str], str]:
    return lambda source: "\n".join(
        row for row in source.split("\n") if not row.startswith(f"{key}:")
    )


BROKEN = {
    "broken yaml": (article(lambda s: s.replace("kicker:", "kicker: [", 1)), f"{ARTICLE}:"),
    "unknown key": (
        article(lambda s: s.replace("kicker:", "kiker:", 1)),
        "kiker is unknown; did you mean kicker?",
    ),
    "missing subject": (article(without("subject")), "subject is missing; write subject:"),
    "two subjects": (
        article(lambda s: s.replace("kicker:", "subject: Another\nkicker:", 1)),
        "subject stands twice",
    ),
    "empty article": (content(ARTICLE, b""), f"{ARTICLE}: the file is empty"),
    "binary article": (
        content(ARTICLE, b"\xff\xd8\xff\xe0JFIF"),
        f"{ARTICLE}:1: this is no UTF-8 text",
    ),
    "missing template": (
        article(lambda s: s.replace("kicker:", "template: fancy\nkicker:", 1)),
        "templates/email/fancy.mjml is missing",
    ),
    "unknown merge field": (
        article(lambda s: s + "\n\n{{ reader.shoe_size }}\n"),
        "reader.shoe_size is unknown",
    ),
    "list without addresses": (
        content(LIST, b"Name,Town\nAda,Gretna\n"),
        f"{LIST}:1: there is no column of addresses",
    ),
    "binary list": (content(LIST, b"PK\x03\x04\0\0"), f"{LIST}: this workbook is broken"),
    "empty list": (content(LIST, b""), f"{LIST}: the file is empty"),
    "huge line": (content(LIST, b"x" * 10_000_000), f"{LIST}:1: a line of more than a megabyte"),
    "huge line in the article": (content(ARTICLE, b"x" * 10_000_000), ARTICLE),
    "broken settings": (content("newsletter.toml", b"[clinic\n"), "newsletter.toml:1:"),
    "unknown setting": (
        content("newsletter.toml", b"[clinic]\nnmae = 'x'\n"),
        "newsletter.toml:2: nmae is unknown in [clinic]",
    ),
    "unknown list": (
        article(lambda s: s.replace("kicker:", "audience: nowhere\nkicker:", 1)),
        "there is no list nowhere",
    ),
    "wrong basis": (
        content("subscribers/sample/website.toml", b"[list]\nconsent = 'perhaps'\n"),
        "subscribers/sample/website.toml:2: consent = 'perhaps'",
    ),
}


@pytest.mark.parametrize(("spoil", "told"), BROKEN.values(), ids=BROKEN)
def test_it_is_one_sentence_and_nothing_is_written(
    run: Run, clinic: Path, sandbox: Sandbox, spoil: Callable[[Path], None], told: str
) -> None:
    spoil(clinic)
    sent = run(*SEND)
    assert sent.code == 1
    assert told in sent.err
    assert "Traceback" not in sent.err
    assert mails(sandbox) == []
    if "newsletter.toml" not in told:
        assert "Nothing was sent yet." in run("campaigns", "--practice").out


def test_an_article_that_is_not_there_names_the_nearest(run: Run, sandbox: Sandbox) -> None:
    sent = run("send", "content/strength-training-for-backpain.md", "--practice", "--yes")
    assert sent.code == 1
    assert "did you mean content/strength-training-for-back-pain.md?" in sent.err


@pytest.mark.parametrize(
    ("target", "told"),
    [
        ("nowhere/who.csv", "nowhere/who.csv: there is no such file or folder; correct the name"),
        ("content", "content: this is a folder; name a file in it"),
        (f"{ARTICLE}/who.csv", "who.csv: a part of it is a file, not a folder; name another place"),
        ("n" * 300, "File name too long; put it right and type the same command again"),
    ],
)
def test_a_report_that_cannot_be_written_is_told(
    run: Run, sandbox: Sandbox, target: str, told: str
) -> None:
    run(*SEND)
    written = run("report", "--practice", "--csv", target)
    assert written.code == 1
    assert told in written.err


def test_a_preview_that_cannot_be_written_is_told(run: Run, clinic: Path) -> None:
    (clinic / ".newsletter").mkdir(exist_ok=True)
    (clinic / ".newsletter" / "preview").write_text("in the way")
    written = run("preview", ARTICLE)
    assert written.code == 1
    assert "preview/strength-training-for-back-pain: a part of it is a file" in written.err


def test_a_key_that_sendgrid_refuses_is_told_with_its_cure(
    run: Run, sandbox: Sandbox, clinic: Path
) -> None:
    real(clinic)
    misbehave(
        sandbox.url,
        Fault(
            "error before", status=401, path="/v3/suppression/unsubscribes", method="GET", times=9
        ),
    )
    sent = run("send", ARTICLE, "--yes", key="SG.wrong.key", host=sandbox.url)
    assert sent.code == 1
    assert "SG.wrong.key" not in sent.err + sent.out
    assert "newsletter setup" in sent.err


@pytest.mark.slow
def test_a_server_that_is_not_there_is_told(run: Run, clinic: Path) -> None:
    real(clinic)
    (clinic / "newsletter.toml").write_text(
        (clinic / "newsletter.toml").read_text() + "deadline_seconds = 2\n"
    )
    sent = run("send", ARTICLE, "--yes", key="SG.some.key", host="http://127.0.0.1:9")
    assert sent.code == 3
    assert "127.0.0.1:9" in sent.err


@pytest.mark.engine("sqlite")
def test_a_lock_file_left_behind_locks_nothing(run: Run, clinic: Path, sandbox: Sandbox) -> None:
    (clinic / ".newsletter" / "practice.lock").write_text("left behind by a dead process")
    assert run(*SEND).code == 0


def test_without_a_key_a_script_is_told_to_practise(run: Run) -> None:
    sent = run("send", ARTICLE, "--yes")
    assert sent.code == 1
    assert "there is no SendGrid key; type newsletter setup" in sent.err
    assert "--practice" in sent.err


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("", "the clinic's postal address is not set"),
        ('postal_address = ""', "there is no sender"),
    ],
)
def test_nothing_is_sent_for_real_without_address_and_sender(
    run: Run, clinic: Path, sandbox: Sandbox, change: str, told: str
) -> None:
    real(clinic)
    toml = (clinic / "newsletter.toml").read_text()
    if change:
        toml = toml.replace(
            change, 'postal_address = "1 Made-up Street, New Orleans, LA 70112"'
        ).replace('email = "news@clockworkperform.com"', 'email = ""')
    (clinic / "newsletter.toml").write_text(toml)
    checked = run("check", ARTICLE, "--quick", key="SG.some.key")
    assert checked.code == 1
    assert told in checked.out


def real(clinic: Path) -> None:
    """A sender, and a list of real people."""
    toml = (clinic / "newsletter.toml").read_text()
    (clinic / "newsletter.toml").write_text(
        toml.replace('email = ""', 'email = "news@clockworkperform.com"')
    )
    (clinic / "subscribers" / "own.csv").write_text("Email\nrita@clinic-news.com\n")
    (clinic / "subscribers" / "own.toml").write_text('[list]\nconsent = "confirmed"\n')
