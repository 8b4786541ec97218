"""The suppression lists: reading them page by page, filling them, and being left out."""

import pytest

from newsletter.errors import NewsletterError
from newsletter.sandbox import plant

ANNA = "anna@example.com"


def new_group(account, name="News"):
    wish = {"name": name, "description": "What is new"}
    return account.ask("POST", "asm/groups", wish).body["id"]


@pytest.mark.parametrize(
    ("name", "listed", "entry"),
    [
        ("global", "unsubscribes", {}),
        ("bounces", "bounces", {"reason": "550 no such user", "status": ""}),
        ("blocks", "blocks", {"reason": "550 no such user", "status": ""}),
        ("spam_reports", "spam_reports", {"ip": "127.0.0.1"}),
        ("invalid_emails", "invalid_emails", {"reason": "550 no such user"}),
    ],
)
def test_each_list_says_when_and_whom(account, name, listed, entry):
    plant(account.sandbox.url, name, ["Anna@example.com"], "550 no such user")
    (found,) = account.ask("GET", f"suppression/{listed}").body
    assert abs(found.pop("created") - account.now()) < 5
    assert found == {"email": ANNA, **entry}
    (alone,) = account.ask("GET", f"suppression/{listed}/{ANNA}").body
    assert alone["email"] == ANNA
    assert account.ask("GET", f"suppression/{listed}/other@example.com").body == []


def test_a_list_is_read_in_pages_of_at_most_500(account):
    emails = [f"p{number:03}@example.com" for number in range(750)]
    plant(account.sandbox.url, "global", emails)
    first = account.ask("GET", "suppression/unsubscribes").body
    second = account.ask("GET", "suppression/unsubscribes", offset=500, limit=500).body
    assert [entry["email"] for entry in first + second] == emails
    assert len(first) == 500
    assert account.ask("GET", "suppression/unsubscribes", offset=750).body == []


def test_a_list_is_read_by_time_and_by_address(account):
    plant(account.sandbox.url, "bounces", [ANNA])
    account.skip(3600)
    plant(account.sandbox.url, "bounces", ["ben@example.com"])

    def listed(**query):
        return [entry["email"] for entry in account.ask("GET", "suppression/bounces", **query).body]

    middle = account.now() - 1800
    assert listed(end_time=middle) == [ANNA]
    assert listed(start_time=middle) == ["ben@example.com"]
    assert listed(email="ANNA@example.com") == [ANNA]


@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        ({"limit": 501}, ("limit", "limit must be between 1 and 500")),
        ({"limit": 0}, ("limit", "limit must be between 1 and 500")),
        ({"start_time": "today"}, ("start_time", "start_time must be an integer")),
    ],
)
def test_a_wrong_page_is_refused(account, query, complaint):
    answer = account.ask("GET", "suppression/bounces", **query)
    assert (answer.status, answer.complaints) == (400, [complaint])


def test_entries_are_deleted_one_several_or_all(account):
    plant(account.sandbox.url, "bounces", [f"{name}@example.com" for name in "abcd"])

    def left():
        return [entry["email"][0] for entry in account.ask("GET", "suppression/bounces").body]

    assert account.ask("DELETE", "suppression/bounces/a@example.com").status == 204
    assert left() == ["b", "c", "d"]
    assert account.ask("DELETE", "suppression/bounces/a@example.com").status == 404
    account.ask("DELETE", "suppression/bounces", {"emails": ["b@example.com", "x@example.com"]})
    assert left() == ["c", "d"]
    assert account.ask("DELETE", "suppression/bounces", {"emails": "c@example.com"}).status == 400
    account.ask("DELETE", "suppression/bounces", {"delete_all": True})
    assert left() == []


def test_the_global_list_is_filled_asked_and_emptied_by_address(account):
    path = f"asm/suppressions/global/{ANNA}"
    answer = account.ask("POST", "asm/suppressions/global", {"recipient_emails": [ANNA]})
    assert (answer.status, answer.body) == (201, {"recipient_emails": [ANNA]})
    assert account.ask("GET", path).body == {"recipient_email": ANNA}
    assert account.ask("DELETE", path).status == 204
    assert account.ask("GET", path).body == {}


def test_a_group_has_a_list_of_its_own(account):
    group = new_group(account)
    path = f"asm/groups/{group}/suppressions"
    answer = account.ask("POST", path, {"recipient_emails": [ANNA, "ben@example.com"]})
    assert (answer.status, answer.body) == (201, {"recipient_emails": [ANNA, "ben@example.com"]})
    assert account.ask("GET", path).body == [ANNA, "ben@example.com"]
    asked = {"recipient_emails": [ANNA, "cleo@example.com"]}
    assert account.ask("POST", f"{path}/search", asked).body == [ANNA]
    (first, _) = account.ask("GET", "asm/suppressions").body
    assert abs(first.pop("created_at") - account.now()) < 5
    assert first == {"email": ANNA, "group_id": group, "group_name": "News"}
    assert account.ask("DELETE", f"{path}/{ANNA}").status == 204
    assert account.ask("GET", path).body == ["ben@example.com"]
    assert account.ask("GET", "suppression/unsubscribes").body == []


