"""Pictures: as light as they may be, upright, without secrets, inside the letter or on the clinic's site."""

import io
import random
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageColor

from newsletter.config import Settings, Site
from newsletter.errors import Problems
from newsletter.letter import Reader, address_of, with_addresses
from newsletter.letter.lighten import lighten

from .conftest import Write


def written(image: Image.Image, kind: str, **more: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **more)  # type: ignore[arg-type]
    return file.getvalue()


def photograph(width: int, height: int) -> Image.Image:
    """Noise over a slope: more colours than any drawing has."""
    chance = random.Random(7)
    small = Image.frombytes("RGB", (64, 64), chance.randbytes(64 * 64 * 3))
    return small.resize((width, height), Image.Resampling.BICUBIC)


def drawing(width: int, height: int) -> Image.Image:
    image = Image.new("RGB", (width, height), "white")
    image.paste("#0B5D4E", (width // 4, height // 4, width // 2, height // 2))
    return image


SEEN_THROUGH = Image.new("RGBA", (100, 50), (11, 93, 78, 120))
CASES = {
    "a large photograph": (written(photograph(3000, 2000), "JPEG"), ("image/jpeg", 1072, 715)),
    "a photograph as PNG": (written(photograph(1200, 800), "PNG"), ("image/jpeg", 1072, 715)),
    "a drawing": (written(drawing(2144, 1000), "PNG"), ("image/png", 1072, 500)),
    "a small drawing": (written(drawing(300, 200), "PNG"), ("image/png", 300, 200)),
    "transparency": (written(SEEN_THROUGH, "PNG"), ("image/png", 100, 50)),
    "WebP": (written(photograph(3000, 2000), "WEBP", quality=95), ("image/jpeg", 1072, 715)),
    "TIFF of a printer": (
        written(photograph(400, 300).convert("CMYK"), "TIFF"),
        ("image/jpeg", 400, 300),
    ),
    "few colours": (written(drawing(300, 200).convert("P"), "GIF"), ("image/gif", 300, 200)),
}


@pytest.mark.parametrize(("content", "expected"), CASES.values(), ids=CASES)
def test_what_every_mail_program_shows(content: bytes, expected: tuple[str, int, int]) -> None:
    light = lighten(content, 1072)
    with Image.open(io.BytesIO(light.content)) as image:
        image.load()
        assert (light.type, image.width, image.height) == expected
        assert (light.width, light.height) == expected[1:]
    assert len(light.content) <= len(content)


def test_it_is_lighter_by_far() -> None:
    content = written(photograph(3000, 2000), "JPEG", quality=95)
    assert len(lighten(content, 1072).content) < len(content) / 5


def test_a_picture_that_cannot_be_lighter_stays_as_it_is() -> None:
    content = lighten(written(photograph(1600, 900), "JPEG"), 1072).content
    assert lighten(content, 1072).content == content


def test_transparency_stays() -> None:
    light = lighten(written(SEEN_THROUGH, "PNG"), 1072)
    with Image.open(io.BytesIO(light.content)) as image:
        assert image.convert("RGBA").getpixel((10, 10)) == (11, 93, 78, 120)


@pytest.mark.parametrize(
    ("ink", "ground"), [("#1F2A2E", (255, 255, 255, 255)), ("#6FD3BD", (0, 0, 0, 0))]
)
def test_dark_lines_on_nothing_get_a_white_ground_as_dark_mode_would_hide_them(
    ink: str, ground: tuple[int, ...]
) -> None:
    logo = Image.new("RGBA", (200, 80))
    logo.paste(ink, (20, 20, 180, 60))
    light = lighten(written(logo, "PNG"), 1072)
    with Image.open(io.BytesIO(light.content)) as image:
        assert image.convert("RGBA").getpixel((5, 5)) == ground
        assert image.convert("RGB").getpixel((100, 40)) == ImageColor.getrgb(ink)


def test_a_photograph_is_turned_upright_and_tells_nobody_where_it_was_taken() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010E] = "the desk of Ada"
    exif.get_ifd(0x8825)[1] = "N"
    content = written(photograph(800, 400), "JPEG", exif=exif)
    light = lighten(content, 1072)
    assert (light.width, light.height, light.natural) == (400, 800, 400)
    with Image.open(io.BytesIO(light.content)) as image:
        assert not image.getexif()


def test_a_moving_picture_keeps_moving() -> None:
    frames = [drawing(40, 20), photograph(40, 20)]
    content = written(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=300)
    assert lighten(content, 20).content == content


@pytest.fixture
def hinge(project: Path) -> Path:
    path = project / "content" / "hinge.png"
    path.write_bytes(written(drawing(2000, 1000), "PNG"))
    return path


def test_it_has_twice_the_pixels_that_are_shown_and_both_sizes_in_the_tag(
    bare: Write, hinge: Path
) -> None:
    letter = bare("![A hinge.](hinge.png){width=300}")
    (picture,) = letter.pictures
    with Image.open(io.BytesIO(picture.content)) as image:
        assert image.size == (600, 300)
    html = letter.view(Reader()).html
    assert f'height="150" src="cid:{picture.cid}" width="300"' in html
    assert "height:auto" in html


def test_a_name_may_have_any_letters(bare: Write, project: Path) -> None:
    (project / "content" / "Übung 1.png").write_bytes(written(drawing(20, 20), "PNG"))
    (picture,) = bare("![A hinge.](<Übung 1.png>)").pictures
    assert picture.cid.startswith("bung-1-")
    assert picture.filename == "Übung 1.png"


def test_it_is_remembered_by_the_name_that_the_article_writes(bare: Write, project: Path) -> None:
    (project / "content" / "tree.webp").write_bytes(written(photograph(40, 20), "WEBP"))
    (picture,) = bare("![A tree.](tree.webp)").pictures
    assert (picture.filename, picture.source) == ("tree.png", "tree.webp")


HOSTED = Site(url="https://news.example.com", hosted_pictures=True)


def test_on_the_clinics_site_it_does_not_travel(
    bare: Write, hinge: Path, settings: Settings
) -> None:
    letter = bare("![A hinge.](hinge.png)", settings=replace(settings, site=HOSTED))
    (picture,) = letter.pictures
    html = letter.view(Reader()).html
    assert f'src="https://news.example.com/picture/{picture.cid}"' in html
    assert not picture.travels_with(html)
    tested = with_addresses(html, letter.pictures, address_of)
    assert f'src="cid:{picture.cid}"' in tested
    assert picture.travels_with(tested)


def test_a_picture_that_would_eat_the_computer_is_refused(
    bare: Write, hinge: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    with pytest.raises(Problems, match=r"content/tips\.md:8: the picture hinge.png: "):
        bare("![A hinge.](hinge.png){width=77}")
