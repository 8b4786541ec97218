"""This module hands the preview's page what it needs of the project: the letter, readers, findings, test mails."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from newsletter.campaign import own_links
from newsletter.checks import Finding
from newsletter.cli.findings import find_for
from newsletter.cli.letters import (
    Composed,
    compose_article,
    readers,
    sample_confirm_url,
    site_links,
)
from newsletter.cli.project import PRACTICE, Project
from newsletter.delivery import post_trial
from newsletter.letter import Reader
from newsletter.web.preview import Composed as Shown
from newsletter.web.preview import Means, Posted, Trial


def means_of(project: Project, article: Path, audience: str | None = None) -> Means:
    """What the page of *article* can ask for."""
    desk = _Desk(project, article, audience)
    return Means(
        root=project.root,
        article=article,
        practice=project.practice,
        compose=desk.compose,
        readers=desk.readers,
        stranger=desk.stranger,
        judge=desk.judge,
        post=desk.post,
    )


@dataclass(frozen=True)
class _Desk:
    project: Project
    article: Path
    audience: str | None

    def compose(self) -> Shown:
        """The settings and the article are read anew."""
        project = self.project.with_new_settings()
        return Shown(compose_article(project, self.article, self.audience).letter, project.settings)

    def readers(self, shown: Shown) -> Iterator[Reader]:
        with self.project.store() as store, store.read() as connection:
            found = readers(self._as_shown(shown), connection, self._composed(shown))
            yield from (one.reader for one in found)

    def stranger(self) -> Reader:
        links = own_links(0, site_links(self.project), 0)
        return Reader(**links, confirm_url=sample_confirm_url(self.project, self.article))

    def judge(self, shown: Shown, reader: Reader) -> Sequence[Finding]:
        return find_for(self._as_shown(shown), self._composed(shown), reader)

    def post(self, trial: Trial) -> Posted:
        """Send as newsletter test does; in practice to the sandbox."""
        project, shown = self._as_shown(trial.composed), trial.composed
        with project.account() as account:
            post_trial(
                account,
                project.settings,
                shown.letter,
                trial.view,
                trial.address,
                unsubscribe_url=trial.reader.unsubscribe_url,
            )
        sent = f"Sent to {trial.address}: “[Test] {trial.view.subject}”."
        if not project.practice:
            return Posted(sent)
        with project.sandbox() as url:
            return Posted(f"{sent} {PRACTICE}", url)

    def _composed(self, shown: Shown) -> Composed:
        return Composed(
            shown.letter.edition,
            shown.letter,
            site_links(self.project),
            sample_confirm_url(self.project, self.article),
        )

    def _as_shown(self, shown: Shown) -> Project:
        return replace(self.project, settings=shown.settings)
