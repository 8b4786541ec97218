"""This module checks a mail/send body by SendGrid's rules, in its words, and finds all errors at once."""

import base64
import binascii
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from newsletter.sandbox.answers import Complaint, complaint
from newsletter.sandbox.rules_for_people import (
    custom_args_errors,
    header_errors,
    mailbox_errors,
    personalization_errors,
    send_at_errors,
)

ADDRESS_LIST_AT_MOST = 1000
CATEGORIES_AT_MOST = 10
CATEGORY_LENGTH = 255
GROUPS_DISPLAYED_AT_MOST = 25
UNFIT = re.compile(r"[;,\r\n]")

KINDS: Mapping[type, str] = {
    dict: "object",
    list: "array",
    str: "string",
    int: "integer",
    float: "number",
    bool: "boolean",
    type(None): "null",
}
ROOT: Mapping[str, type] = {
    "personalizations": list,
    "from": dict,
    "reply_to": dict,
    "reply_to_list": list,
    "subject": str,
    "content": list,
    "attachments": list,
    "template_id": str,
    "sections": dict,
    "headers": dict,
    "categories": list,
    "custom_args": dict,
    "send_at": int,
    "batch_id": str,
    "asm": dict,
    "ip_pool_name": str,
    "mail_settings": dict,
    "tracking_settings": dict,
}
SWITCH: Mapping[str, type] = {"enable": bool}
SETTINGS: Mapping[str, Mapping[str, Mapping[str, type]]] = {
    "mail_settings": {
        "bypass_list_management": SWITCH,
        "bypass_spam_management": SWITCH,
        "bypass_bounce_management": SWITCH,
        "bypass_unsubscribe_management": SWITCH,
        "footer": {"enable": bool, "text": str, "html": str},
        "sandbox_mode": SWITCH,
    },
    "tracking_settings": {
        "click_tracking": {"enable": bool, "enable_text": bool},
        "open_tracking": {"enable": bool, "substitution_tag": str},
        "subscription_tracking": {
            "enable": bool,
            "text": str,
            "html": str,
            "substitution_tag": str,
        },
        "ganalytics": {"enable": bool}
        | {f"utm_{name}": str for name in ("source", "medium", "term", "content", "campaign")},
    },
}
PARTS: Mapping[str, type] = {
    "content": str,
    "type": str,
    "filename": str,
    "disposition": str,
    "content_id": str,
}


def mail_errors(mail: Any, now: float, groups: Collection[int]) -> list[Complaint]:
    """Everything that is wrong with *mail*; *groups* are the account's unsubscribe groups."""
    if not isinstance(mail, dict):
        return [Complaint("Bad Request")]
    if misshapen := [*_shape_errors(mail, ROOT, "")]:
        return misshapen
    errors = (
        *personalization_errors(mail, now),
        *_sender_errors(mail),
        *_content_errors(mail),
        *_attachment_errors(mail),
        *header_errors(mail.get("headers", {}), "headers"),
        *custom_args_errors(mail.get("custom_args"), {}, "custom_args"),
        *send_at_errors(mail.get("send_at"), now, "send_at"),
        *_category_errors(mail.get("categories", [])),
        *_group_errors(mail.get("asm"), groups),
        *_pool_errors(mail.get("ip_pool_name")),
        *_template_errors(mail.get("template_id")),
        *_setting_errors(mail),
    )
    return list(dict.fromkeys(errors))  # what a thousand people share is said once


def _shape_errors(
    given: Mapping[str, Any], shape: Mapping[str, type], at: str
) -> Iterator[Complaint]:
    for key, value in given.items():
        field = f"{at}.{key}" if at else key
        if key not in shape:
            yield complaint(f"Additional property {key} is not allowed", field, at or key)
        elif type(value) is not shape[key]:
            yield complaint(
                f"Invalid type. Expected: {KINDS[shape[key]]}, given: {KINDS[type(value)]}.", field
            )


