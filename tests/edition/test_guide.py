"""This module tests that the guide for colleagues says what is true."""

import re
from pathlib import Path

import pytest

from newsletter.config import Settings
from newsletter.edition import Draft, load_edition, write_draft
from newsletter.edition.load import KNOWN
from newsletter.letter import Reader, compose
from newsletter.letter.reader import READER_FIELDS

from .texts import write

GUIDE = (Path(__file__).parents[2] / "docs" / "editions.md").read_text()
LINKS = ("unsubscribe_url", "preferences_url", "browser_url")


@pytest.mark.parametrize("key", KNOWN)
def test_every_key_of_the_front_matter_is_in_the_guide(key: str) -> None:
    assert re.search(rf"^\| .*`{key}`", GUIDE, re.MULTILINE)


@pytest.mark.parametrize("field", [name for name in READER_FIELDS if name not in LINKS])
def test_every_field_of_a_reader_is_in_the_guide(field: str) -> None:
    assert f"`reader.{field}`" in GUIDE or f"reader.{field} " in GUIDE


def test_the_examples_of_the_guide_make_a_letter(settings: Settings) -> None:
    head, *blocks = re.findall(r"```(?:yaml|markdown)\n(.*?)```", GUIDE, re.DOTALL)
    for name in ("bridge", "hinge", "wave", "river-walk"):
        write(settings.root, _png(), f"content/pictures/{name}.png")
    draft = Draft("three.md", head + "\n" + "\n".join(blocks), "")
    path = write_draft(draft, settings.root / "content")
    letter = compose(load_edition(path, settings.root), settings, unsubscribe_tag="<%u%>")
    near = letter.view(Reader(city="New Orleans"))
    assert near.subject == "Tip #1: loosen your calves"
    assert "Hi there," in near.text
    assert "You live nearby" in near.text
    assert "You live nearby" not in letter.view(Reader()).text


def test_a_picture_may_have_spaces_in_its_name(settings: Settings) -> None:
    head = GUIDE.split("```yaml\n")[1].split("```")[0]
    write(settings.root, _png(), "content/my wave.png")
    path = write(settings.root, head + "![A wave.](<my wave.png>)\n", "content/x.md")
    letter = compose(load_edition(path, settings.root), settings, unsubscribe_tag="<%u%>")
    (picture,) = letter.pictures
    assert picture.filename == "my wave.png"
    assert f'src="cid:{picture.cid}"' in letter.view(Reader()).html
    assert re.fullmatch(r"my-wave-[0-9a-f]{16}", picture.cid)


def _png() -> bytes:
    return (Path(__file__).parents[2] / "content" / "pictures" / "bridge.png").read_bytes()
