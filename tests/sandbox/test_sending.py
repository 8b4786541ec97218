"""How mail is taken in, filled, and put into the outbox."""

import base64
import http.client
import json
from email.utils import parsedate_to_datetime

from newsletter.sandbox import released, serve

PICTURE = base64.b64encode(b"picture").decode()


def test_mail_is_accepted_with_one_id_for_the_request(account, letter):
    answer = account.send(letter("anna@example.com", "ben@example.com"))
    assert (answer.status, answer.body) == (202, None)
    assert {record.message_id for record in account.records()} == {answer.headers["X-Message-Id"]}


def test_mail_without_a_send_time_leaves_at_once(account, letter):
    account.send(letter("anna@example.com", "ben@example.com"))
    assert account.ends() == {"anna@example.com": "delivered", "ben@example.com": "delivered"}
    assert [mail["To"] for mail in account.outbox()] == ["anna@example.com", "ben@example.com"]


def test_a_send_time_in_the_past_leaves_at_once(account, letter):
    account.send(letter(send_at=account.now() - 60))
    assert account.ends() == {"anna@example.com": "delivered"}


def test_mail_waits_as_a_file_until_its_time(account, letter):
    account.send(letter(send_at=account.now() + 1800))
    assert len(account.outbox("waiting")) == 1
    assert account.outbox("delivered") == []
    account.skip(1801)
    assert account.outbox("waiting") == []
    assert len(account.outbox("delivered")) == 1


def test_a_personalizations_own_send_time_wins(account, letter):
    body = letter("anna@example.com", "ben@example.com", send_at=account.now() + 600)
    body["personalizations"][1]["send_at"] = account.now() + 6000
    account.send(body)
    account.skip(700)
    assert account.ends() == {"anna@example.com": "delivered", "ben@example.com": "waiting"}


def test_the_record_tells_everything_about_a_delivered_mail(account, letter):
    send_at = account.now() + 1800
    batch = account.batch()
    body = letter(send_at=send_at, batch_id=batch, categories=["spring"], custom_args={"a": "1"})
    body["personalizations"][0]["custom_args"] = {"r": "7"}
    message_id = account.send(body).headers["X-Message-Id"]
    account.skip(1900)
    (record,) = released(account.sandbox.folder)
    assert (record.number, record.address, record.state) == (1, "anna@example.com", "delivered")
    assert record.custom_args == {"a": "1", "r": "7"}
    assert (record.categories, record.batch) == (("spring",), batch)
    assert record.message_id == message_id
    assert (record.send_at, record.released_at) == (send_at, send_at)
    assert send_at - 1800 <= record.accepted_at < send_at - 1790


def test_substitutions_are_plain_replacement_everywhere_but_in_headers_and_ids(account, letter):
    body = letter(
        subject="For -name-",
        reply_to={"email": "desk@example.com", "name": "Desk of -name-"},
        content=[
            {"type": "text/plain", "value": "Hi -name-, -unknown-"},
            {"type": "text/html", "value": "<p title='-name-'>Hi -name-</p>"},
        ],
    )
    body["personalizations"][0] |= {
        "substitutions": {"-name-": "Bob & Sons <x>"},
        "headers": {"X-Name": "-name-"},
        "custom_args": {"name": "-name-"},
    }
    account.send(body)
    (mail,) = account.outbox()
    assert mail["Subject"] == "For Bob & Sons <x>"
    assert mail["Reply-To"] == '"Desk of Bob & Sons <x>" <desk@example.com>'
    assert mail["X-Name"] == "-name-"
    assert json.loads(mail["X-Custom-Args"]) == {"name": "-name-"}
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text.get_content().rstrip() == "Hi Bob & Sons <x>, -unknown-"
    assert html.get_content().rstrip() == "<p title='Bob & Sons <x>'>Hi Bob & Sons <x></p>"


def test_a_personalizations_subject_and_headers_win_over_those_of_the_mail(account, letter):
    body = letter(subject="All", headers={"X-A": "mail", "X-B": "mail"})
    body["personalizations"][0] |= {"subject": "Own", "headers": {"X-B": "own"}}
    account.send(body)
    (mail,) = account.outbox()
    assert (mail["Subject"], mail["X-A"], mail["X-B"]) == ("Own", "mail", "own")


def test_every_recipient_gets_a_file_and_sees_to_and_cc_but_not_bcc(account, letter):
    body = letter()
    body["personalizations"][0] |= {
        "cc": [{"email": "ben@example.com", "name": "Ben Ünï"}],
        "bcc": [{"email": "cleo@example.com"}],
    }
    account.send(body)
    assert [(mail["To"], mail["Cc"], mail["X-Recipient"]) for mail in account.outbox()] == [
        ("anna@example.com", "Ben Ünï <ben@example.com>", address)
        for address in ("anna@example.com", "ben@example.com", "cleo@example.com")
    ]
    assert all("Bcc" not in mail for mail in account.outbox())


def test_headers_say_who_when_and_which(account, letter):
    send_at = account.now() + 3600
    answer = account.send(letter(send_at=send_at))
    account.skip(4000)
    (mail,) = account.outbox()
    assert mail["From"] == "Clockwork Perform <news@clinic.example.com>"
    assert parsedate_to_datetime(mail["Date"]).timestamp() == send_at
    assert mail["X-Message-Id"] == answer.headers["X-Message-Id"]
    assert answer.headers["X-Message-Id"] in mail["Message-ID"]