def _sender_errors(mail: Mapping[str, Any]) -> Iterator[Complaint]:
    if "from" not in mail:
        yield complaint(
            "The from object must be provided for every email send. It is an object that requires "
            'the email parameter, but may also contain a name parameter.  e.g. {"email" : '
            '"example@example.com"}  or {"email" : "example@example.com", "name" : "Example Recipient"}.',
            "from.email",
            "from",
        )
    else:
        yield from mailbox_errors(mail["from"], "from", "from")
        if not str(mail["from"].get("email", "")).isascii():
            yield complaint("Does not contain a valid address.", "from.email", "from")
    if "reply_to" in mail:
        yield from mailbox_errors(mail["reply_to"], "reply_to", "reply_to")
    yield from _reply_to_list_errors(mail)


def _reply_to_list_errors(mail: Mapping[str, Any]) -> Iterator[Complaint]:
    replies = mail.get("reply_to_list", [])
    if replies and "reply_to" in mail:
        yield complaint("Only one of reply_to or reply_to_list may be used.", "reply_to_list")
    if len(replies) > ADDRESS_LIST_AT_MOST:
        yield complaint("The reply_to_list is limited to 1000 addresses.", "reply_to_list")
    for place, mailbox in enumerate(replies):
        yield from mailbox_errors(mailbox, f"reply_to_list.{place}", "reply_to_list")
    known = Counter(str(entry.get("email")).lower() for entry in replies if isinstance(entry, dict))
    for address, times in known.items():
        if times > 1:
            yield complaint(
                f"Each address in the reply_to_list should be unique. {address} is there twice.",
                "reply_to_list",
            )


def _content_errors(mail: Mapping[str, Any]) -> Iterator[Complaint]:
    contents = mail.get("content", [])
    if not contents:
        yield complaint(
            "Unless a valid template_id is provided, the content parameter is required. There "
            "must be at least one defined content block. We typically suggest both text/plain "
            "and text/html blocks are included, but only one block is required.",
            "content",
        )
    for place, content in enumerate(contents):
        yield from _content_block_errors(content, f"content.{place}")
    types = [content.get("type") for content in contents if isinstance(content, dict)]
    if _repeated(types):
        message = "If present, text/plain and text/html may only be provided once."
        yield complaint(message, "content")
    if types != sorted(types, key=_content_rank):
        yield complaint(
            "Following RFC 1341, section 7.2, if either text/html or text/plain are to be sent in "
            "your email: text/plain needs to be first, followed by text/html, followed by any "
            "other content.",
            "content",
        )


def _repeated(types: list[Any]) -> bool:
    return any(types.count(kind) > 1 for kind in ("text/plain", "text/html"))


def _content_rank(kind: Any) -> int:
    return {"text/plain": 0, "text/html": 1}.get(str(kind), 2)


def _content_block_errors(content: Any, at: str) -> Iterator[Complaint]:
    if not isinstance(content, dict):
        yield complaint(
            f"Invalid type. Expected: object, given: {KINDS[type(content)]}.", at, "content"
        )
        return
    yield from _shape_errors(content, {"type": str, "value": str}, at)
    if not isinstance(kind := content.get("type"), str) or not kind:
        yield complaint(
            "Your content type must be a string with length of at least one character.",
            f"{at}.type",
            "content.type",
        )
    elif UNFIT.search(kind):
        yield complaint("Cannot contain ';', or CRLF characters.", f"{at}.type", "content.type")
    if not isinstance(value := content.get("value"), str) or not value:
        yield complaint(
            "The content value must be a string at least one character in length.",
            f"{at}.value",
            "content.value",
        )


def _attachment_errors(mail: Mapping[str, Any]) -> Iterator[Complaint]:
    for place, attachment in enumerate(mail.get("attachments", [])):
        at = f"attachments.{place}"
        if not isinstance(attachment, dict):
            yield complaint(
                f"Invalid type. Expected: object, given: {KINDS[type(attachment)]}.",
                at,
                "attachments",
            )
            continue
        if misshapen := [*_shape_errors(attachment, PARTS, at)]:
            yield from misshapen
            continue
        yield from _one_attachment_errors(attachment, at)


