"""This module tests that an article is read as it was written, and that all its problems are told at once."""

import hashlib
from dataclasses import asdict
from pathlib import Path

import pytest

from newsletter.edition import DETAILS, Edition, find_editions, load_edition
from newsletter.errors import Problems

from .texts import ARTICLE, with_lines, write


def problems(tmp_path: Path, text: str | bytes, name: str = "content/x.md") -> list[str]:
    with pytest.raises(Problems) as caught:
        load_edition(write(tmp_path, text, name), tmp_path)
    return str(caught.value).split("\n")


def test_an_article_becomes_an_edition(tmp_path: Path) -> None:
    path = write(tmp_path, with_lines("kicker: Care", "audience: [website, 'front-desk']"))
    assert load_edition(path, tmp_path) == Edition(
        path=path,
        name="content/x.md",
        id="2026-11-24-back-k3f9",
        title="A strong back",
        subject="A strong back in two short sessions",
        preheader="Three exercises, how much to do of each, and when to stop.",
        template="article",
        language="en",
        audience=("website", "front-desk"),
        details={key: "Care" if key == "kicker" else "" for key in DETAILS},
        body="Hi there.\n",
        body_line=9,
        lines={"id": 2, "title": 3, "subject": 4, "preheader": 5, "kicker": 6, "audience": 7},
        digest=hashlib.sha256(path.read_bytes()).hexdigest(),
    )


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("Tip #1: what helps", "Tip #1: what helps"),
        ('Hi {{ reader.first_name | default("there", true) }}: news', 'Hi {{ reader.first_name | default("there", true) }}: news'),
        ("{% if reader.city %}Near you{% endif %}", "{% if reader.city %}Near you{% endif %}"),
        ('"Quoted: #1"', "Quoted: #1"),
        ("'It''s quoted'", "It's quoted"),
        ("\"One\" and 'two'", "\"One\" and 'two'"),
        ("It's 5 o'clock", "It's 5 o'clock"),
        ("- [x] & *y* !z |", "- [x] & *y* !z |"),
        ("007", "007"),
        ("yes", "yes"),
        ("2026-11-24", "2026-11-24"),
        ("  spaces around  ", "spaces around"),
        (">-\n  one line\n  of two", "one line of two"),
        ("|\n  one line", "one line"),
    ],
)  # fmt: skip
def test_an_unquoted_subject_is_the_rest_of_its_line(
    tmp_path: Path, written: str, value: str
) -> None:
    path = write(tmp_path, with_lines(f"subject: {written}", without="subject"))
    assert load_edition(path, tmp_path).subject == value


def test_a_scalar_is_text_whatever_yaml_would_make_of_it(tmp_path: Path) -> None:
    path = write(tmp_path, with_lines("kicker: no", "author: 1e3", "date: 2026-11-24", "place: ~"))
    details = load_edition(path, tmp_path).details
    assert [details[key] for key in ("kicker", "author", "date", "place")] == ["no", "1e3", "2026-11-24", "~"]  # fmt: skip


@pytest.mark.parametrize(
    "audience", ["website, desk", "[website, desk]", "\n  - website\n  - desk"]
)
def test_an_audience_is_a_list_or_names_with_commas(tmp_path: Path, audience: str) -> None:
    path = write(tmp_path, with_lines(f"audience: {audience}"))
    assert load_edition(path, tmp_path).audience == ("website", "desk")


@pytest.mark.parametrize(
    "content",
    [
        ARTICLE.encode("utf-8-sig"),
        ARTICLE.replace("\n", "\r\n").encode(),
        ARTICLE.replace("\n", "\r").encode(),
    ],
)
def test_files_of_other_editors_read_the_same(tmp_path: Path, content: bytes) -> None:
    expected = asdict(load_edition(write(tmp_path, ARTICLE), tmp_path))
    edition = asdict(load_edition(write(tmp_path, content), tmp_path))
    assert {**edition, "digest": ""} == {**expected, "digest": ""}


