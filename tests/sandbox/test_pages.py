"""The inbox in the browser: the list, one mail, the clock."""

import base64
import re

import pytest

from newsletter.sandbox import plant

PIXEL = base64.b64encode(b"\x89PNG\r\n\x1a\n").decode()
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def page(account, path):
    answer = account.raw("GET", path)
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    return answer.body


def words(html):
    """What a person reads in the main part."""
    return " ".join(re.sub(r"<[^>]+>", " ", html.split("<main", 1)[1]).split())


def test_an_empty_inbox_says_how_to_fill_it(account):
    assert "No mail yet. Send an edition to practise" in words(page(account, "/"))


def test_the_inbox_lists_every_mail_with_its_state(account, letter):
    plant(account.sandbox.url, "bounces", ["ben@example.com"])
    body = letter("anna@example.com", "ben@example.com", subject="Hi -x- & co")
    body["personalizations"][0]["substitutions"] = {"-x-": "<Anna>"}
    account.send(body)
    account.send(letter("cleo@example.com", send_at=account.now() + 1850))
    batch = account.batch()
    account.stop(batch, "pause")
    account.send(letter("dora@example.com", batch_id=batch, send_at=account.now() + 1200))
    account.skip(1500)
    text = words(page(account, "/"))
    assert "anna@example.com Hi &lt;Anna&gt; &amp; co delivered" in text
    assert "ben@example.com Hi -x- &amp; co dropped Bounced Address" in text
    assert re.search(r"cleo@example.com News waiting leaves in \d min", text)
    assert "dora@example.com News held paused" in text
    assert "All 4 Waiting 2 Delivered 1 Not delivered 1" in text


def test_tabs_and_the_search_choose(account, letter):
    account.send(letter("anna@example.com", "ben@example.com"))
    account.send(letter("anna@example.org", send_at=account.now() + 600))

    def shown(path):
        return re.findall(r'class="who">([^<]+)', page(account, path))

    assert shown("/") == ["anna@example.org", "ben@example.com", "anna@example.com"]
    assert shown("/?tab=delivered&q=ANNA") == ["anna@example.com"]
    assert shown("/?tab=waiting") == ["anna@example.org"]
    assert shown("/?tab=nonsense&q=ben") == ["ben@example.com"]
    assert "No mail here to an address with “zoe%”" in page(account, "/?q=zoe%25")
    assert "Nothing here at the moment" in page(account, "/?tab=stopped")


def test_many_mails_come_in_pages(account, letter):
    account.send(letter(*(f"p{number:03}@example.com" for number in range(120))))
    first, last = page(account, "/"), page(account, "/?from=100")
    assert "Older" in first
    assert "Newer" not in first
    assert len(re.findall('class="who"', first)) == 50
    assert re.findall(r'class="who">([^<]+)', last)[-1] == "p000@example.com"
    assert "Older" not in last
    assert 'from=50">← Newer' in last


def test_one_mail_shows_headers_and_its_parts(account, letter):
    body = letter(
        content=[
            {"type": "text/plain", "value": "See https://example.com/a?b=1, or <not> this."},
            {"type": "text/html", "value": "<head lang=en></head><img src='cid:pic'>"},
        ],
        attachments=[
            {"content": PIXEL, "filename": "a.png", "type": "image/png", "disposition": "inline"}
            | {"content_id": "pic"}
        ],
        tracking_settings={"subscription_tracking": {"enable": True}},
    )
    account.send(body)
    shown = page(account, "/mail/1")
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in shown
    assert "the page that mail programs link to" in shown
    text = page(account, "/mail/1?view=text")
    assert '<a href="https://example.com/a?b=1" rel="noreferrer">' in text
    assert "or &lt;not&gt; this." in text
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in page(
        account, "/mail/1?view=source"
    )
    html = account.raw("GET", "/mail/1/html")
    assert html.body.startswith('<head lang=en><base target="_blank"></head>')
    assert "<img src='/mail/1/picture/pic'>" in html.body
    assert "sandbox" in html.headers["Content-Security-Policy"]
    picture = account.raw("GET", "/mail/1/picture/pic")
    assert (picture.status, picture.headers["Content-Type"]) == (200, "image/png")
    assert account.raw("GET", "/mail/1/picture/other").status == 404


