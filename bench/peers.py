"""This module measures the same dispatch the way others do it, beside ours, in one run.

One reader at a time: Jinja renders the letter, and each mail is a request of its own through the official client
as it comes. And a thousand at a time with the client's mail objects and its stock connection.

    python -m bench.peers
"""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from jinja2 import Environment
from sendgrid import SendGridAPIClient
from sendgrid.helpers.mail import (
    Content,
    From,
    Mail,
    Personalization,
    Substitution,
    To,
)

from bench.world import everybody, fill, make_clinic, new_store
from newsletter.campaign import Times, freeze
from newsletter.delivery import Account, dispatch, envelope, unsubscribe_tag
from newsletter.letter import compose
from newsletter.sandbox import start_in_background, stop

ONE_BY_ONE = 200
THOUSANDS = 10_000
PAGE = (
    "<p>Good morning {{ first }} of {{ city }}, you read {{ language }}.</p>"
    + "<p>Ten minutes a day.</p>" * 1_300
)
"""About 30 kB, as ours."""


def one_by_one(url: str) -> int:
    """Jinja and a request for each reader."""
    template = Environment(autoescape=True).from_string(PAGE)
    api = SendGridAPIClient("SG.bench", host=url)
    for number in range(ONE_BY_ONE):
        html = template.render(first=f"Zoë{number}", city="New Orleans", language="en")
        mail = Mail(
            "news@clinic.example.com", f"reader{number}@example.com", "Hello", html_content=html
        )
        api.send(mail)
    return ONE_BY_ONE


def with_mail_objects(url: str) -> int:
    """A thousand personalizations a request, made of the client's own objects."""
    api = SendGridAPIClient("SG.bench", host=url)
    for first in range(0, THOUSANDS, 1000):
        mail = Mail()
        mail.from_email = From("news@clinic.example.com")
        mail.subject = "Hello"
        mail.add_content(Content("text/html", PAGE))
        for number in range(first, first + 1000):
            one = Personalization()
            one.add_to(To(f"reader{number}@example.com"))
            for field in range(6):
                one.add_substitution(Substitution(f"-field{field}-", f"Zoë{number}"))
            mail.add_personalization(one)
        api.send(mail)
    return THOUSANDS


def ours(url: str) -> int:
    """Ledger, payload, HTTP, ledger: what `newsletter send` does after the freeze."""
    with tempfile.TemporaryDirectory() as folder, new_store("sqlite", Path(folder)) as store:
        settings, edition = make_clinic(Path(folder), THOUSANDS)
        fill(store, THOUSANDS)
        letter = compose(edition, settings, unsubscribe_tag=unsubscribe_tag(settings))
        times = Times(int(time.time()), 900)
        freeze(store, edition, letter, everybody, envelope(settings, edition), times=times)
        began = time.process_time()
        with Account("SG.bench", url) as account:
            dispatch(store, 1, account, settings)
        return round(THOUSANDS / (time.process_time() - began))


def measured(way: Callable[[str], int], url: str) -> float:
    """Recipients a CPU second of this process."""
    began = time.process_time()
    return way(url) / (time.process_time() - began)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        sandbox = Path(folder) / "sandbox"
        url = start_in_background(sandbox, options=["--outbox", "none"])
        try:
            quick = ours(url)
            slow = measured(one_by_one, url)
            objects = measured(with_mail_objects, url)
        finally:
            stop(sandbox)
    print(f"ours: {quick:,} recipients a CPU second")
    print(
        f"Jinja and a request for each reader: {slow:,.0f}, ours is {quick / slow:,.0f} times as fast"
    )
    print(
        f"mail objects and stock connection, 1,000 a request: {objects:,.0f}, ours is {quick / objects:,.1f} times as fast"
    )


if __name__ == "__main__":
    main()
