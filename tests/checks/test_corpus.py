"""Twenty-five good mails stay quiet, twenty-five bad ones say all that is wrong with them."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from newsletter.checks import Draft, check
from tests.checks.bad_mails import BAD
from tests.checks.good_mails import GOOD

GOLDEN = Path(__file__).parent / "golden" / "bad-mails.txt"
Make = Callable[[str], Draft]


def test_both_corpora_are_as_large_as_they_should_be() -> None:
    assert len(GOOD) == len(BAD) == 25


@pytest.mark.parametrize("article", GOOD.values(), ids=GOOD)
def test_a_good_mail_has_no_errors_and_no_warnings(draft: Make, article: str) -> None:
    assert [f for f in check(draft(article)) if f.severity in {"error", "warning"}] == []


@pytest.mark.parametrize(("article", "change", "rules"), BAD.values(), ids=BAD)
def test_a_bad_mail_has_all_expected_findings_and_no_others(
    draft: Make, article: str, change: Callable[[Draft], Draft], rules: tuple[str, ...]
) -> None:
    assert sorted(finding.rule for finding in check(change(draft(article)))) == sorted(rules)


@pytest.mark.slow
def test_the_sentences_are_as_approved(draft: Make) -> None:
    told = "".join(
        f"{name}\n" + "".join(f"  {finding}\n" for finding in check(change(draft(article))))
        for name, (article, change, _rules) in BAD.items()
    )
    told = re.sub(r"is \d+ kB", "is … kB", told)  # it grows and shrinks with the template
    assert told == GOLDEN.read_text(encoding="utf-8")
