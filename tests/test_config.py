"""newsletter.toml: what it says, and what is wrong with it."""

from pathlib import Path

import pytest

from newsletter.config import Settings, find_project, load_settings, save_settings
from newsletter.delivery.schedule import HORIZON_SECONDS, schedule
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


def test_a_slash_after_the_host_is_no_part_of_it(tmp_path: Path) -> None:
    (tmp_path / "newsletter.toml").write_text('[sendgrid]\nhost = "https://api.sendgrid.com/"\n')
    assert load_settings(tmp_path, {}).sendgrid.host == "https://api.sendgrid.com"


def test_mail_can_be_kept_for_undo_up_to_two_days(tmp_path: Path) -> None:
    (tmp_path / "newsletter.toml").write_text("[sending]\nundo_minutes = 2880\n")
    sending = load_settings(tmp_path, {}).sending
    crowd = schedule(0, 1_000_000, sending)
    assert crowd.send_at < HORIZON_SECONDS


@pytest.mark.parametrize(
    ("practice", "host", "name"),
    [
        (True, "https://api.sendgrid.com", "practice.db"),
        (False, "https://api.sendgrid.com", "sendgrid.db"),
        (False, "http://127.0.0.1:4010", "sendgrid-127-0-0-1-4010.db"),
        (False, "https://api.eu.sendgrid.com", "sendgrid-api-eu-sendgrid-com.db"),
        (False, "https://api.sendgrid.com/", "sendgrid.db"),
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


SERVER = "postgresql+psycopg://news@db.example.com/clinic"


@pytest.mark.parametrize(
    ("database", "practice", "schema"),
    [
        (SERVER, True, "?schema=newsletter_practice"),
        (SERVER, False, "?schema=newsletter_eu_127_0_0_1_4010"),
        (f"{SERVER}?sslmode=require", True, "?sslmode=require&schema=newsletter_practice"),
        (f"{SERVER}?schema=News", True, "?schema=News&schema=news_practice"),
    ],
)
def test_in_a_database_each_store_has_a_schema_of_its_own(
    tmp_path: Path, database: str, practice: bool, schema: str
) -> None:
    (tmp_path / "newsletter.toml").write_text(
        f'database = "{database}"\n[sendgrid]\nhost = "http://127.0.0.1:4010"\naccount = "eu"\n'
    )
    address = load_settings(tmp_path, {}).store_address(practice=practice)
    assert address == SERVER + schema


def test_the_names_of_two_schemas_stay_apart_however_long(tmp_path: Path) -> None:
    ends = set()
    for last in "ab":
        host = "https://" + "h" * 70 + last
        (tmp_path / "newsletter.toml").write_text(
            f'database = "{SERVER}"\n[sendgrid]\nhost = "{host}"\n'
        )
        address = str(load_settings(tmp_path, {}).store_address(practice=False))
        ends.add(address.split("schema=")[1])
    assert len(ends) == 2
    assert all(len(end) <= 63 for end in ends)


@pytest.mark.parametrize("written", ["postgres://db/x", "postgresql://db/x"])
def test_addresses_as_others_write_them_are_understood(tmp_path: Path, written: str) -> None:
    (tmp_path / "newsletter.toml").write_text(f'database = "{written}"\n')
    assert load_settings(tmp_path, {}).database == "postgresql+psycopg://db/x"


def test_an_address_with_a_password_stands_in_the_environment(tmp_path: Path) -> None:
    private = "postgresql://news:secret@db.example.com/clinic"
    (tmp_path / "newsletter.toml").write_text(f'database = "{SERVER}"\n')
    from_environment = load_settings(tmp_path, {"NEWSLETTER_DATABASE": private})
    (tmp_path / ".env").write_text(f"NEWSLETTER_DATABASE={private}\n")
    from_file = load_settings(tmp_path, {})
    expected = "postgresql+psycopg://news:secret@db.example.com/clinic"
    assert (from_environment.database, from_file.database) == (expected, expected)


def test_a_wrong_address_in_the_environment_is_told_without_repeating_it(tmp_path: Path) -> None:
    (tmp_path / "newsletter.toml").write_text("")
    with pytest.raises(
        NewsletterError, match="NEWSLETTER_DATABASE: database is no address"
    ) as told:
        load_settings(tmp_path, {"NEWSLETTER_DATABASE": "mysql://news:secret@db"})
    assert "secret" not in str(told.value)


WRONG = {
    "database of another kind": ("database = 'mysql://db'\n", 1, "database is no address"),
    "database as number": ("database = 5\n", 1, "database is no address of PostgreSQL"),
    "database with password": (
        "database = 'postgres://a:b@c/d'\n",
        1,
        "a password stands in a file",
    ),
    "database in a section": ("[clinic]\ndatabase = ''\n", 2, "database stands in [clinic]"),
    "unknown section": ("[clinics]\nname = 'x'\n", 1, "[clinics] is unknown"),
    "unknown name": ("# first\n[clinic]\nnam = 'x'\n", 3, "nam is unknown in [clinic]"),
    "stands alone": ("clinic = 'x'\n", 1, "clinic stands alone"),
    "number as text": ("[sending]\nundo_minutes = '15'\n", 2, "undo_minutes is no whole number"),
    "truth as number": ("[sending]\nundo_minutes = true\n", 2, "undo_minutes is no whole number"),
    "text as number": ("[sender]\nname = 5\n", 2, "name is no text"),
    "below zero": ("[sending]\nundo_minutes = -1\n", 2, "undo_minutes is below zero"),
    "endless undo": (
        "[sending]\nundo_minutes = 2881\n",
        2,
        "undo_minutes is more than two days, and SendGrid keeps mail for three at most",
    ),
    "time zone": ("[clinic]\ntimezone = 'Mars/Olympus'\n", 2, 'timezone "Mars/Olympus" is unknown'),
    "family": ("[lists]\nfamily = 'all'\n", 2, 'family "all" is unknown'),
    "endless deadline": (
        "[sending]\ndeadline_seconds = 99999999999\n",
        2,
        "deadline_seconds is more than 600",
    ),
    "endless rate": (
        "[sending]\nrate = 99999999999999999999\n",
        2,
        "rate is more than 1,000,000,000",
    ),
    "account of practice": ("[sendgrid]\naccount = 'Practice'\n", 2, "store of its own"),
    "account elsewhere": ("[sendgrid]\naccount = '../../other'\n", 2, "store of its own"),
    "account without name": ("[sendgrid]\naccount = ''\n", 2, "store of its own"),
    "site with a question": ("[site]\nurl = 'https://a.example/?p=1'\n", 2, "links can begin with"),
    "site with a blank": ("[site]\nurl = 'https://a b.example'\n", 2, "links can begin with"),
    "site without host": ("[site]\nurl = 'https://'\n", 2, "links can begin with"),
    "deadline beyond quiescence": (
        "[sending]\ndeadline_seconds = 300\n",
        2,
        "a request could still be on its way when it is sent again",
    ),
    "quiescence within deadline": (
        "[sending]\nquiescence_seconds = 59\n",
        2,
        "a request could still be on its way when it is sent again",
    ),
    "http site": ("[site]\nurl = 'http://news.example.com'\n", 2, "does not begin with https://"),
    "sender": ("[sender]\nemail = 'nonsense'\n", 2, 'email "nonsense" is no address ('),
    "sender with a name": ("[sender]\nemail = 'Us <a@example.com>'\n", 2, "is no address ("),
    "sender without ending": ("[sender]\nemail = 'news@clinic'\n", 2, "should have a period"),
    "reply": ("[sender]\nreply_to = 'desk@'\n", 2, 'reply_to "desk@" is no address ('),
    "bare host": ("[sendgrid]\nhost = 'api.sendgrid.com'\n", 2, "is no https:// address"),
    "http host": ("[sendgrid]\nhost = 'http://a.example.com'\n", 2, "is no https:// address"),
    "nearly local": (
        "[sendgrid]\nhost = 'http://localhost.example.com'\n",
        2,
        "is no https:// address",
    ),
    "no host": ("[sendgrid]\nhost = 'https://'\n", 2, "is no https:// address"),
    "section twice": (
        "[sending]\nundo_minutes = 15\n[sending]\nrate = 5\n",
        3,
        "[sending] stands there twice",
    ),
    "name twice": (
        "[sending]\nrate = 5\nrate = 6\n",
        3,
        "rate stands there twice",
    ),
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


@pytest.mark.parametrize("url", ["https://news.example.com", "https://bücher.example:8443/news/"])
def test_a_site_may_have_a_port_and_a_folder(tmp_path: Path, url: str) -> None:
    (tmp_path / "newsletter.toml").write_text(f"[site]\nurl = '{url}'\n", encoding="utf-8")
    assert load_settings(tmp_path, {}).site.url == url


def test_a_file_that_notepad_saved_is_read_and_written(tmp_path: Path) -> None:
    path = tmp_path / "newsletter.toml"
    path.write_bytes("[clinic]\r\nname = 'Übung'\r\n".encode("utf-8-sig"))
    assert load_settings(tmp_path, {}).clinic.name == "Übung"
    save_settings(tmp_path, {"clinic": {"city": "Gretna"}})
    assert load_settings(tmp_path, {}).clinic.city == "Gretna"


@pytest.mark.parametrize(
    "source", ["SENDGRID_API_KEY=SG.a # Schlüssel\n".encode("latin-1"), b"\xff\xfeS\0"]
)
def test_an_env_file_of_another_encoding_is_told(tmp_path: Path, source: bytes) -> None:
    (tmp_path / "newsletter.toml").write_text("")
    (tmp_path / ".env").write_bytes(source)
    with pytest.raises(NewsletterError, match=r"\.env: this is no UTF-8 text; save it as UTF-8"):
        load_settings(tmp_path, {})


@pytest.mark.parametrize(
    ("line", "cure"),
    [
        ('rate = "5,000/h"', "write rate = 5000"),
        ('rate = "quick"', "write rate = 15"),
        ("warmup = 500", 'write warmup = "500"'),
        ("warmup = [500, 2000]", 'write warmup = "500, 2000"'),
        ('approval = "no"', "write approval = true or approval = false"),
        (
            "[sending]",
            "move the lines below it up to the first one, and take this line away",
        ),
        ("undo_minutes = 60", "keep one of the two lines"),
    ],
)
def test_the_cure_takes_up_what_was_written(tmp_path: Path, line: str, cure: str) -> None:
    (tmp_path / "newsletter.toml").write_text(f"[sending]\nundo_minutes = 15\n{line}\n")
    with pytest.raises(Problems) as caught:
        load_settings(tmp_path, {})
    (problem,) = caught.value.problems
    assert (problem.line, problem.cure) == (3, cure)


def test_an_address_and_a_host_are_told_with_their_cure(tmp_path: Path) -> None:
    (tmp_path / "newsletter.toml").write_text(
        "[sender]\nemail = 'nonsense'\n[sendgrid]\nhost = 'api.eu.sendgrid.com'\n"
    )
    with pytest.raises(Problems) as caught:
        load_settings(tmp_path, {})
    address, host = caught.value.problems
    assert address.cure == "write name@domain"
    assert host.cure == 'write host = "https://api.eu.sendgrid.com"'


@pytest.mark.parametrize(
    "line",
    [
        "email = ''",
        "email = 'news@clinic.example.com'",
        "reply_to = 'büro@bücher.example.com'",
    ],
)
def test_addresses_may_be_made_up_or_missing(tmp_path: Path, line: str) -> None:
    (tmp_path / "newsletter.toml").write_text(f"[sender]\n{line}\n")
    assert load_settings(tmp_path, {}).sender


@pytest.mark.parametrize(
    "host",
    [
        "https://api.eu.sendgrid.com",
        "http://127.0.0.1:4010",
        "http://localhost:1",
        "http://[::1]:1",
    ],
)
def test_a_host_is_encrypted_or_this_computer(tmp_path: Path, host: str) -> None:
    (tmp_path / "newsletter.toml").write_text(f"[sendgrid]\nhost = '{host}'\n")
    assert load_settings(tmp_path, {}).sendgrid.host == host
    assert load_settings(tmp_path, {"SENDGRID_HOST": host}).sendgrid.host == host


def test_a_bare_host_in_the_environment_is_told_with_its_cure(tmp_path: Path) -> None:
    (tmp_path / "newsletter.toml").write_text("")
    with pytest.raises(
        NewsletterError, match=r"write SENDGRID_HOST=https://api\.sendgrid\.com, or"
    ):
        load_settings(tmp_path, {"SENDGRID_HOST": "api.sendgrid.com"})


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
