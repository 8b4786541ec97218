"""This module runs the clinic's public pages."""

import time

import click

from newsletter.cli.letters import site_links
from newsletter.cli.project import PORT, Project, open_project, practice_option, said_to_be_practice
from newsletter.cli.wording import note, result
from newsletter.delivery import Account, Signer, connect_webhook, disconnect_webhooks
from newsletter.errors import NewsletterError
from newsletter.store import Store
from newsletter.web import EVENTS_PATH, EventDesk, Mirror, Pages
from newsletter.web import serve as run

PATIENCE = 300
"""Seconds that whoever leaves waits for a merge that writes; they count as gone even where their browser did not wait."""


@click.command(short_help="Run the clinic's pages: unsubscribe, preferences, view in browser.")
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Where to listen; a proxy with https stands before it.",
)
@click.option("--port", type=PORT, default=8000, show_default=True, help="The port to listen on.")
@practice_option
def serve(host: str, port: int, practice: bool) -> None:
    """Run the public pages behind [site] url until Ctrl-C (docs/site.md says how)."""
    project = open_project(practice=practice, no_key="refuse")
    links = site_links(project)
    if links is None:
        raise NewsletterError(
            "newsletter.toml: [site] url is empty, so SendGrid hosts the unsubscribe page; write the address of your "
            'own pages, as url = "https://news.example.com", to serve them here'
        )
    with said_to_be_practice(project), project.store(patience=PATIENCE) as store:
        account = None if project.practice else Account(project.key, project.settings.sendgrid.host)
        mirror = Mirror(account.suppress) if account is not None else None
        key = _webhook_key(project, host, port)

        served = f"Serving {links.site_url} at http://{host}:{port}"

        def ready() -> None:
            result(served)
            note("Ctrl-C ends it.")

        run(
            Pages(store, project.settings, links, now=_now, mirror=mirror),
            host,
            port,
            _desk(store, key, project.settings.sendgrid.group),
            ready,
        )


def _now() -> int:
    return int(time.time())


def _webhook_key(project: Project, host: str, port: int) -> str:
    """Whose events are taken in: in practice the sandbox's, which is told where to bring them."""
    if project.practice:
        with project.account() as account:
            disconnect_webhooks(account)
            url = f"http://{host}:{port}{EVENTS_PATH}"
            return connect_webhook(account, url, project.settings.sending)
    key = project.settings.sendgrid.webhook_key
    if not key:
        note("What becomes of each mail is not told here yet; type newsletter webhook once.")
    return key


def _desk(store: Store, key: str, group: int) -> EventDesk | None:
    return EventDesk(store, Signer.read(key), _now, group) if key else None
