"""Unsubscribing: the links that are put in, the page behind them, the lists that fill."""

import re
from urllib.parse import urlsplit

import pytest

ANNA = "anna@example.com"
ONE_CLICK = (b"List-Unsubscribe=One-Click", {"Content-Type": "application/x-www-form-urlencoded"})
MULTIPART = (
    b'--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n',
    {"Content-Type": "multipart/form-data; boundary=x"},
)


def tracked(letter, **settings):
    content = [
        {"type": "text/plain", "value": "Bye: [unsubscribe]"},
        {"type": "text/html", "value": "<body><a href='[unsubscribe]'>Bye</a></body>"},
    ]
    tracking = {"subscription_tracking": {"enable": True, **settings}}
    return letter(content=content, tracking_settings=tracking)


def grouped(account, letter, text, html, **asm):
    wish = {"name": "News & more", "description": "What is new"}
    group = account.ask("POST", "asm/groups", wish).body["id"]
    content = [{"type": "text/plain", "value": text}, {"type": "text/html", "value": html}]
    return group, letter(content=content, asm={"group_id": group, **asm})


def parts(mail):
    return [mail.get_body((kind,)).get_content().rstrip() for kind in ("plain", "html")]


def header_link(mail):
    assert mail.get_all("List-Unsubscribe-Post") == ["List-Unsubscribe=One-Click"]
    (value,) = mail.get_all("List-Unsubscribe")
    return re.fullmatch(r"<(http://127\.0\.0\.1:\d+/\S+)>", value)[1]


def path(link):
    return urlsplit(link).path


def unsubscribed(account):
    return [entry["email"] for entry in account.ask("GET", "suppression/unsubscribes").body]


def test_the_tag_becomes_each_readers_own_link_in_both_parts_and_the_header(account, letter):
    body = tracked(letter, substitution_tag="[unsubscribe]")
    body["personalizations"].append({"to": [{"email": "ben@example.com"}]})
    account.send(body)
    links = [header_link(mail) for mail in account.outbox()]
    assert len(set(links)) == 2
    for mail, link in zip(account.outbox(), links, strict=True):
        assert parts(mail) == [f"Bye: {link}", f"<body><a href='{link}'>Bye</a></body>"]


def test_without_a_tag_the_wording_is_put_at_the_end(account, letter):
    words = {"text": "\nTo leave: <% %>", "html": "<p>To leave <% click here %></p>"}
    account.send(tracked(letter, **words))
    (mail,) = account.outbox()
    text, html = parts(mail)
    link = header_link(mail)
    assert text == f"Bye: [unsubscribe]\r\nTo leave:  {link}"
    assert html.endswith(f'<p>To leave <a href="{link}">click here</a></p></body>')


def test_without_any_wording_the_usual_one_is_taken(account, letter):
    body = tracked(letter)
    body["content"][1]["value"] = "<p>No body tag</p>"
    account.send(body)
    (mail,) = account.outbox()
    text, html = parts(mail)
    assert text.endswith(f"Unsubscribe {header_link(mail)}")
    assert html.endswith(f'<a href="{header_link(mail)}">Unsubscribe</a>')


def test_switched_off_nothing_is_put_in(account, letter):
    account.send(tracked(letter, enable=False, substitution_tag="[unsubscribe]"))
    (mail,) = account.outbox()
    assert parts(mail)[0] == "Bye: [unsubscribe]"
    assert mail["List-Unsubscribe"] is None


def test_two_ways_at_once_make_two_headers(account, letter):
    body = tracked(letter, substitution_tag="[unsubscribe]")
    body["headers"] = {"List-Unsubscribe": "<https://news.example.com/u>"}
    account.send(body)
    assert len(account.outbox()[0].get_all("List-Unsubscribe")) == 2


def test_looking_changes_nothing_and_the_button_acts(account, letter):
    account.send(tracked(letter, substitution_tag="[unsubscribe]"))
    link = path(header_link(account.outbox()[0]))
    page = account.raw("GET", link)
    assert page.status == 200
    assert "Should <strong>anna@example.com</strong> get no more mail from us?" in page.body
    assert unsubscribed(account) == []
    done = account.raw("POST", link)
    assert done.status == 200
    assert "You are unsubscribed" in done.body
    assert unsubscribed(account) == [ANNA]


