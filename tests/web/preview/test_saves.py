"""What a save does: the page hears of it, and a mistake never takes the last good letter away."""

import http.client
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.waiting import wait
from tests.web.preview.conftest import ARTICLE, KEY, Running

GOOD = "Hi Ada,"


@contextmanager
def news(running: Running) -> Iterator[http.client.HTTPResponse]:
    connection = http.client.HTTPConnection(running.address, timeout=10)
    connection.request("GET", f"/{KEY}/events")
    response = connection.getresponse()
    assert response.headers["content-type"].startswith("text/event-stream")
    yield response
    connection.close()


def number(stream: http.client.HTTPResponse) -> int:
    while not (line := stream.readline()).startswith(b"data: "):
        assert line, "the stream has ended"
    return int(line.removeprefix(b"data: "))


def test_an_open_page_hears_of_every_save(running: Running) -> None:
    with news(running) as stream:
        before = number(stream)
        running.save(ARTICLE.replace("Hi ", "Good morning "))
        assert number(stream) == before + 1
    assert "Good morning Ada," in running.ask("letter?reader=version-1").body


def test_a_template_and_a_picture_and_the_settings_are_saves_too(running: Running) -> None:
    root = running.preview.means.root
    footer = root / "templates" / "email" / "partials" / "footer.mjml"
    running.save(footer.read_text().replace("{{ clinic.name }}", "A name in the footer", 1), footer)
    assert "A name in the footer" in running.ask("letter").body
    settings = root / "newsletter.toml"
    toml = settings.read_text()
    assert 'name = "Clockwork Perform"' in toml
    running.save(toml.replace('name = "Clockwork Perform"', 'name = "Slow Clinic"'), settings)
    assert "Slow Clinic" in running.ask().body


def test_another_account_needs_a_new_start(running: Running) -> None:
    settings = running.preview.means.root / "newsletter.toml"
    group = re.sub(r"(?m)^group = \d+", "group = 7", settings.read_text())
    running.save(group, settings)
    assert "[sendgrid] has changed; press Ctrl-C" in running.ask().body


MISTAKES = {
    "front matter": ("kicker: *open\n", "subject: ", 4),
    "an unknown key": ("subjct: A\n", "preheader: ", 5),
    "Markdown": ("::: exercize\n", "Hi ", 7),
    "a lost picture": ("![A square](blue.png)\n", "Hi ", 7),
    "a sign that Jinja does not know": ("{{ reader.city ? }}\n", "Hi ", 7),
    "an end without a beginning": ("{% endif %}\n", "Hi ", 7),
    "an unknown name": ("{{ clinik.name }}\n", "Hi ", 7),
}


@pytest.mark.slow
@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_shown_with_its_line_and_the_last_good_letter_stays(
    running: Running, mistake: str
) -> None:
    words, before, line = MISTAKES[mistake]
    running.save(ARTICLE.replace(before, words + before, 1))
    page = running.ask("?reader=version-1")
    assert page.status == 200
    assert 'role="alert"' in page.body
    lines = re.findall(r"content/back.md:(\d+)</strong>", page.body)
    assert lines == [str(line)]
    assert "Below is the letter as it was when all was well." in page.body
    assert GOOD in running.ask("letter?reader=version-1").body
    running.save(ARTICLE.replace("Hi ", "Dear "))
    assert 'role="alert"' not in running.ask("?reader=version-1").body
    assert "Dear Ada," in running.ask("letter?reader=version-1").body


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("article.mjml", "<mj-txt>x</mj-txt>\n"),
        ("article.mjml", "{% if %}\n"),
        ("article.txt", "{{ nobody }}\n"),
    ],
)
def test_a_mistake_in_a_template_is_shown_with_its_line(
    running: Running, name: str, wrong: str
) -> None:
    template = running.preview.means.root / "templates" / "email" / name
    rows = template.read_text().splitlines(keepends=True)
    running.save("".join([*rows[:5], wrong, *rows[5:]]), template)
    page = running.ask().body
    assert f"templates/email/{name}:6</strong>" in page
    assert (
        f'<span class="number">6</span>{wrong.strip().replace("<", "&lt;").replace(">", "&gt;")}'
        in page
    )
    assert GOOD in running.ask("letter?reader=version-1").body


def test_a_value_that_one_reader_lacks_is_told_for_that_reader_alone(running: Running) -> None:
    running.save(ARTICLE.replace("Hi ", "Dear {{ reader.city }}, hi "))
    assert 'role="alert"' not in running.ask("?reader=version-1").body
    page = running.ask("?reader=nothing-known").body
    assert "a reader&#39;s value is empty here" in page
    assert "There is no letter to show yet." in page


def test_an_article_that_was_wrong_from_the_start_appears_once_it_is_right(
    running: Running,
) -> None:
    running.preview.composed = None
    running.save("no front matter")
    page = running.ask().body
    assert "there is no front matter" in page
    assert "The letter appears as soon as you save it without this." in page
    assert running.ask("letter").status == 200
    running.save(ARTICLE)
    assert GOOD in running.ask("letter?reader=version-1").body


def test_an_article_that_is_renamed_away_and_back_is_shown_again(running: Running) -> None:
    away = running.article.with_name("away.md")
    running.article.rename(away)
    wait(lambda: running.preview.problems)
    assert "there is no such file" in running.ask().body
    away.rename(running.article)
    wait(lambda: not running.preview.problems)
    assert 'role="alert"' not in running.ask().body


def test_a_save_that_changes_nothing_tells_nobody(running: Running) -> None:
    assert running.preview.take_save() is False


def test_a_finding_leads_to_its_line(running: Running) -> None:
    running.save(ARTICLE + "\nTODO write the end\n")
    page = running.ask().body
    wanted = str(ARTICLE.count("\n") + 2)
    link = dict(re.findall(r'data-line="(\d+)" href="([^"]+)#line-\1"', page))[wanted]
    source = running.ask(link.replace("&amp;", "&")).body
    assert wanted in re.findall(r'<li id="line-(\d+)" class="marked"', source)
    assert "was left in the letter" in source.partition(f'id="line-{wanted}"')[2]
