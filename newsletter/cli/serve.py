"""This module runs the clinic's public pages."""

import time

import click

from newsletter.cli.letters import site_links
from newsletter.cli.project import open_project, practice_option
from newsletter.cli.wording import note, result
from newsletter.delivery import Account
from newsletter.errors import NewsletterError
from newsletter.web import Pages
from newsletter.web import serve as run


@click.command(short_help="Run the clinic's pages: unsubscribe, preferences, view in browser.")
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Where to listen; a proxy with https stands before it.",
)
@click.option("--port", default=8000, show_default=True, help="The port to listen on.")
@practice_option
def serve(host: str, port: int, practice: bool) -> None:
    """Run the public pages behind [site] url until Ctrl-C (docs/site.md says how)."""
    project = open_project(practice=practice)
    links = site_links(project)
    if links is None:
        raise NewsletterError(
            "newsletter.toml: [site] url is empty, so SendGrid hosts the unsubscribe page; write the address of your "
            'own pages, as url = "https://news.example.com", to serve them here'
        )
    with project.store() as store:
        account = None if project.practice else Account(project.key, project.settings.sendgrid.host)
        mirror = account.suppress if account is not None else None
        result(f"Serving {links.site_url} at http://{host}:{port}")
        note("Ctrl-C ends it.")
        run(
            Pages(store, project.settings, links, now=lambda: int(time.time()), mirror=mirror),
            host,
            port,
        )
