"""What SendGrid refuses, and in which words."""

import base64
import gzip

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.sandbox import behave, serve
from newsletter.sandbox.rules import mail_errors

NOW = 1_800_000_000
GROUPS = {7}
TO = [{"email": "anna@example.com"}]
TEXT = {"type": "text/plain", "value": "Hi"}
HTML = {"type": "text/html", "value": "<p>Hi</p>"}
FILE = {"content": base64.b64encode(b"file").decode(), "filename": "a.pdf"}
FROM = {"email": "news@clinic.example.com"}

NO_TO = (
    "The to array is required for all personalization objects, and must have at least one email "
    "object with a valid email address."
)
SUBSTITUTIONS = "The substitution values must be an object of key/value pairs, where the values are all strings."
NO_CONTENT = (
    "Unless a valid template_id is provided, the content parameter is required. There must be at "
    "least one defined content block. We typically suggest both text/plain and text/html blocks "
    "are included, but only one block is required."
)
ORDER = (
    "Following RFC 1341, section 7.2, if either text/html or text/plain are to be sent in your "
    "email: text/plain needs to be first, followed by text/html, followed by any other content."
)
CONTENT_VALUE = "The content value must be a string at least one character in length."
CONTENT_TYPE = "Your content type must be a string with length of at least one character."
SEND_AT = "Scheduling more than 72 hours in advance is forbidden."
SEND_AT_INTEGER = (
    "The send_at parameter is expecting a Unix timestamp as an integer. We will send immediately "
    "if you include a send_at timestamp that is in the past."
)
SUBJECT = "The subject of your email must be a string at least one character in length."
NO_SUBJECT = (
    "The subject is required. You can get around this requirement if you use a template with a "
    "subject defined or if every personalization has a subject defined."
)
NO_FROM = (
    "The from object must be provided for every email send. It is an object that requires the "
    'email parameter, but may also contain a name parameter.  e.g. {"email" : '
    '"example@example.com"}  or {"email" : "example@example.com", "name" : "Example Recipient"}.'
)
ARGS_SIZE = (
    "The combined size of both global and personalization custom arguments may not exceed 10,000 "
    "bytes per personalization."
)
DUPLICATE = (
    "Each email address in the personalization block should be unique between to, cc, and bcc. We "
    "found the first duplicate instance of [Anna@example.com] in the personalizations.0.bcc field."
)
TWICE = (
    "Each unique email address in the personalizations array should only be included once. You "
    "have included anna@example.com more than once."
)
HEADER_NAMES = "Header keys cannot contain non-ASCII characters or empty spaces."
HEADER_VALUES = "Header values cannot contain non-ASCII or CRLF characters."
INVALID = "Does not contain a valid address."
P = "personalizations"


def whole(**changes):
    body = {P: [{"to": TO}], "from": FROM, "subject": "News", "content": [TEXT, HTML], **changes}
    return {key: value for key, value in body.items() if value is not ...}


def person(**changes):
    return whole(**{P: [{"to": TO, **changes}]})


def wrong_type(expected: str, given: str) -> str:
    return f"Invalid type. Expected: {expected}, given: {given}."