def _one_attachment_errors(attachment: Mapping[str, str], at: str) -> Iterator[Complaint]:
    if not attachment.get("content"):
        message = "The attachment content must be a string at least one character in length."
        yield complaint(message, f"{at}.content", "attachments.content")
    elif not _is_base64(attachment["content"]):
        message = "The attachment content must be base64 encoded."
        yield complaint(message, f"{at}.content", "attachments.content")
    if not attachment.get("filename"):
        yield complaint("filename is required.", f"{at}.filename", "attachments.filename")
    for key in ("filename", "type", "content_id"):
        if UNFIT.search(attachment.get(key, "")):
            message = f"The {key} of your attachment cannot contain CRLF characters."
            yield complaint(message, f"{at}.{key}", f"attachments.{key}")
    if attachment.get("disposition", "attachment") not in ("inline", "attachment"):
        yield complaint(
            'The disposition of your attachment can be either "inline" or "attachment". '
            f"You provided {attachment['disposition']}.",
            f"{at}.disposition",
            "attachments.disposition",
        )


def _is_base64(text: str) -> bool:
    try:
        base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


def _category_errors(categories: list[Any]) -> Iterator[Complaint]:
    if len(categories) > CATEGORIES_AT_MOST:
        yield complaint(
            "There is a limit of 10 categories for each email that is sent. "
            f"You provided {len(categories)} categories.",
            "categories",
        )
    if not all(isinstance(category, str) for category in categories):
        yield complaint("Categories must be an array of strings.", "categories")
        return
    for category, times in Counter(categories).items():
        if times > 1:
            message = f"The categories must be a unique list, and you have included {category} more than once."
            yield complaint(message, "categories")
        if len(category) > CATEGORY_LENGTH:
            message = f"Each category must not be longer than 255 characters. {category} exceeds this limit"
            yield complaint(message, "categories")
        if not category.isascii():
            yield complaint("Categories can not contain non-ASCII characters.", "categories")


def _group_errors(asm: Mapping[str, Any] | None, groups: Collection[int]) -> Iterator[Complaint]:
    if asm is None:
        return
    number = asm.get("group_id")
    if type(number) is not int:
        yield complaint("The ASM group ID must be an integer.", "asm.group_id")
    elif number not in groups:
        yield complaint(
            f"The ASM group ID must be a valid Group ID on your account. You provided {number}.",
            "asm.group_id",
        )
    shown = asm.get("groups_to_display", [])
    if not isinstance(shown, list) or not all(type(entry) is int for entry in shown):
        message = "The ASM Group IDs to display must be an array of integers."
        yield complaint(message, "asm.groups_to_display")
    elif len(shown) > GROUPS_DISPLAYED_AT_MOST:
        message = (
            "There is a limit of 25 unsubscribe groups that can be displayed to a user at a time."
        )
        yield complaint(message, "asm.groups_to_display")
    elif strangers := [entry for entry in shown if entry not in groups]:
        message = f"All ASM groups to display must be valid ASM groups IDs on your account. You provided {strangers}."
        yield complaint(message, "asm.groups_to_display")


def _pool_errors(name: str | None) -> Iterator[Complaint]:
    if name is not None and not 2 <= len(name) <= 64:
        message = (
            f"The IP Pool name must be a valid pool name for your account. You provided {name}."
        )
        yield complaint(message, "ip_pool_name")


def _template_errors(name: str | None) -> Iterator[Complaint]:
    if name is not None:  # the sandbox keeps no templates
        message = (
            f"The Template ID must be a valid template id for your account. You provided {name}."
        )
        yield complaint(message, "template_id")


def _setting_errors(mail: Mapping[str, Any]) -> Iterator[Complaint]:
    for kind, shapes in SETTINGS.items():
        for name, block in mail.get(kind, {}).items():
            at = f"{kind}.{name}"
            if name not in shapes:
                yield complaint(f"Additional property {name} is not allowed", at, kind)
            elif not isinstance(block, dict):
                given = KINDS[type(block)]
                yield complaint(f"Invalid type. Expected: object, given: {given}.", at)
            else:
                yield from _block_errors(block, shapes[name], at, name.replace("_", " "))


def _block_errors(
    block: Mapping[str, Any], shape: Mapping[str, type], at: str, words: str
) -> Iterator[Complaint]:
    for key, value in block.items():
        if key not in shape:
            yield complaint(f"Additional property {key} is not allowed", f"{at}.{key}", at)
        elif type(value) is not shape[key]:
            kind = KINDS[shape[key]]
            message = f"The {words} {key.replace('_', ' ')} param should be a {kind} value."
            yield complaint(message, f"{at}.{key}")
