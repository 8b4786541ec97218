"""`newsletter check` and the checks of `send`, as a person types them."""

from pathlib import Path

import pytest

from newsletter.checks import RULES
from newsletter.sandbox import Sandbox
from tests.cli.conftest import ARTICLE, ROOT, Run

QUICK = ("check", ARTICLE, "--practice", "--quick")


def rewrite(clinic: Path, *changes: tuple[str, str], to: str = ARTICLE) -> None:
    """Change words of the sample article; they must be there."""
    source = (ROOT / ARTICLE).read_text(encoding="utf-8")
    for old, new in changes:
        assert old in source
        source = source.replace(old, new, 1)
    (clinic / to).write_text(source, encoding="utf-8")


def addressed(clinic: Path) -> None:
    """The postal address as after newsletter setup."""
    toml = clinic / "newsletter.toml"
    address = 'postal_address = "12 Made-up Street, New Orleans, LA 70112"'
    toml.write_text(toml.read_text().replace('postal_address = ""', address))


def test_findings_are_told_by_area_with_what_to_do(run: Run, clinic: Path) -> None:
    addressed(clinic)
    rewrite(
        clinic,
        ("subject: A stronger", "subject: Re: A stronger"),
        ("# Make it", "# Guaranteed: make it"),
    )
    checked = run(*QUICK)
    assert checked.code == 1
    assert checked.out.split("\n\n")[:2] == [
        "Health\n"
        f"  warning: {ARTICLE}:72: “Guaranteed” is a claim that needs strong evidence (FTC)\n"
        "    say what is known, with its source (health/claims)",
        "Subject\n"
        f"  error: {ARTICLE}:4: the subject pretends to be a reply\n"
        "    take Re: or Fwd: away (subject/fake-reply)",
    ]
    assert checked.err.splitlines()[0].startswith("1 error, 1 warning; of ")
    assert checked.err.splitlines()[1].endswith("put the errors right and check again")


def test_what_was_not_asked_is_named_and_is_no_good_news(run: Run, clinic: Path) -> None:
    addressed(clinic)
    checked = run(*QUICK)
    assert checked.code == 0
    (silent,) = checked.out.strip().split("\n\n")
    assert silent.startswith("Not verified\n  ")
    for rule in ("mail/spam-score", "a11y/axe", "link/dead", "text/spelling"):
        assert rule in silent
    assert "rules not verified" in checked.err


def test_an_accepted_finding_is_shown_with_its_reason(run: Run, clinic: Path) -> None:
    addressed(clinic)
    allow = "allow:\n  health/claims: it is the title of a study\nkicker:"
    rewrite(clinic, ("kicker:", allow), ("# Make it", "# A miracle: make it"))
    checked = run(*QUICK)
    assert checked.code == 0
    assert "accepted: it is the title of a study" in checked.out
    assert "0 errors, 0 warnings, 1 accepted; of " in checked.err
    (told,) = [f for f in run(*QUICK, "--json").json if f["rule"] == "health/claims"]
    assert told["waived"] == "it is the title of a study"


def test_an_article_that_cannot_be_composed_is_told_as_findings(run: Run, clinic: Path) -> None:
    rewrite(clinic, ("subject:", "subjekt:"))
    checked = run(*QUICK, "--json")
    assert checked.code == 1
    assert {finding["rule"] for finding in checked.json} == {"edition/article"}
    rewrite(clinic)
    template = clinic / "templates" / "email" / "article.mjml"
    template.write_text(template.read_text().replace("</mj-body>", "<mj-nope></mj-nope></mj-body>"))
    checked = run(*QUICK)
    assert checked.code == 1
    assert "Composing\n  error: templates/email/article.mjml:" in checked.out
    assert "<mj-nope> is no MJML tag" in checked.out


def test_what_is_wrong_above_and_below_the_front_matter_is_told_together(
    run: Run, clinic: Path
) -> None:
    path = clinic / "content" / "bad.md"
    head = "id: bad\ntitle: Bad\npreheader: Why\nkiker: x\nhero: none.png"
    path.write_text(
        f"---\n{head}\n---\n\n{{{{ reader.nam }}}}\n\n![](gone.png)\n\n{{{{ reader.city | shout }}}}\n"
    )
    told = run("check", "content/bad.md", "--practice", "--json").json
    assert [(one["line"], one["sentence"]) for one in told] == [
        (1, "subject is missing"),
        (5, "kiker is unknown"),
        (6, "the hero picture has no description"),
        (6, "the picture none.png is missing"),
        (9, "reader.nam is unknown"),
        (11, "the picture gone.png is missing"),
        (13, "there is no filter shout"),
    ]


