"""newsletter.toml: what it says, and what is wrong with it."""

from pathlib import Path

import pytest

from newsletter.config import Settings, find_project, load_settings, save_settings
from newsletter.errors import NewsletterError, Problems

ROOT = Path(__file__).parent.parent


def test_the_settings_as_shipped_name_the_clinic_and_no_street() -> None:
    settings = load_settings(ROOT, {})
    assert (settings.clinic.name, settings.clinic.city, settings.clinic.country) == (
        "Clockwork Perform",
        "New Orleans",
        "United States",
    )
    assert settings.clinic.url == "https://www.clockworkperform.com/"
    assert settings.clinic.postal_address == ""
    assert str(settings.zone) == "America/Chicago"
    assert (settings.site.url, settings.sendgrid.group, settings.sending.open_tracking) == (
        "",
        0,
        False,
    )


def test_the_environment_names_another_host(tmp_path: Path) -> None:
    (tmp_path / "newsletter.toml").write_text("")
    settings = load_settings(tmp_path, {"SENDGRID_HOST": "http://127.0.0.1:4010/"})
    assert settings.sendgrid.host == "http://127.0.0.1:4010"


@pytest.mark.parametrize(
    ("practice", "host", "name"),
    [
        (True, "https://api.sendgrid.com", "practice.db"),
        (False, "https://api.sendgrid.com", "sendgrid.db"),
        (False, "http://127.0.0.1:4010", "sendgrid-127-0-0-1-4010.db"),
        (False, "https://api.eu.sendgrid.com", "sendgrid-api-eu-sendgrid-com.db"),
    ],
)
def test_practice_and_each_account_have_a_store_of_their_own(
    tmp_path: Path, practice: bool, host: str, name: str
) -> None:
    (tmp_path / "newsletter.toml").write_text(f'[sendgrid]\nhost = "{host}"\n')
    assert (
        load_settings(tmp_path, {}).store_address(practice=practice)
        == tmp_path / ".newsletter" / name
    )


WRONG = {
    "unknown section": ("[clinics]\nname = 'x'\n", 1, "[clinics] is unknown"),
    "unknown name": ("# first\n[clinic]\nnam = 'x'\n", 3, "nam is unknown in [clinic]"),
    "stands alone": ("clinic = 'x'\n", 1, "clinic stands alone"),
    "number as text": ("[sending]\nundo_minutes = '15'\n", 2, "undo_minutes is no whole number"),
    "truth as number": ("[sending]\nundo_minutes = true\n", 2, "undo_minutes is no whole number"),
    "text as number": ("[sender]\nname = 5\n", 2, "name is no text"),
    "below zero": ("[sending]\nundo_minutes = -1\n", 2, "undo_minutes is below zero"),
    "time zone": ("[clinic]\ntimezone = 'Mars/Olympus'\n", 2, 'timezone "Mars/Olympus" is unknown'),
    "http site": ("[site]\nurl = 'http://news.example.com'\n", 2, "does not begin with https://"),
    "no toml": ("[clinic\nname = 'x'\n", 1, "Expected"),
    "no utf-8": (b"\xff\xfe[", None, "this is no UTF-8 text"),
    "in a line": ("sender = { nme = 'x' }\n", None, "nme is unknown in [sender]"),
}


@pytest.mark.parametrize(("source", "line", "what"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_told_with_its_line(
    tmp_path: Path, source: str | bytes, line: int | None, what: str
) -> None:
    (tmp_path / "newsletter.toml").write_bytes(
        source if isinstance(source, bytes) else source.encode()
    )
    with pytest.raises(Problems) as caught:
        load_settings(tmp_path, {})
    (problem,) = caught.value.problems
    assert (problem.path, problem.line) == ("newsletter.toml", line)
    assert what in problem.what


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "newsletter.toml").write_text("[clinic]\na = 1\nb = 2\n[sender]\nname = 3\n")
    with pytest.raises(Problems) as caught:
        load_settings(tmp_path, {})
    assert [problem.line for problem in caught.value.problems] == [2, 3, 5]


def test_a_project_is_found_from_a_folder_inside(tmp_path: Path) -> None:
    (tmp_path / "newsletter.toml").write_text("")
    inside = tmp_path / "content" / "pictures"
    inside.mkdir(parents=True)
    assert find_project(inside) == tmp_path.resolve()


def test_outside_a_project_the_cure_is_named(tmp_path: Path) -> None:
    with pytest.raises(NewsletterError, match="go to the newsletter's folder"):
        find_project(tmp_path)


def test_saving_keeps_comments_and_order(tmp_path: Path) -> None:
    path = tmp_path / "newsletter.toml"
    path.write_text('# ours\n[clinic]\nname = "Old"  # the name\n')
    save_settings(tmp_path, {"clinic": {"name": "New"}, "sender": {"email": "a@example.com"}})
    assert (
        path.read_text()
        == '# ours\n[clinic]\nname = "New"  # the name\n\n[sender]\nemail = "a@example.com"\n'
    )
    assert load_settings(tmp_path, {}).sender.email == "a@example.com"


def test_settings_have_defaults(tmp_path: Path) -> None:
    (tmp_path / "newsletter.toml").write_text("")
    assert load_settings(tmp_path, {}) == Settings(tmp_path)


def test_hosted_pictures_need_a_site(project: Path) -> None:
    path = project / "newsletter.toml"
    path.write_text("[site]\nhosted_pictures = true\n")
    with pytest.raises(Problems, match=r"newsletter\.toml:2: hosted_pictures needs a site"):
        load_settings(project, {})
