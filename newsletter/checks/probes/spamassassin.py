"""This module asks SpamAssassin's local rules, where it is installed; nothing leaves this computer."""

import re
import shutil
import subprocess
from collections.abc import Mapping
from datetime import datetime

from newsletter.checks.draft import Draft
from newsletter.checks.evidence import Spam, Unverified
from newsletter.checks.probes.mail import mail_of

SECONDS = 60
ASK = (
    "--local", "--test-mode", "--nocreate-prefs", "--cf=use_bayes 0", "--cf=report_safe 0",
    "--cf=clear_report_template", "--cf=report @@ _SCORE_ _REQD_ _TESTSSCORES(,)_",
)  # fmt: skip
"""The report of one line: the usual table breaks its columns where they are full."""

ANSWER = re.compile(r"^@@ (-?[\d.]+) (-?[\d.]+) (\S*)", re.MULTILINE)

MEANINGS: Mapping[str, str] = {
    "SUBJECT_DIET": "“lose weight” in the subject",
    "DIET_1": "“lose weight” in the text",
    "GUARANTEED_100_PERCENT": "“100 % guaranteed”",
    "MONEY_BACK": "“money back”",
    "NO_PRESCRIPTION": "“no prescription”",
    "SUBJ_ALL_CAPS": "a subject in capitals",
    "HTML_FONT_LOW_CONTRAST": "words in nearly the colour of their background",
    "HTML_IMAGE_ONLY_04": "a picture with hardly a word",
    "HTML_IMAGE_ONLY_08": "a picture with few words",
    "HTML_SHORT_LINK_IMG_1": "a linked picture and hardly a word",
    "MPART_ALT_DIFF": "a text part that differs from the HTML",
    "MIME_HTML_ONLY": "no text part",
    "HTML_TITLE_SUBJ_DIFF": "a title that has nothing to do with the subject",
    "NORMAL_HTTP_TO_IP": "a link to a bare number",
    "MISSING_MID": "no Message-ID",
    "FREEMAIL_FROM": "a sender at a free mailbox",
    "FORGED_GMAIL_RCVD": "a sender at Gmail that Gmail did not send",
    "DATE_IN_FUTURE_06_12": "a date in the future",
    "URG_BIZ": "urgency",
    "FREE_QUOTE_INSTANT": "“free quote”",
}
"""What costs a clinic points most, in plain words."""


def ask_spamassassin(draft: Draft, now: datetime) -> Spam | Unverified:
    """The score of the mail, and of each rule that fired."""
    program = shutil.which("spamassassin")
    if program is None:
        why = "SpamAssassin is not installed, so nobody asked how a spam filter sees it"
        return Unverified(why, "install it: apt install spamassassin, or brew install spamassassin")
    try:
        done = subprocess.run(  # noqa: S603  our own arguments
            [program, *ASK],
            input=mail_of(draft, now),
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Unverified(
            f"SpamAssassin did not answer within {SECONDS} seconds", "try again later"
        )
    answer = ANSWER.search(done.stdout.decode(errors="replace"))
    if answer is None:
        said = done.stderr.decode(errors="replace").strip().splitlines() or ["nothing"]
        return Unverified(f"SpamAssassin failed: {said[-1]}", "try spamassassin --lint")
    scores = (entry.partition("=") for entry in answer[3].split(",") if "=" in entry)
    return Spam(float(answer[1]), {name: float(points) for name, _, points in scores}, MEANINGS)
