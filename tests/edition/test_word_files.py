"""Word files: what a person reads in Word is what the article says."""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from docx import Document
from docx.document import Document as Word
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Cm
from PIL import Image

from newsletter.config import Settings
from newsletter.edition import Birth, Draft, edition_from, load_edition, write_draft
from newsletter.errors import NewsletterError
from newsletter.letter import Reader, compose

BIRTH = Birth(date(2026, 11, 24), "k3f9")


def picture(colour: str) -> io.BytesIO:
    file = io.BytesIO()
    Image.new("RGB", (300, 200), colour).save(file, "PNG")
    file.seek(0)
    return file


def link(word: Word, text: str, address: str) -> None:
    """A link as Word writes it."""
    paragraph = word.add_paragraph("Read ")
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"
    number = word.part.relate_to(address, kind, is_external=True)
    paragraph._p.append(
        parse_xml(
            f'<w:hyperlink {nsdecls("w", "r")} r:id="{number}"><w:r><w:t>{text}</w:t></w:r></w:hyperlink>'
        )
    )
    paragraph.add_run(" today.")


def insert(word: Word, xml: str) -> None:
    """A paragraph of WordprocessingML, before the last section's settings."""
    word.element.body.insert_element_before(
        parse_xml(f"<w:p {nsdecls('w')}>{xml}</w:p>"), "w:sectPr"
    )


def run(text: str, tag: str = "t") -> str:
    return f'<w:r><w:{tag} xml:space="preserve">{text}</w:{tag}></w:r>'


CHANGE = 'w:id="1" w:author="Jo" w:date="2026-11-20T10:00:00Z"'