@pytest.mark.parametrize(("body", "headers"), [ONE_CLICK, MULTIPART], ids=["form", "multipart"])
def test_one_click_of_a_mail_program_acts_without_cookie_or_redirect(
    account, letter, body, headers
):
    account.send(tracked(letter))
    answer = account.raw("POST", path(header_link(account.outbox()[0])), body, headers)
    assert answer.status == 200
    assert "Set-Cookie" not in answer.headers
    assert unsubscribed(account) == [ANNA]


def test_who_left_gets_nothing_of_what_still_waits(account, letter):
    body = tracked(letter)
    account.send({**body, "send_at": account.now() + 600})
    account.send(body)
    account.raw("POST", path(header_link(account.outbox()[0])))
    account.skip(700)
    waited, sent = account.records()
    assert (waited.state, sent.state) == ("dropped", "delivered")


def test_a_forged_link_is_no_page(account, letter):
    account.send(tracked(letter))
    link = path(header_link(account.outbox()[0]))
    forged = (link[:-1] + ("0" if link[-1] != "0" else "1"), link.replace("/1/", "/2/"))
    for wrong in (*forged, link.replace("/all/", "/group/")):
        assert account.raw("GET", wrong).status == 404
        assert account.raw("POST", wrong).status == 404
    assert unsubscribed(account) == []


def test_the_links_of_a_group_are_put_in_and_its_list_fills(account, letter):
    tag = "<%asm_group_unsubscribe_raw_url%>"
    group, body = grouped(account, letter, f"Bye: {tag}", f"<a href='{tag}'>Bye</a>")
    account.send(body)
    (mail,) = account.outbox()
    link = header_link(mail)
    assert parts(mail) == [f"Bye: {link}", f"<a href='{link}'>Bye</a>"]
    page = account.raw("GET", path(link))
    assert "no more mail of the kind “News &amp; more” from us?" in page.body
    account.raw("POST", path(link))
    assert account.ask("GET", f"asm/groups/{group}/suppressions").body == [ANNA]
    assert unsubscribed(account) == []


def test_with_a_group_the_tag_of_subscription_tracking_is_ignored(account, letter):
    _, body = grouped(account, letter, "[unsubscribe]", "[unsubscribe]")
    body["tracking_settings"] = tracked(letter, substitution_tag="[unsubscribe]")[
        "tracking_settings"
    ]
    account.send(body)
    (mail,) = account.outbox()
    assert parts(mail) == ["[unsubscribe]", "[unsubscribe]"]
    header_link(mail)


def test_the_global_link_of_a_mail_with_a_group_leaves_everything(account, letter):
    _, body = grouped(account, letter, "<%asm_global_unsubscribe_raw_url%>", "x")
    account.send(body)
    account.raw("POST", path(parts(account.outbox()[0])[0]))
    assert unsubscribed(account) == [ANNA]


def test_the_tags_without_raw_become_whole_links(account, letter):
    tag = "<%asm_group_unsubscribe_url%>"
    _, body = grouped(account, letter, tag, tag)
    account.send(body)
    (mail,) = account.outbox()
    link = header_link(mail)
    words = "Unsubscribe from this list"
    assert parts(mail) == [f"{words}: {link}", f'<a href="{link}">{words}</a>']


def test_preferences_are_chosen_and_changed_back(account, letter):
    group, body = grouped(account, letter, "<%asm_preferences_raw_url%>", "x")
    account.send(body)
    link = path(parts(account.outbox()[0])[0])
    members = f"asm/groups/{group}/suppressions"
    page = account.raw("GET", link).body
    assert "News &amp; more" in page
    assert "checked" not in page
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    chosen = account.raw("POST", link, f"leave={group}&leave=all".encode(), form).body
    assert chosen.count("checked") == 2
    assert (account.ask("GET", members).body, unsubscribed(account)) == ([ANNA], [ANNA])
    account.raw("POST", link, b"", form)
    assert (account.ask("GET", members).body, unsubscribed(account)) == ([], [])


def test_only_the_groups_to_display_are_offered(account, letter):
    account.ask("POST", "asm/groups", {"name": "Hidden", "description": "x"})
    _, body = grouped(account, letter, "<%asm_preferences_raw_url%>", "x", groups_to_display=[2])
    account.send(body)
    page = account.raw("GET", path(parts(account.outbox()[0])[0])).body
    assert "News &amp; more" in page
    assert "Hidden" not in page