REFUSED = {
    "no object": ([], [(None, "Bad Request")]),
    "unknown key": (whole(colour="red"), [("colour", "Additional property colour is not allowed")]),
    "type of a root key": (whole(send_at="soon"), [("send_at", wrong_type("integer", "string"))]),
    "batch id": (whole(batch_id=5), [("batch_id", wrong_type("string", "integer"))]),
    # personalizations
    "no personalizations": (
        whole(**{P: ...}),
        [(P, "The personalizations field is required and must have at least one personalization.")],
    ),
    "1001 personalizations": (
        whole(**{P: [{"to": [{"email": f"p{i}@example.com"}]} for i in range(1001)]}),
        [
            (
                P,
                "The personalization block is limited to 1000 personalizations per API request. "
                "You have provided 1001 personalizations. Please consider splitting this into "
                "multiple requests and resending your request.",
            )
        ],
    ),
    "1001 recipients": (
        person(cc=[{"email": f"p{i}@example.com"} for i in range(1000)]),
        [(P, "There is a limit of 1000 total recipients (to + cc + bcc) per request.")],
    ),
    "personalization is no object": (
        whole(**{P: [None]}),
        [(f"{P}.0", wrong_type("object", "null"))],
    ),
    "unknown key of a personalization": (
        person(categories=["a"]),
        [(f"{P}.0", "Additional property categories is not allowed")],
    ),
    "no to": (whole(**{P: [{"to": TO}, {"cc": TO}]}), [(f"{P}.1.to", NO_TO)]),
    "empty to": (person(to=[]), [(f"{P}.0.to", NO_TO)]),
    "cc is no array": (person(cc="x"), [(f"{P}.0.cc", wrong_type("array", "string"))]),
    "to holds no object": (person(to=["x"]), [(f"{P}.0.to.0", wrong_type("object", "string"))]),
    "no email": (person(to=[{}]), [(f"{P}.0.to.0.email", "The to email parameter is required.")]),
    "email is no string": (
        person(to=[{"email": 1.5}]),
        [(f"{P}.0.to.0.email", wrong_type("string", "number"))],
    ),
    "321 characters": (
        person(to=[{"email": "a" * 309 + "@example.com"}]),
        [(f"{P}.0.to.0.email", "The email exceeds the maximum total length of 320 characters")],
    ),
    "comma in a name": (
        person(to=[{"email": "anna@example.com", "name": "Doe, Jane"}]),
        [(f"{P}.0.to.0.name", "The name cannot contain the characters ; or ,")],
    ),
    "name is no string": (
        person(to=[{"email": "anna@example.com", "name": True}]),
        [(f"{P}.0.to.0.name", wrong_type("string", "boolean"))],
    ),
    "same address in to and bcc": (
        person(bcc=[{"email": "Anna@example.com"}]),
        [(f"{P}.0", DUPLICATE)],
    ),
    "same address in two personalizations": (
        whole(**{P: [{"to": TO}, {"to": [{"email": "ANNA@example.com"}]}]}),
        [(P, TWICE)],
    ),
    "all bad people at once": (
        whole(**{P: [{"to": TO}, {"to": [{"email": "no"}]}, {"to": [{"email": "x@y"}]}]}),
        [(f"{P}.1.to.0.email", INVALID), (f"{P}.2.to.0.email", INVALID)],
    ),
    "empty own subject": (person(subject=""), [(f"{P}.0.subject", SUBJECT)]),
    "own sender": (person(**{"from": {"email": "x"}}), [(f"{P}.0.from.email", INVALID)]),
    "own send_at": (person(send_at=True), [(f"{P}.0.send_at", SEND_AT_INTEGER)]),
    "own send_at too late": (
        person(send_at=NOW + 72 * 3600 + 1),
        [(f"{P}.0.send_at", SEND_AT)],
    ),
    "substitution is a number": (
        person(substitutions={"a": 1}),
        [(f"{P}.0.substitutions", SUBSTITUTIONS)],
    ),
    "substitutions are no object": (
        person(substitutions=["a"]),
        [(f"{P}.0.substitutions", SUBSTITUTIONS)],
    ),
    "10,001 substitutions": (
        person(substitutions={str(i): "" for i in range(10_001)}),
        [(f"{P}.0.substitutions", "You are limited to 10,000 substitutions.")],
    ),
    "10,001 bytes of substitutions": (
        person(substitutions={"a": "ü" * 5000}),
        [
            (
                f"{P}.0.substitutions",
                "The substitutions of a personalization may not exceed 10,000 bytes.",
            )
        ],
    ),
    # custom arguments and headers
    "empty custom_args": (whole(custom_args={}), [("custom_args", "custom_args cannot be empty.")]),
    "custom_args are no object": (
        person(custom_args=[1]),
        [(f"{P}.0.custom_args", wrong_type("object", "array"))],
    ),
    "a number in custom_args": (
        person(custom_args={"a": 1}),
        [(f"{P}.0.custom_args", "All values of custom arguments object must be strings")],
    ),
    "custom_args of mail and person together": (
        whole(**{P: [{"to": TO, "custom_args": {"b": "x" * 5000}}]}, custom_args={"a": "x" * 5000}),
        [(f"{P}.0.custom_args", ARGS_SIZE)],
    ),
    "headers are no object": (
        person(headers="x"),
        [(f"{P}.0.headers", wrong_type("object", "string"))],
    ),
    "header value": (
        whole(headers={"X-A": 1}),
        [("headers.X-A", "The header values must be strings.")],
    ),
    "header value with a line break": (
        whole(headers={"X-A": "a\r\nTo: b"}),
        [("headers.X-A", HEADER_VALUES)],
    ),
    "header name with a space": (whole(headers={"X A": "a"}), [("headers", HEADER_NAMES)]),
    "reserved header": (
        person(headers={"Reply-To": "a"}),
        [(f"{P}.0.headers", "Header cannot be one of the reserved keys.")],
    ),
    "header twice": (
        whole(headers={"X-A": "a", "x-a": "b"}),
        [("headers", "The headers cannot contain duplicate keys.")],
    ),
    # sender, subject, content
    "no from": (whole(**{"from": ...}), [("from.email", NO_FROM)]),
    "bad from": (whole(**{"from": {"email": "news"}}), [("from.email", INVALID)]),
    "unicode in from": (
        whole(**{"from": {"email": "n@bücher.example"}}),
        [("from.email", INVALID)],
    ),
    "bad reply_to": (whole(reply_to={"email": ""}), [("reply_to.email", INVALID)]),
    "both reply_to and a list": (
        whole(reply_to=FROM, reply_to_list=[FROM]),
        [("reply_to_list", "Only one of reply_to or reply_to_list may be used.")],
    ),
    "reply_to_list twice the same": (
        whole(reply_to_list=[FROM, FROM]),
        [
            (
                "reply_to_list",
                "Each address in the reply_to_list should be unique. "
                "news@clinic.example.com is there twice.",
            )
        ],
    ),
    "reply_to_list too long": (
        whole(reply_to_list=[{"email": f"p{i}@example.com"} for i in range(1001)]),
        [("reply_to_list", "The reply_to_list is limited to 1000 addresses.")],
    ),
    "no subject, said once": (
        whole(**{P: [{"to": TO}, {"to": [{"email": "b@example.com"}]}], "subject": ""}),
        [("subject", NO_SUBJECT)],
    ),
    "no content": (whole(content=...), [("content", NO_CONTENT)]),
    "html first": (whole(content=[HTML, TEXT]), [("content", ORDER)]),
    "two texts": (
        whole(content=[TEXT, TEXT]),
        [("content", "If present, text/plain and text/html may only be provided once.")],
    ),
    "content is no object": (
        whole(content=[TEXT, 5]),
        [("content.1", wrong_type("object", "integer"))],
    ),
    "empty content": (
        whole(content=[{"type": "text/plain", "value": ""}]),
        [("content.0.value", CONTENT_VALUE)],
    ),
    "no content type": (whole(content=[{"value": "Hi"}]), [("content.0.type", CONTENT_TYPE)]),
    "charset in the content type": (
        whole(content=[{"type": "text/html; charset=utf-8", "value": "Hi"}]),
        [("content.0.type", "Cannot contain ';', or CRLF characters.")],
    ),
    # the rest of the root
    "send_at too late": (whole(send_at=NOW + 72 * 3600 + 1), [("send_at", SEND_AT)]),
    "11 categories": (
        whole(categories=[str(i) for i in range(11)]),
        [
            (
                "categories",
                "There is a limit of 10 categories for each email that is sent. "
                "You provided 11 categories.",
            )
        ],
    ),
    "category is no string": (
        whole(categories=[1]),
        [("categories", "Categories must be an array of strings.")],
    ),
    "category twice": (
        whole(categories=["a", "a"]),
        [
            (
                "categories",
                "The categories must be a unique list, and you have included a more than once.",
            )
        ],
    ),
    "long foreign category": (
        whole(categories=["ü" * 256]),
        [
            (
                "categories",
                f"Each category must not be longer than 255 characters. {'ü' * 256} exceeds this limit",
            ),
            ("categories", "Categories can not contain non-ASCII characters."),
        ],
    ),
    "group is no integer": (
        whole(asm={"group_id": "7"}),
        [("asm.group_id", "The ASM group ID must be an integer.")],
    ),
    "unknown group": (
        whole(asm={"group_id": 8}),
        [
            (
                "asm.group_id",
                "The ASM group ID must be a valid Group ID on your account. You provided 8.",
            )
        ],
    ),
    "groups to display": (
        whole(asm={"group_id": 7, "groups_to_display": "7"}),
        [("asm.groups_to_display", "The ASM Group IDs to display must be an array of integers.")],
    ),
    "unknown groups to display": (
        whole(asm={"group_id": 7, "groups_to_display": [7, 8]}),
        [
            (
                "asm.groups_to_display",
                "All ASM groups to display must be valid ASM groups IDs on your account. "
                "You provided [8].",
            )
        ],
    ),
    "26 groups to display": (
        whole(asm={"group_id": 7, "groups_to_display": [7] * 26}),
        [
            (
                "asm.groups_to_display",
                "There is a limit of 25 unsubscribe groups that can be displayed to a user at a time.",
            )
        ],
    ),
    "short pool name": (
        whole(ip_pool_name="x"),
        [
            (
                "ip_pool_name",
                "The IP Pool name must be a valid pool name for your account. You provided x.",
            )
        ],
    ),
    "a template, of which the sandbox has none": (
        whole(template_id="d-1"),
        [
            (
                "template_id",
                "The Template ID must be a valid template id for your account. You provided d-1.",
            )
        ],
    ),
    "unknown tracking": (
        whole(tracking_settings={"smell": {"enable": True}}),
        [("tracking_settings.smell", "Additional property smell is not allowed")],
    ),
    "tracking is no object": (
        whole(tracking_settings={"click_tracking": False}),
        [("tracking_settings.click_tracking", wrong_type("object", "boolean"))],
    ),
    "unknown key of a tracking": (
        whole(tracking_settings={"click_tracking": {"on": True}}),
        [("tracking_settings.click_tracking.on", "Additional property on is not allowed")],
    ),
    "tracking switch": (
        whole(tracking_settings={"click_tracking": {"enable_text": "no"}}),
        [
            (
                "tracking_settings.click_tracking.enable_text",
                "The click tracking enable text param should be a boolean value.",
            )
        ],
    ),
    "footer text": (
        whole(mail_settings={"footer": {"enable": True, "text": 1}}),
        [("mail_settings.footer.text", "The footer text param should be a string value.")],
    ),
    # attachments
    "attachment is no object": (
        whole(attachments=["x"]),
        [("attachments.0", wrong_type("object", "string"))],
    ),
    "unknown key of an attachment": (
        whole(attachments=[{**FILE, "size": 4}]),
        [("attachments.0.size", "Additional property size is not allowed")],
    ),
    "no base64": (
        whole(attachments=[{**FILE, "content": "é"}]),
        [("attachments.0.content", "The attachment content must be base64 encoded.")],
    ),
    "empty attachment without a name": (
        whole(attachments=[{"content": ""}]),
        [
            (
                "attachments.0.content",
                "The attachment content must be a string at least one character in length.",
            ),
            ("attachments.0.filename", "filename is required."),
        ],
    ),
    "line break in a name": (
        whole(attachments=[{**FILE, "filename": "a\nb", "type": "a;b", "content_id": "a,b"}]),
        [
            (
                f"attachments.0.{key}",
                f"The {key} of your attachment cannot contain CRLF characters.",
            )
            for key in ("filename", "type", "content_id")
        ],
    ),
    "disposition": (
        whole(attachments=[{**FILE, "disposition": "aside"}]),
        [
            (
                "attachments.0.disposition",
                'The disposition of your attachment can be either "inline" or "attachment". '
                "You provided aside.",
            )
        ],
    ),
}