def test_a_mail_may_bring_its_own_message_id(account, letter):
    account.send(letter(headers={"Message-ID": "<own@example.com>"}))
    assert account.outbox()[0].get_all("Message-ID") == ["<own@example.com>"]


def test_an_own_list_unsubscribe_stays_whole_on_one_line(account, letter):
    link = "https://news.example.com/u/" + "x" * 300
    body = letter(headers={"List-Unsubscribe": f"<{link}>"})
    account.send(body)
    (file,) = (account.sandbox.folder / "outbox" / "delivered").glob("*.eml")
    assert f"\r\nList-Unsubscribe: <{link}>\r\n".encode() in file.read_bytes()


def test_long_or_foreign_words_are_encoded_and_come_back(account, letter):
    subject = "Ünï 🎉 " * 60
    account.send(letter("anna@bücher.example", subject=subject))
    (mail,) = account.outbox()
    assert mail["Subject"].split() == subject.split()
    assert mail["To"] == "anna@xn--bcher-kva.example"


def test_pictures_travel_inline_and_files_beside(account, letter):
    attachments = [
        {"content": PICTURE, "filename": "a.png", "type": "image/png", "disposition": "inline"}
        | {"content_id": "pic1"},
        {"content": PICTURE, "filename": "b.pdf", "type": "application/pdf"},
    ]
    account.send(letter(attachments=attachments))
    (mail,) = account.outbox()
    assert [(part.get_content_type(), part["Content-ID"]) for part in mail.walk()] == [
        ("multipart/mixed", None),
        ("multipart/alternative", None),
        ("text/plain", None),
        ("multipart/related", None),
        ("text/html", None),
        ("image/png", "<pic1>"),
        ("application/pdf", None),
    ]
    assert [part.get_filename() for part in mail.iter_attachments()] == ["b.pdf"]


def test_an_inline_picture_without_html_is_a_file(account, letter):
    content = [{"type": "text/plain", "value": "Hi"}]
    picture = {"content": PICTURE, "filename": "a", "disposition": "inline"}
    account.send(letter(content=content, attachments=[picture]))
    (mail,) = account.outbox()
    (file,) = mail.iter_attachments()
    assert (file.get_content_type(), file.get_content()) == ("application/octet-stream", b"picture")


def test_other_parts_follow_text_and_html(account, letter):
    content = [
        {"type": "text/html", "value": "<p>Hi</p>"},
        {"type": "text/x-amp-html", "value": "<p>Hi ⚡</p>"},
        {"type": "application/ld+json", "value": '{"a": 1}'},
    ]
    account.send(letter(content=content))
    (mail,) = account.outbox()
    parts = {part.get_content_type(): part for part in mail.walk()}
    assert [kind for kind in parts if not kind.startswith("multipart")] == [
        "text/html",
        "text/x-amp-html",
        "application/ld+json",
    ]
    assert parts["text/x-amp-html"].get_content().rstrip() == "<p>Hi ⚡</p>"


def test_a_part_that_comes_out_empty_for_one_reader_stays_a_part(account, letter):
    body = letter(content=[{"type": "text/plain", "value": "-x-"}])
    body["personalizations"] = [
        {"to": [{"email": "anna@example.com"}], "substitutions": {"-x-": "yes"}},
        {"to": [{"email": "ben@example.com"}], "substitutions": {"-x-": ""}},
    ]
    account.send(body)
    assert [mail.get_content().strip() for mail in account.outbox()] == ["yes", ""]


def test_sandbox_mode_checks_and_keeps_nothing(account, letter):
    answer = account.send(letter(mail_settings={"sandbox_mode": {"enable": True}}))
    assert (answer.status, account.records()) == (200, [])
    assert "X-Message-Id" not in answer.headers


def test_without_an_outbox_the_record_is_the_same(folder, open_account, letter):
    with serve(folder, outbox=False) as sandbox:
        account = open_account(sandbox)
        account.send(letter())
        assert account.ends() == {"anna@example.com": "delivered"}
        assert account.outbox() == []


def test_the_outbox_takes_only_so_many_waiting_files(folder, open_account, letter):
    with serve(folder, outbox_limit=2) as sandbox:
        account = open_account(sandbox)
        at = account.now() + 600
        account.send(letter("a@example.com", "b@example.com", "c@example.com", send_at=at))
        account.send(letter("d@example.com", send_at=at))
        assert len(account.outbox("waiting")) == 0
        account.skip(700)
        account.send(letter("e@example.com"))
        assert [mail["To"] for mail in account.outbox()] == ["e@example.com"]
        assert len(released(folder)) == 5


def test_a_connection_carries_many_requests(account, letter):
    connection = http.client.HTTPConnection(account.sandbox.url.removeprefix("http://"))
    headers = {"Authorization": "Bearer SG.test", "Content-Type": "application/json"}
    ports = set()
    for address in ("anna@example.com", "ben@example.com"):
        connection.request("POST", "/v3/mail/send", json.dumps(letter(address)), headers)
        response = connection.getresponse()
        assert (response.status, response.read()) == (202, b"")
        ports.add(connection.sock.getsockname()[1])
    connection.close()
    assert len(ports) == 1
    assert len(account.records()) == 2


def test_a_chunked_body_is_read_too(account, letter):
    connection = http.client.HTTPConnection(account.sandbox.url.removeprefix("http://"))
    headers = {"Authorization": "Bearer SG.test", "Content-Type": "application/json"}
    body = iter([json.dumps(letter()).encode()])
    connection.request("POST", "/v3/mail/send", body, headers, encode_chunked=True)
    assert connection.getresponse().status == 202
    connection.close()