def test_a_long_line_is_no_problem(tmp_path: Path) -> None:
    path = write(tmp_path, with_lines(body="word " * 50_000 + "![" * 1_000))
    assert len(load_edition(path, tmp_path).body) == 252_001


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Hello.\n", ["1: there is no front matter; begin with a line ---, then title: …, subject: …, preheader: …, then a line ---"]),
        ("---\ntitle: T\n", ["1: there is no front matter; begin with a line ---, then title: …, subject: …, preheader: …, then a line ---"]),
        (with_lines("  kicker: Care"), ["6: the front matter cannot be read: this line is indented, or something follows the quotes; write key: value, and \"quotes\" round a value with : or #"]),
        (with_lines('author: "Jo" Example'), ["6: the front matter cannot be read: this line is indented, or something follows the quotes; write key: value, and \"quotes\" round a value with : or #"]),
        (with_lines('author: "Jo'), ["6: the front matter cannot be read: quotes are opened and not closed; write key: value, and \"quotes\" round a value with : or #"]),
        (with_lines("author: Jo: Example"), ["6: the front matter cannot be read: there is a second : in the line; write key: value, and \"quotes\" round a value with : or #"]),
        (with_lines("author", "place: X"), ["6: the front matter cannot be read: there is no : after the key; write key: value, and \"quotes\" round a value with : or #"]),
        (with_lines("author: @jo"), ["6: the front matter cannot be read: a value begins with a character that means something to YAML; write key: value, and \"quotes\" round a value with : or #"]),
        (with_lines("author: *jo"), ["6: the front matter cannot be read: a value begins with *; write key: value, and \"quotes\" round a value with : or #"]),
        (with_lines("audience: [a", "place: X"), ["7: the front matter cannot be read: brackets are opened and not closed; write key: value, and \"quotes\" round a value with : or #"]),
        (with_lines("author: " + "[" * 1500), ["1: the front matter cannot be read: no YAML; write key: value, and \"quotes\" round a value with : or #"]),
        (with_lines("author: Jo\x07"), ["6: there is a character that nobody can see; type the line anew"]),
        (with_lines('author: Jo\x07', body="So One\x0btwo.\n\n\uf0b7\tThree."), ["6: there is a character that nobody can see; type the line anew", "8: there is a character that nobody can see, after “One”; delete it with the word before it, and type that anew", "10: there is a sign that readers see as an empty box, at the beginning; type it anew; a point of a list begins with - and a space"]),
        (with_lines("author: Jo\ue000Lost"), ["6: there is a sign that readers see as an empty box, after “Jo”; type it anew; a point of a list begins with - and a space"]),
        ("---\n- one\n- two\n---\nHi.\n", ["2: the front matter has no keys; write key: value on each line"]),
        ("---\n---\nHi.\n", ["1: id is missing; write id: and a name that never changes, as 2026-11-24-back-pain", "1: preheader is missing; write preheader: …", "1: subject is missing; write subject: …", "1: title is missing; write title: …"]),
        (with_lines("subjekt: S", without="subject"), ["1: subject is missing; write subject: …", "5: subjekt is unknown; did you mean subject?"]),
        (with_lines("zebra: 1"), ["6: zebra is unknown; known are id, title, subject, preheader, template, language, audience, allow, kicker, kind, release, author, credentials, reviewed_by, reviewed_on, website, place, date, hero, hero_alt, hero_caption, starts, ends, where, price"]),
        (with_lines("? [a, b]\n: c"), ["6: a list is unknown; known are id, title, subject, preheader, template, language, audience, allow, kicker, kind, release, author, credentials, reviewed_by, reviewed_on, website, place, date, hero, hero_alt, hero_caption, starts, ends, where, price"]),
        (with_lines("subject: Another"), ["6: subject stands twice, here and on line 4; keep one of them"]),
        (with_lines("subject:", without="subject"), ["5: subject is missing; write subject: …"]),
        (with_lines("subject: |\n  one\n  two", without="subject"), ["5: subject has more than one line; write it on one line"]),
        (with_lines("kicker: {a: b}", "author: [[c]]"), ["6: kicker holds more than text; write kicker: some text", "7: author holds more than text; write author: some text"]),
        (with_lines("kicker: [a, b]"), ["6: kicker is a list; write kicker: some text"]),
        (with_lines("id: a b/c", without="id"), ["5: id: a b/c cannot be used; write letters, digits and hyphens, as 2026-11-24-back-pain-k3f9"]),
        (with_lines("template: ../x", "language: english!"), ["6: template: ../x cannot be used; write the name of a file in templates/email, as article", "7: language: english! cannot be used; write a language tag, as en or es-MX"]),
        (with_lines("kind: advert", "release: signed"), ["6: kind: advert cannot be used; write promo for an offer or advertisement, or leave the line out", "7: release: signed cannot be used; write true when the patient agreed in writing, or leave the line out"]),
        (with_lines("date: 20261124", "reviewed_on: 31 May"), ["6: date: 20261124 is no date; write year-month-day, as date: 2026-11-24", "7: reviewed_on: 31 May is no date; write year-month-day, as reviewed_on: 2026-11-24"]),
        (with_lines(body=" \n"), ["7: the article is empty; write it below the front matter"]),
        (b" \n", [" the file is empty; start an article with newsletter new \"Title\""]),
        (b"\x89PNG\x00", ["1: this is no UTF-8 text; save the article as UTF-8 text (Markdown)"]),
        (b"PK\x00\x01", [" this is no text file; name an article in Markdown"]),
        ("---\ntitle: Café\n".encode("cp1252"), ["2: this is no UTF-8 text; save the article as UTF-8 text (Markdown)"]),
        (b"x" * 10_000_000, [" 10,000 KB are too much for an article; shorten it; pictures stand in files of their own beside it"]),
    ],
)  # fmt: skip
def test_every_problem_is_told_with_its_line_and_cure(
    tmp_path: Path, text: str | bytes, told: list[str]
) -> None:
    assert problems(tmp_path, text) == [f"content/x.md:{what}" for what in told]