@pytest.mark.parametrize(("body", "complaints"), REFUSED.values(), ids=REFUSED.keys())
def test_a_mistake_is_named_with_its_field(body, complaints):
    assert [(error.field, error.message) for error in mail_errors(body, NOW, GROUPS)] == complaints


ACCEPTED = {
    "plain": whole(),
    "exactly 72 hours": whole(send_at=NOW + 72 * 3600),
    "long past": whole(send_at=1),
    "1000 people": whole(**{P: [{"to": [{"email": f"p{i}@example.com"}]} for i in range(1000)]}),
    "every subject of their own": whole(**{P: [{"to": TO, "subject": "Hi"}], "subject": ...}),
    "exactly 10,000 bytes": person(substitutions={"ab": "ü" * 4999}),
    "batch id of one's own making": whole(batch_id="made up"),
    "group": whole(asm={"group_id": 7, "groups_to_display": [7]}),
    "everything explicit": whole(
        tracking_settings={
            "click_tracking": {"enable": False, "enable_text": False},
            "open_tracking": {"enable": False},
            "subscription_tracking": {"enable": True, "substitution_tag": "[u]"},
            "ganalytics": {"enable": False, "utm_source": "news"},
        },
        mail_settings={"bypass_list_management": {"enable": False}},
        ip_pool_name="main",
        headers={"List-Unsubscribe": "<https://example.com/u>"},
        attachments=[{**FILE, "type": "image/png", "disposition": "inline", "content_id": "a"}],
    ),
}