def test_adding_to_a_group_that_does_not_exist_adds_to_the_global_list(account):
    account.ask("POST", "asm/groups/99/suppressions", {"recipient_emails": [ANNA]})
    assert account.ask("GET", "asm/groups/99/suppressions").body == []
    assert [entry["email"] for entry in account.ask("GET", "suppression/unsubscribes").body] == [
        ANNA
    ]


def test_groups_are_made_shown_and_deleted(account):
    wish = {"name": "News", "description": "What is new", "is_default": True}
    made = account.ask("POST", "asm/groups", wish)
    shown = {**wish, "id": made.body["id"]}
    assert (made.status, made.body) == (201, shown)
    account.ask("POST", f"asm/groups/{shown['id']}/suppressions", {"recipient_emails": [ANNA]})
    assert account.ask("GET", "asm/groups").body == [{**shown, "unsubscribes": 1}]
    assert account.ask("GET", f"asm/groups/{shown['id']}").body == {**shown, "unsubscribes": 1}
    assert account.ask("DELETE", f"asm/groups/{shown['id']}").status == 204
    assert account.ask("GET", f"asm/groups/{shown['id']}").status == 404
    assert account.ask("DELETE", f"asm/groups/{shown['id']}").status == 404
    assert account.ask("GET", "asm/suppressions").body == []


@pytest.mark.parametrize(
    ("wish", "complaint"),
    [
        ({"description": "x"}, ("name", "name is required")),
        (
            {"name": "x" * 31, "description": "x"},
            ("name", "name is too long, it may have 30 characters"),
        ),
        ({"name": "x"}, ("description", "description is required")),
        ({"name": "Taken", "description": "x"}, ("name", "group name must be unique")),
    ],
)
def test_a_group_needs_a_name_of_its_own(account, wish, complaint):
    new_group(account, "Taken")
    answer = account.ask("POST", "asm/groups", wish)
    assert (answer.status, answer.complaints) == (400, [complaint])


@pytest.mark.parametrize(
    ("name", "end", "reason"),
    [
        ("global", "dropped", "Unsubscribed Address"),
        ("bounces", "dropped", "Bounced Address"),
        ("spam_reports", "dropped", "Spam Reporting Address"),
        ("invalid_emails", "dropped", "Invalid"),
        ("blocks", "delivered", ""),
    ],
)
def test_whoever_is_on_a_list_at_the_send_time_is_dropped(account, letter, name, end, reason):
    account.send(letter("Anna@Example.com", "ben@example.com", send_at=account.now() + 600))
    plant(account.sandbox.url, name, [ANNA])
    account.skip(700)
    anna, ben = account.records()
    assert (anna.state, anna.reason) == (end, reason)
    assert ben.state == "delivered"
    assert len(account.outbox()) == (2 if end == "delivered" else 1)


def test_who_left_a_group_gets_the_mail_of_others(account, letter):
    group, other = new_group(account), new_group(account, "Other")
    account.ask("POST", f"asm/groups/{group}/suppressions", {"recipient_emails": [ANNA]})
    for body in (letter(asm={"group_id": group}), letter(asm={"group_id": other}), letter()):
        account.send(body)
    assert [record.state for record in account.records()] == ["dropped", "delivered", "delivered"]


@pytest.mark.parametrize(
    ("name", "bypass"),
    [
        ("global", "bypass_list_management"),
        ("global", "bypass_unsubscribe_management"),
        ("bounces", "bypass_bounce_management"),
        ("spam_reports", "bypass_spam_management"),
    ],
)
def test_a_bypass_reaches_who_is_on_its_list(account, letter, name, bypass):
    plant(account.sandbox.url, name, [ANNA])
    account.send(letter(mail_settings={bypass: {"enable": True}}))
    account.send(letter(mail_settings={bypass: {"enable": False}}))
    assert [record.state for record in account.records()] == ["delivered", "dropped"]


def test_the_group_is_not_bypassed_by_the_bypass_of_the_global_list(account, letter):
    group = new_group(account)
    account.ask("POST", f"asm/groups/{group}/suppressions", {"recipient_emails": [ANNA]})
    bypass = {"bypass_unsubscribe_management": {"enable": True}}
    account.send(letter(asm={"group_id": group}, mail_settings=bypass))
    assert account.ends() == {ANNA: "dropped"}


def test_only_known_lists_can_be_planted(account):
    with pytest.raises(NewsletterError, match="list must be one of blocks, bounces, global"):
        plant(account.sandbox.url, "wishes", [ANNA])
    answer = account.raw("POST", "/sandbox/plant", b'{"list": "bounces", "emails": "x"}')
    assert answer.complaints == [("emails", "emails must be an array")]