def article() -> bytes:
    word = Document()
    word.add_heading("Knees & stairs", 0)
    word.add_paragraph("Stairs are a *free* gym: 2 < 3_flights, says [nobody], {{ really }}.")
    word.add_heading("Going up", 1)
    paragraph = word.add_paragraph("Push through the ")
    paragraph.add_run("heel").bold = True
    paragraph.add_run(", never the ")
    paragraph.add_run("toe").italic = True
    paragraph.add_run(".")
    for words in ("Eyes ahead", "One hand near the rail", "# slow"):
        word.add_paragraph(words, style="List Bullet")
    for words in ("Left", "Right"):
        word.add_paragraph(words, style="List Number")
    word.add_heading("How much", 2)
    table = word.add_table(3, 2)
    cells = ("Week", "Flights a day", "One | two", "3", "Three", "5\nor 6")
    for number, words in enumerate(cells):
        table.cell(number // 2, number % 2).text = words
    link(word, "the guideline (2018)", "https://doi.org/10.1001/jama.2018.14854?a=(1)")
    shown = word.add_picture(picture("#0B5D4E"), Cm(8))
    shown._inline.docPr.set("descr", "Somebody climbs [the] stairs.")
    word.add_picture(picture("#FFD48A"), Cm(8))
    insert(
        word,
        run("It is ")
        + f"<w:del {CHANGE}>{run('not ', 'delText')}</w:del>"
        + f"<w:ins {CHANGE}>{run('very ')}</w:ins>"
        + run("good for you"),
    )
    insert(word, f"<w:moveFrom {CHANGE}>{run('Moved words.')}</w:moveFrom>")
    insert(word, run("1. is no list. ") + f"<w:moveTo {CHANGE}>{run('Moved words.')}</w:moveTo>")
    insert(word, f'<w:fldSimple w:instr=" DATE ">{run("November")}</w:fldSimple>{run(" is fine.")}')
    noted = word.add_paragraph("Ask us first.")
    word.add_comment(noted.runs, "Is that true?", author="Ada", initials="A")
    file = io.BytesIO()
    word.save(file)
    return file.getvalue()


BODY = """\
Stairs are a \\*free\\* gym: 2 < 3_flights, says \\[nobody], {{ "{{" }} really }}.

## Going up

Push through the **heel**, never the *toe*.

- Eyes ahead
- One hand near the rail
- \\# slow

1. Left
2. Right

### How much

| Week | Flights a day |
| --- | --- |
| One \\| two | 3 |
| Three | 5 or 6 |

Read [the guideline (2018)](https://doi.org/10.1001/jama.2018.14854?a=%281%29) today.

![Somebody climbs \\[the\\] stairs.](pictures/stairs-1.png)

![TODO say what the picture shows](pictures/stairs-2.png)

It is very good for you

1\\. is no list. Moved words.

November is fine.

Ask us first.
"""

Drafted = Callable[[bytes], Draft]


@pytest.fixture
def drafted(tmp_path: Path) -> Drafted:
    def made(content: bytes) -> Draft:
        path = tmp_path / "stairs.docx"
        path.write_bytes(content)
        return edition_from(path, BIRTH)

    return made


def test_it_reads_as_it_does_in_word_when_all_changes_are_accepted(drafted: Drafted) -> None:
    draft = drafted(article())
    _top, body = draft.text.split("\n---\n\n", 1)
    assert body == BODY
    assert (draft.title, draft.name) == ("Knees & stairs", "knees-stairs.md")
    assert draft.notes == (
        "braces such as {{ in the text are shown as they are, not obeyed",
        "1 comment was left out",
        "pictures: pictures/stairs-1.png, pictures/stairs-2.png",
        "look over the subject and the preheader",
    )


def words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+(?:['’][^\W_]+)*", text)


def test_the_words_of_the_letter_are_the_words_of_the_file(
    drafted: Drafted, settings: Settings
) -> None:
    path = write_draft(drafted(article()), settings.root / "content")
    own = {"body.mjml": "", "body.txt": '{% include "edition/body.txt" %}'}
    for name, source in own.items():
        (settings.root / "templates" / "email" / name).write_text(
            source or '<mjml lang="en" dir="ltr"><mj-body></mj-body></mjml>'
        )
    path.write_text(path.read_text().replace("\n---\n", "\ntemplate: body\n---\n", 1))
    letter = compose(load_edition(path, settings.root), settings, unsubscribe_tag="<%u%>")
    said = re.sub(r"\( https://\S+ \)|\[TODO[^]]*\]", "", letter.view(Reader()).text)
    expected = (
        "Stairs are a free gym 2 3 flights says nobody really Going up Push through the heel never the toe "
        "Eyes ahead One hand near the rail slow 1 Left 2 Right How much Week Flights a day One two 3 Three 5 or 6 "
        "Read the guideline 2018 today Somebody climbs the stairs It is very good for you "
        "1 is no list Moved words November is fine Ask us first"
    )
    assert words(said) == expected.split()


def test_its_pictures_are_written_beside_the_article(drafted: Drafted, settings: Settings) -> None:
    draft = drafted(article())
    path = write_draft(draft, settings.root / "content")
    for taken in draft.pictures:
        assert (path.parent / taken.name).read_bytes() == taken.content
    assert [Image.open(io.BytesIO(taken.content)).size for taken in draft.pictures] == [
        (300, 200)
    ] * 2


def test_another_picture_of_that_name_is_never_touched(
    drafted: Drafted, settings: Settings
) -> None:
    there = settings.root / "content" / "pictures" / "stairs-1.png"
    there.parent.mkdir()
    there.write_bytes(b"another")
    with pytest.raises(
        NewsletterError, match=r"stairs-1\.png is there already, and is another picture"
    ):
        write_draft(drafted(article()), settings.root / "content")
    assert there.read_bytes() == b"another"
    assert not (settings.root / "content" / "knees-stairs.md").exists()


def test_without_a_title_style_the_first_heading_is_the_title(drafted: Drafted) -> None:
    word = Document()
    word.add_heading("Hips", 1)
    word.add_paragraph("They open.")
    word.add_heading("Slowly", 2)
    word.add_paragraph("Very.")
    file = io.BytesIO()
    word.save(file)
    draft = drafted(file.getvalue())
    assert draft.title == "Hips"
    assert draft.text.endswith("---\n\nThey open.\n\n## Slowly\n\nVery.\n")


def test_a_closing_block_moves_to_the_top(drafted: Drafted) -> None:
    word = Document()
    for line in ("Hips", "They open when you let them, and not before that moment.", "-----"):
        word.add_paragraph(line)
    for line in ("Article posted by:", "Dana Rivers", "https://www.example.com/dana", "Metairie"):
        word.add_paragraph(line)
    file = io.BytesIO()
    word.save(file)
    draft = drafted(file.getvalue())
    assert (
        "author: Dana Rivers\nwebsite: https://www.example.com/dana\nplace: Metairie\n"
        in draft.text
    )
    assert draft.text.endswith("not before that moment.\n")


BOX = f"<w:txbxContent><w:p>{run('In a box.')}</w:p></w:txbxContent>"
SHAPE = f"<w:drawing><wp:inline><a:graphic><a:graphicData uri='x'><wps:wsp><wps:txbx>{BOX}</wps:txbx></wps:wsp></a:graphicData></a:graphic></wp:inline></w:drawing>"
CHOICE = f"<mc:Choice Requires='wps'>{SHAPE}</mc:Choice>"
HYPERLINK = ' HYPERLINK "https://example.com/a?b=1&amp;c=2" '.replace('"', "&quot;")
ROUND = SHAPE.replace("In a box.", "A shape in it.")
INSIDE = {
    "an equation": (
        f"{run('It is ')}<m:oMath><m:f><m:fPr><m:ctrlPr><w:rPr><w:b/></w:rPr></m:ctrlPr></m:fPr>"
        "<m:num><m:r><m:rPr><m:sty m:val='p'/></m:rPr><m:t>kg</m:t></m:r></m:num><m:den><m:sSup><m:e><m:r><m:t>m</m:t></m:r></m:e>"
        f"<m:sup><m:r><m:t>2</m:t></m:r></m:sup></m:sSup></m:den></m:f></m:oMath>{run(' &lt; 25.')}",
        "It is kg/m^2 < 25.",
        "an equation became a line of text, look it over",
    ),
    "an equation of its own": (
        "<m:oMathPara><m:oMathParaPr><m:jc m:val='left'/></m:oMathParaPr><m:oMath><m:r><m:t>a+b</m:t></m:r></m:oMath><m:oMath><m:r><m:t>=c</m:t></m:r></m:oMath></m:oMathPara>",
        "a+b=c",
        "2 equations became lines of text, look them over",
    ),
    "a text box": (f"<w:r>{SHAPE}</w:r>", "In a box.", ""),
    "a text box for newer programs": (f"<w:r><mc:AlternateContent>{CHOICE}</mc:AlternateContent></w:r>", "In a box.", ""),
    "a text box for older ones too": (
        f"<w:r><mc:AlternateContent>{CHOICE}<mc:Fallback><w:pict><v:shape><v:textbox>{BOX}</v:textbox></v:shape></w:pict></mc:Fallback></mc:AlternateContent></w:r>",
        "In a box.",
        "",
    ),
    "a text box with a shape for newer programs": (
        f"<w:r><mc:AlternateContent>{CHOICE.replace('<w:p>', f'<w:p><w:r><mc:AlternateContent><mc:Choice>{ROUND}</mc:Choice></mc:AlternateContent></w:r>', 1)}</mc:AlternateContent></w:r>",
        "In a box.\n\nA shape in it.",
        "",
    ),
    "hidden words": (
        f"{run('Seen')}<w:r><w:rPr><w:b/><w:vanish/><w:i/></w:rPr><w:t>Secret &amp; more</w:t></w:r>"
        "<w:r><w:rPr><w:vanish w:val='0'/></w:rPr><w:t>, too</w:t></w:r>"
        f"<w:r><w:rPr><w:rPrChange {CHANGE}><w:rPr><w:vanish/></w:rPr></w:rPrChange></w:rPr><w:t>.</w:t></w:r>",
        "Seen, too.",
        "hidden in Word and left out: “Secret & more”",
    ),
    "a link in one piece": (
        f'{run("See ")}<w:fldSimple w:instr="{HYPERLINK}">{run("this")}</w:fldSimple>{run(" now.")}',
        "See [this](https://example.com/a?b=1&c=2) now.",
        "",
    ),
}  # fmt: skip
SPACES = "".join(
    f' xmlns:{prefix}="{address}"'
    for prefix, address in {
        "m": "http://schemas.openxmlformats.org/officeDocument/2006/math",
        "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
        "v": "urn:schemas-microsoft-com:vml",
        "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
    }.items()
)


@pytest.mark.parametrize(("xml", "markdown", "note"), INSIDE.values(), ids=INSIDE)
def test_what_the_converter_does_not_know_comes_along_or_is_told(
    drafted: Drafted, xml: str, markdown: str, note: str
) -> None:
    word = Document()
    word.add_heading("Hips", 1)
    spaces = nsdecls("w", "wp", "a") + SPACES
    word.element.body.insert_element_before(parse_xml(f"<w:p {spaces}>{xml}</w:p>"), "w:sectPr")
    file = io.BytesIO()
    word.save(file)
    draft = drafted(file.getvalue())
    assert draft.text.split("\n---\n\n", 1)[1] == f"{markdown}\n"
    assert draft.notes == (*([note] if note else []), "look over the subject and the preheader")


def test_a_text_box_brings_its_picture_along(drafted: Drafted) -> None:
    word = Document()
    word.add_heading("Hips", 1)
    word.add_picture(picture("#0B5D4E"), Cm(8))._inline.docPr.set("descr", "A hip.")
    paragraph = word.paragraphs[-1]._p
    box = parse_xml(f"<w:p {nsdecls('w', 'wp', 'a')}{SPACES}><w:r>{SHAPE}</w:r></w:p>")
    paragraph.addnext(box)
    box.find(".//{*}txbxContent").append(paragraph)
    file = io.BytesIO()
    word.save(file)
    draft = drafted(file.getvalue())
    assert draft.text.endswith("In a box.\n\n![A hip.](pictures/stairs-1.png)\n")
    assert len(draft.pictures) == 1


def broken(name: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(name, "<w:document")
    return file.getvalue()


@pytest.mark.parametrize("content", [b"PK\x03\x04", b"", broken("word/x.xml"), broken("word/document.xml")])  # fmt: skip
def test_what_is_no_word_file_is_said(drafted: Drafted, content: bytes) -> None:
    with pytest.raises(NewsletterError, match="no Word file that can be read"):
        drafted(content)


def test_an_empty_file_is_said(drafted: Drafted) -> None:
    file = io.BytesIO()
    Document().save(file)
    with pytest.raises(NewsletterError, match="there are no words in it"):
        drafted(file.getvalue())