@pytest.mark.parametrize("body", ACCEPTED.values(), ids=ACCEPTED.keys())
def test_what_sendgrid_takes_is_taken(body):
    assert mail_errors(body, NOW, GROUPS) == []


@pytest.mark.parametrize(
    "address",
    [
        *("front.desk@", "@example.com", "a b@example.com", "a..b@example.com", ".a@example.com"),
        *("ünï@example.com", "a@localhost", "a@-x.example", "a@x..example", "a@b@example.com", ""),
        f"a@{'ü' * 70}.example",
    ],
)
def test_what_is_no_address_is_refused(address):
    (error,) = mail_errors(person(to=[{"email": address}]), NOW, GROUPS)
    assert (error.field, error.message) == (f"{P}.0.to.0.email", INVALID)


@pytest.mark.parametrize(
    "address", ["o'neil+x@mail.example.co", "A_1@EXAMPLE.COM", "a@bücher.example"]
)
def test_unusual_addresses_are_taken(address):
    assert mail_errors(person(to=[{"email": address}]), NOW, GROUPS) == []


ODD = [None, True, 1, 1.5, "", "x", [], [1], ["x"], [None], [[]], [{}], {}]
ODD += [{"": 1}, {"email": 1}, {"enable": 1}, [{"email": []}], [{"type": {}}], {"group_id": [1]}]
ODD += [{"click_tracking": None}, [{"content": "x", "filename": None}], [[{"email": "x"}]]]
JSON = st.sampled_from(ODD)
ROOTS = [*whole(), "reply_to", "reply_to_list", "attachments", "headers", "categories", "asm"]
ROOTS += ["custom_args", "send_at", "mail_settings", "tracking_settings", "template_id"]
OWN = ["to", "cc", "bcc", "from", "subject", "headers", "substitutions", "custom_args", "send_at"]


