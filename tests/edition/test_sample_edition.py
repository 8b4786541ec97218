"""This module tests the sample edition: it is sound, and its pictures are those that the script draws."""

import importlib
import re
from pathlib import Path
from types import ModuleType

import pytest
from PIL import Image, ImageChops

from newsletter.edition import Edition, load_edition

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "content" / "pictures"


@pytest.fixture(scope="module")
def sample() -> Edition:
    return load_edition(ROOT / "content" / "strength-training-for-back-pain.md", ROOT)


@pytest.fixture(params=["draw", "scenes"])
def script(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(PICTURES)
    return importlib.import_module(request.param)


def test_the_sample_edition_is_sound(sample: Edition) -> None:
    assert 10 <= len(sample.subject) <= 60
    assert 40 <= len(sample.preheader) <= 110
    assert sample.preheader != sample.subject
    assert sample.body.count("::: exercise") == 3
    assert sample.body.count("{.button}") == 1
    assert sample.body.count("https://doi.org/") == 4


def test_the_sample_edition_has_a_readable_length(sample: Edition) -> None:
    article = sample.body.split("::: sources")[0]
    prose = re.sub(r"!\[.*?\]\(.*?\)(\{.*?\})?|\{[{%].*?[%}]\}|^:::.*$", "", article, flags=re.M)
    assert 400 <= len(prose.split()) <= 700


def test_the_sample_edition_promises_nothing(sample: Edition) -> None:
    words = f"{sample.title} {sample.subject} {sample.preheader} {sample.body}".lower()
    promise = r"\b(?:cures?|guarantee\w*|proven|miracle\w*|risk-free|pain-free|in \d+ days|—)"
    assert re.findall(promise, words) == []


def test_each_picture_of_the_sample_is_described(sample: Edition) -> None:
    shown = re.findall(r"!\[(.*?)\]\((.*?)\)", sample.body)
    shown.append((sample.details["hero_alt"], sample.details["hero"]))
    assert len(shown) == 4
    assert all(30 < len(alt) <= 150 for alt, _source in shown)


@pytest.mark.slow
def test_the_script_draws_the_same_pictures_again(script: ModuleType, tmp_path: Path) -> None:
    for drawn in script.draw(tmp_path):
        kept = Image.open(PICTURES / drawn.name).convert("RGB")
        again = Image.open(drawn).convert("RGB")
        assert kept.size == again.size
        assert ImageChops.difference(kept, again).getbbox() is None, drawn.name


def test_pictures_are_small_enough_to_travel_in_every_letter() -> None:
    assert max(path.stat().st_size for path in PICTURES.glob("*.png")) < 25_000