def test_many_problems_are_told_at_once(tmp_path: Path) -> None:
    text = "---\ntitle: T\ntitle: U\ndate: soon\nauthro: Jo\n---\n![a](no.png)\n"
    assert [line.split(": ")[0] for line in problems(tmp_path, text)] == [
        "content/x.md:1",
        "content/x.md:1",
        "content/x.md:1",
        "content/x.md:3",
        "content/x.md:4",
        "content/x.md:5",
        "content/x.md:7",
    ]


def test_a_missing_picture_is_told_with_its_line(tmp_path: Path) -> None:
    text = with_lines(
        "hero: top.png",
        "hero_alt: A spine",
        body="Text\n![one\n](a.png)\n\n![two](../../b.png) `![no](c.png)` ![web](https://d.example.com/d.png)\n![{{ x }}]({{ y }})\n\n![r][ref]\n\n[ref]: <e f.png>\n",
    )
    assert problems(tmp_path, text) == [
        "content/x.md:6: the picture top.png is missing; put the file beside the article, or correct its name",
        "content/x.md:10: the picture a.png is missing; put the file beside the article, or correct its name",
        "content/x.md:13: the picture ../../b.png lies outside the project; copy it beside the article",
        "content/x.md:16: the picture e f.png is missing; put the file beside the article, or correct its name",
    ]


def test_a_picture_that_is_spelt_otherwise_is_proposed(tmp_path: Path) -> None:
    write(tmp_path, b"1", "content/pictures/IMG_2034.JPG")
    (told,) = problems(tmp_path, with_lines(body="![Door](pictures/img_2034.jpeg)"))
    assert told.endswith("img_2034.jpeg is missing; did you mean pictures/IMG_2034.JPG?")