@settings(max_examples=60)
@given(st.dictionaries(st.sampled_from(ROOTS), JSON), st.dictionaries(st.sampled_from(OWN), JSON))
def test_no_body_whatsoever_breaks_the_rules(root, own):
    for body in (whole(**root), person(**own), root):
        mail_errors(body, NOW, GROUPS)


# What is refused before the mail is looked at


def test_each_error_has_message_field_and_help(account, letter):
    answer = account.send(letter(subject=""))
    assert answer.status == 400
    assert answer.body == {
        "errors": [
            {
                "message": NO_SUBJECT,
                "field": "subject",
                "help": "http://sendgrid.com/docs/API_Reference/Web_API_v3/Mail/errors.html#message.subject",
            }
        ]
    }
    assert account.records() == []


@pytest.mark.parametrize("authorization", [None, "", "Bearer ", "Basic abc"])
def test_without_a_key_nothing_goes(account, authorization):
    headers = {} if authorization is None else {"Authorization": authorization}
    answer = account.raw("POST", "/v3/mail/batch", headers=headers)
    assert (answer.status, answer.complaints) == (
        401,
        [(None, "The provided authorization grant is invalid, expired, or revoked")],
    )


def test_a_wrong_key_is_refused_where_one_is_set(folder, open_account):
    with serve(folder, key="SG.right") as sandbox:
        assert open_account(sandbox, "SG.right").ask("POST", "mail/batch").status == 201
        answer = open_account(sandbox, "SG.wrong").ask("POST", "mail/batch")
    assert (answer.status, answer.complaints) == (
        401,
        [(None, "The provided authorization grant is invalid, expired, or revoked")],
    )


RAW = {"Authorization": "Bearer SG.test", "Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("body", "headers", "status", "says"),
    [
        (b"{", RAW, 400, "Bad Request"),
        (b'{"subject": "\xff"}', RAW, 415, "Invalid UTF8 in request"),
        (b"{}", RAW | {"Content-Type": "text/plain"}, 415, "Content-Type should be"),
        (gzip.compress(b"{}"), RAW, 415, "Invalid UTF8 in request"),
        (b" " * 30_000_001, RAW, 413, "<center>nginx</center>"),
    ],
    ids=["no JSON", "no UTF-8", "wrong content type", "compressed", "over 30 MB"],
)
def test_unreadable_bodies_are_refused_as_a_whole(account, body, headers, status, says):
    answer = account.raw("POST", "/v3/mail/send", body, headers)
    assert answer.status == status
    assert says in str(answer.body)


def test_used_up_credits_look_like_a_wrong_key(folder, open_account, letter):
    with serve(folder) as sandbox:
        account = open_account(sandbox)
        account.send(letter())
        behave(sandbox.url, credits=2)
        answer = account.send(letter("a@example.com", "b@example.com"))
        assert (answer.status, answer.complaints) == (401, [(None, "Maximum credits exceeded")])
        assert account.send(letter("a@example.com")).status == 202


@pytest.mark.parametrize(
    ("method", "path", "status", "message"),
    [("GET", "no/such/thing", 404, "not found"), ("GET", "mail/send", 405, "method not allowed")],
)
def test_unknown_paths_and_methods_are_refused_in_json(account, method, path, status, message):
    answer = account.ask(method, path)
    assert (answer.status, answer.complaints) == (status, [(None, message)])