def test_the_source_is_the_file_in_the_outbox(account, letter):
    account.send(letter(content=[{"type": "text/plain", "value": "Hi"}]))
    source = account.raw("GET", "/mail/1/source.eml")
    file = account.sandbox.folder / "outbox" / "delivered" / "00000001.eml"
    assert source.body == file.read_bytes().decode()
    assert source.headers["Content-Disposition"] == 'attachment; filename="00000001.eml"'


def test_a_mail_without_html_shows_its_text_and_one_without_text_says_so(account, letter):
    account.send(letter(content=[{"type": "text/plain", "value": "Only words"}]))
    account.send(letter("ben@example.com", content=[{"type": "text/html", "value": "<p>x</p>"}]))
    assert "Only words" in words(page(account, "/mail/1"))
    assert "This mail has no HTML part" in page(account, "/mail/1?view=html")
    assert "This mail has no text part" in page(account, "/mail/2?view=text")
    assert account.raw("GET", "/mail/2/html").body.startswith('<base target="_blank"><p>x</p>')


def test_a_mail_tells_its_state_on_its_own_page(account, letter):
    batch = account.batch()
    account.send(letter(send_at=account.now() + 1850, batch_id=batch))
    assert re.search(r"waiting leaves in 30 min", words(page(account, "/mail/1?view=nonsense")))
    account.stop(batch)
    account.skip(1900)
    assert "cancelled Batch cancelled" in words(page(account, "/mail/1"))


def test_the_buttons_move_the_clock(account, letter):
    account.send(letter(send_at=account.now() + 3000))
    answer = account.raw("POST", "/clock", b"seconds=3600", FORM)
    assert (answer.status, answer.headers["Location"]) == (303, "/")
    assert account.ends() == {"anna@example.com": "delivered"}
    assert account.raw("POST", "/clock", b"seconds=soon", FORM).status == 400


def test_who_left_is_shown_by_list(account):
    assert "Nobody." in page(account, "/lists")
    plant(account.sandbox.url, "bounces", ["ben@example.com"], "no such user")
    group = account.ask("POST", "asm/groups", {"name": "News", "description": "x"}).body["id"]
    emails = {"recipient_emails": ["anna@example.com"]}
    account.ask("POST", f"asm/groups/{group}/suppressions", emails)
    text = words(page(account, "/lists"))
    assert re.search(r"Bounced 1 ben@example.com .* no such user", text)
    assert re.search(r"Left the group “News” 1 anna@example.com", text)


@pytest.mark.parametrize("path", ["/nothing", "/mail/5", "/mail/5/html", "/unsubscribe/all/1/x"])
def test_what_is_not_there_is_a_page_that_leads_back(account, path):
    answer = account.raw("GET", path)
    assert answer.status == 404
    assert '<a href="/">Go to the mail</a>' in answer.body


def test_no_other_site_may_press_the_buttons_or_read_under_another_name(account):
    host = account.sandbox.url.removeprefix("http://")
    strange = FORM | {"Origin": "https://evil.example"}
    own = FORM | {"Origin": f"http://{host}"}
    assert account.raw("POST", "/clock", b"seconds=1", strange).status == 403
    assert account.raw("POST", "/clock", b"seconds=1", own).status == 303
    assert account.raw("GET", "/", headers={"Host": "evil.example"}).status == 400


def test_the_pages_look_the_same_everywhere(account):
    style = account.raw("GET", "/style.css")
    assert (style.status, style.headers["Content-Type"]) == (200, "text/css; charset=utf-8")
