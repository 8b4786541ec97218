"""This module knows what exports call their columns and states."""

import re
from collections.abc import Mapping, Sequence

ALIASES: Mapping[str, str] = {
    alias: column
    for column, aliases in {
        "address": "email emailaddress mail mailaddress emailadresse emailid contactemail subscriberemail primaryemail youremail attendeeemail guestemail memberemail clientemail",
        "first_name": "firstname first fname givenname vorname forename prenom contactfirstname",
        "last_name": "lastname last lname surname familyname nachname nom contactlastname",
        "name": "name fullname contactname displayname attendee attendeename subscriber yourname",
        "city": "city town ort stadt ville mailingcity homecity",
        "language": "language lang locale preferredlanguage sprache",
        "tags": "tags tag labels label interests groups",
        "status": "status state subscriptionstatus emailstatus emailmarketingstatus marketingstatus",
        "signed_up": "signedup membersince signedupon signupdate optindate optin optintime confirmtime subscribedon subscribeddate createdat created createdon dateadded addedon consentdate registered registeredon orderdate",
    }.items()
    for alias in aliases.split()
}
"""What a header means, without case, spaces and punctuation."""

STATUSES: Mapping[str, tuple[str, str]] = {
    word: (standing, consent)
    for words, standing, consent in (
        ("subscribed active confirmed yes optedin optin enabled", "subscribed", ""),
        ("unconfirmed pending notconfirmed awaitingconfirmation", "subscribed", "unconfirmed"),
        (
            "transactional nonsubscribed neversubscribed notsubscribed inactive",
            "subscribed",
            "none",
        ),
        (
            "unsubscribed optedout optout unsubscribe no removed suppressed cancelled canceled",
            "unsubscribed",
            "",
        ),
        ("bounced cleaned hardbounce hardbounced invalid undeliverable", "bounced", ""),
        ("complained complaint spam spamcomplaint markedasspam abuse", "complained", ""),
    )
    for word in words.split()
}
"""What a state means: the standing, and where it says so the consent ("" leaves it to the list)."""

CLINICAL = re.compile(
    r"diagnos|condition|symptom|insurance|medicalrecord|patientid|dateofbirth|birthdate|treatment|medication"
)
"""Columns that have no place in a newsletter (HIPAA, 45 CFR 164.501)."""


def plain(word: str) -> str:
    """A header or state without case, spaces and punctuation."""
    return re.sub(r"[\W_]+", "", word.casefold())


def mapped(header: Sequence[str]) -> dict[str, int]:
    """Where each column that we know stands in *header*; the first of two wins."""
    columns: dict[str, int] = {}
    for place, word in enumerate(header):
        column = ALIASES.get(plain(word))
        if column is not None:
            columns.setdefault(column, place)
    return columns


def clinical(header: Sequence[str]) -> list[str]:
    """The columns of *header* that look clinical."""
    return [word for word in header if CLINICAL.search(plain(word))]