def test_readers_are_named_only_when_asked_for(run: Run, clinic: Path) -> None:
    (clinic / ARTICLE).write_text(
        (clinic / ARTICLE).read_text() + "\n\nDear {{ reader.last_name }},\n"
    )
    run("lists", "--practice")
    quiet, named = run(*QUICK), run(*QUICK, "--who")
    assert "(tpl/missing-value)" in quiet.out
    assert "@" not in quiet.out
    assert "@example." in named.out
    (hole,) = [f for f in run(*QUICK, "--json").json if f["rule"] == "tpl/missing-value"]
    assert hole["readers"] > 0
    assert "who" not in hole
    (hole,) = [f for f in run(*QUICK, "--json", "--who").json if f["rule"] == "tpl/missing-value"]
    assert len(hole["who"]) == hole["readers"]


def test_a_hole_is_told_even_before_there_is_a_list(run: Run, clinic: Path) -> None:
    (clinic / ARTICLE).write_text(
        (clinic / ARTICLE).read_text() + "\n\nDear {{ reader.last_name }},\n"
    )
    checked = run(*QUICK)
    assert checked.code == 1
    assert "a reader's value is empty here" in checked.out


def test_a_subject_that_was_sent_before_is_told(run: Run, clinic: Path, sandbox: Sandbox) -> None:
    addressed(clinic)
    sent = run("send", ARTICLE, "--practice", "--yes", host=sandbox.url)
    assert sent.code == 0
    rewrite(clinic, ("id: 2026", "id: new-2026"), to="content/again.md")
    told = run(
        "check", "content/again.md", "--practice", "--quick", "--json", host=sandbox.url
    ).json
    (repeated,) = [finding for finding in told if finding["severity"] == "warning"]
    assert repeated["rule"] == "subject/repeat"
    assert repeated["sentence"] == f"{ARTICLE} had the same subject"
    again = run("send", "content/again.md", "--practice", "--dry-run", host=sandbox.url)
    assert "(send/gap)" in again.err


@pytest.mark.slow
@pytest.mark.slow
def test_a_check_in_earnest_asks_programs_and_network(run: Run, clinic: Path) -> None:
    addressed(clinic)
    toml = clinic / "newsletter.toml"
    toml.write_text(toml.read_text().replace('email = ""', 'email = "news@nowhere.example.com"', 1))
    checked = run("check", ARTICLE, key="SG.some.key")
    assert (
        "(mail/auth)" in checked.out or "mail/auth, " in checked.out or "mail/auth:" in checked.out
    )
    assert "only the letter itself was looked at" not in checked.out
    assert "practice" not in checked.out
    offline = run("check", ARTICLE, "--offline", key="SG.some.key")
    assert offline.code == 0
    assert "mail/auth" in offline.out
    assert "the network was not asked; check again without --offline" in offline.out


def test_help_names_every_way_to_check(run: Run) -> None:
    shown = run("check", "--help").out
    assert all(
        option in shown for option in ("--offline", "--quick", "--who", "--json", "--practice")
    )
    assert len(RULES) > 80


def test_an_advertisement_is_told_of_readers_whose_lists_do_not_say_what_they_agreed_to(
    run: Run, clinic: Path
) -> None:
    rewrite(clinic, ("kicker: Back care", "kind: promo"))
    basis = clinic / "subscribers" / "sample" / "old-tool.toml"
    kept = [line for line in basis.read_text().splitlines() if not line.startswith("wording")]
    basis.write_text("\n".join(kept) + "\n")
    assert run("lists", "--practice").code == 0
    assert "of 2 readers it is not on record what they agreed to" in run(*QUICK).out


def test_an_advertisement_to_people_whose_lists_say_it_is_not_told(run: Run, clinic: Path) -> None:
    rewrite(clinic, ("kicker: Back care", "kind: promo"))
    assert run("lists", "--practice").code == 0
    assert "it is not on record" not in run(*QUICK).out