@pytest.mark.parametrize("address", ["data:image/png;base64," + "iVBORw0KGgo" * 100, "x" * 5000])
def test_an_address_that_no_file_can_have_is_no_crash(tmp_path: Path, address: str) -> None:
    told = problems(tmp_path, with_lines("zebra: 1", body=f"![Door]({address})"))
    assert len(told) == (1 if address.startswith("data:") else 2)


@pytest.mark.parametrize(
    "line", ["kind: Promo", "kind: ", "release: True", "release: yes", "release: no"]
)
def test_kind_and_release_may_be_written_large_or_left_empty(tmp_path: Path, line: str) -> None:
    assert load_edition(write(tmp_path, with_lines(line)), tmp_path)


@pytest.mark.parametrize("alt", [[], ["hero_alt:"], ['hero_alt: " "']])
def test_a_hero_says_what_it_shows(tmp_path: Path, alt: list[str]) -> None:
    write(tmp_path, b"1", "content/a.png")
    told = "the hero picture has no description; write hero_alt: what it shows, or {.decorative} behind the name of the file"
    assert problems(tmp_path, with_lines("hero: a.png", *alt)) == [f"content/x.md:6: {told}"]


@pytest.mark.parametrize(
    "hero", ["a.png{.decorative}", "a.png {.decorative}", '"a.png{.decorative}"']
)
def test_a_hero_may_be_decoration_as_any_picture_may(tmp_path: Path, hero: str) -> None:
    path = write(tmp_path, with_lines(f"hero: {hero}"))
    write(tmp_path, b"1", "content/a.png")
    edition = load_edition(path, tmp_path)
    assert (edition.details["hero"], edition.details["hero_alt"]) == ("a.png", "")


def test_another_picture_makes_another_digest(tmp_path: Path) -> None:
    path = write(tmp_path, with_lines("hero: a.png", "hero_alt: A spine", body="![b](b%20c.png)"))
    digests = set()
    for hero, other in ((b"1", b"2"), (b"1", b"3"), (b"4", b"2")):
        write(tmp_path, hero, "content/a.png")
        write(tmp_path, other, "content/b c.png")
        digests.add(load_edition(path, tmp_path).digest)
    assert len(digests) == 3


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("content/wolk.md", "content/wolk.md: there is no such file; did you mean content/walk.md?"),
        ("content/zebra.md", "content/zebra.md: there is no such file; type the path of an article, as content/ARTICLE.md"),
        ("content", "content: this is a folder; name an article in it"),
    ],
)  # fmt: skip
def test_a_file_that_is_not_there_is_said(tmp_path: Path, name: str, told: str) -> None:
    write(tmp_path, ARTICLE, "content/walk.md")
    with pytest.raises(Problems) as caught:
        load_edition(tmp_path / name, tmp_path)
    assert str(caught.value) == told


def test_a_file_outside_the_project_is_named_whole(tmp_path: Path) -> None:
    path = write(tmp_path, "Hello.", "elsewhere/x.md")
    with pytest.raises(Problems, match=rf"^{path}:1: there is no front matter"):
        load_edition(path, tmp_path / "project")


def test_the_editions_of_a_project_are_found_in_order(tmp_path: Path) -> None:
    for name in ("b.md", "a.md", "picture.png", "sub/c.md"):
        write(tmp_path, ARTICLE, f"content/{name}")
    assert find_editions(tmp_path) == [tmp_path / "content" / "a.md", tmp_path / "content" / "b.md"]


def test_an_audience_of_a_list_excludes_from_itself_alone(tmp_path: Path) -> None:
    path = write(tmp_path, with_lines("audience: [website, 'desk, except staff', front]"))
    assert (
        ", ".join(load_edition(path, tmp_path).audience) == "website, (desk, except staff), front"
    )
