"""This module tells what each column of a list holds: by the tool, by its heading, by what stands in it."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from newsletter.audience.address import read_addresses
from newsletter.audience.answers import PLAIN_NO, answer
from newsletter.audience.basis import Basis
from newsletter.audience.tools import Tool, plain

ALIASES: Mapping[str, str] = {
    alias: column
    for column, aliases in {
        "address": "email emailaddress emailaddresses mail mailaddress emailadresse emailid contactemail subscriberemail primaryemail youremail attendeeemail guestemail memberemail clientemail customeremail useremail email1 email1value email2value email2address emailprimary emailhome emailwork personalemail workemail epost correo correoelectronico courriel adressemail emailaddress1 adresseemail eposta whatsyouremail whatisyouremail whatisyouremailaddress recipient recipientemail emailpropertiesemail subscriber",
        "first_name": "firstname first fname givenname vorname forename prenom prénom contactfirstname nombre fornamn förnamn preferredname nickname mergefieldsfname yourfirstname",
        "last_name": "lastname last lname surname familyname nachname nom contactlastname apellido apellidos efternamn mergefieldslname yourlastname",
        "name": "name fullname contactname displayname attendee attendeename subscribername yourname yourfullname membername clientname customername guestname namn nombrecompleto whatsyourname whatisyourname whatsyourfullname",
        "city": "city town ort stadt ville ciudad mailingcity homecity cityhome billingcity address1city locationcity defaultaddresscity",
        "language": "language lang locale preferredlanguage sprache langue idioma",
        "tags": "tags tag labels label interests groups segments lists",
        "status": "status state subscriptionstatus subscriberstatus emailstatus emailmarketingstatus marketingstatus emailsubscriberstatus emailsubscriptionstatus contactstatus emailconsentstatus emailmarketingconsent statut estatus",
        "agreed": "subscribed optin emailoptin marketingoptin newsletteroptin agreed acceptsmarketing acceptsemailmarketing acceptedemailmarketing consent emailconsent marketingconsent newsletter subscribe subscribedtoemails receiveemails receivenewsletter wantsnewsletter signmeup suscrito abonné abonnée inscrit inscrite angemeldet consentimiento consentement einwilligung",
        "left": "unsubscribed optedout optout emailoptout hasoptedoutofemail donotemail emailoptedout globallyunsubscribed unsubscribedfromallemail isunsubscribed unsubscribe unsub hasunsubscribed hasoptedout isoptedout marketingoptout donotcontact dnc noemail suppressed issuppressed blocklisted blacklisted désabonné désabonnée désabonnés désinscrit désinscrite baja dadodebaja desuscrito abgemeldet ausgetragen",
        "bounced": "bounced hardbounce hardbounced isbounced isemailbounced emailbounced emailbouncedreason bouncedat bouncedon cleantime",
        "signed_up": "signedup membersince signedupon signupdate signuptime optindate optin_time optintime subscribedon subscribeddate subscribedat datesubscribed subscriptiondate subscribersince createdat created createdon createddate createdtime createdate creationdate dateadded addedon addedat addedtime registered registeredon registrationdate orderdate joined joinedon joindate datejoined timestamp submittedat connectedon createdatutc0 createdutc datecreated submittedon profilecreatedon",
        "consent_at": "confirmtime confirmedat confirmedon confirmationdate confirmdate optinconfirmedat consentdate consentat consenttimestamp agreedon agreedat doubleoptinat emailmarketingconsenttimestamp",
        "updated_at": "updatedat updated updatedon lastchanged lastmodified lastmodifieddate lastmodifiedat modifiedtime modifiedat modifiedon lastupdated dateupdated datemodified",
        "left_at": "unsubtime unsubscribedat unsubscribedon unsubscribedate unsubscribetime dateunsubscribed unsubscribeddate unsubdate unsubat optouttime optoutdate optedoutat optedouton optedoutdate stoptime fechadebaja datededésabonnement datededésinscription abgemeldetam abmeldedatum",
        "time_zone": "timezone tz timezonename ianatimezone",
        "origin": "origin signupsource subscribersource optinsource leadsource originalsource sourcename referrer utmsource",
    }.items()
    for alias in aliases.split()
}
"""What a heading means, without case, spaces and punctuation."""

SAID = ("status", "agreed", "left", "bounced")
"""Columns that say what somebody wants; all of them count, and the least is taken."""

MEANINGS: Mapping[str, tuple[str, str]] = {
    "subscribed": ("subscribed", ""),
    "unconfirmed": ("subscribed", "unconfirmed"),
    "no consent": ("subscribed", "none"),
    "unsubscribed": ("unsubscribed", ""),
    "bounced": ("bounced", ""),
    "complained": ("complained", ""),
}
"""The standing, and where a word says so the consent ("" leaves it to the list)."""

STATUSES: Mapping[str, str] = {
    word: meaning
    for meaning, words in {
        "subscribed": "subscribed active confirmed yes optedin optin enabled true 1 y on ok verified subscriber suscrito suscrita activo abonné abonnée inscrit inscrite actif angemeldet aktiv sí si oui ja",
        "unconfirmed": "unconfirmed pending notconfirmed awaitingconfirmation pendingconfirmation unverified doubleoptinpending validating pendiente enattente",
        "no consent": "transactional nonsubscribed neversubscribed notsubscribed inactive archived unset nopermission nopermissionsset notset nonmarketingcontact",
        "unsubscribed": "unsubscribed optedout optout unsubscribe no removed suppressed cancelled canceled false 0 n off left disabled blocklisted blacklisted blocked donotmail donotemail donotcontact dnc unsub deleted nein non désabonné désabonnée désinscrit désinscrite desuscrito desuscrita baja dadodebaja cancelado abgemeldet ausgetragen globalunsubscribe groupunsubscribe removedbyrecipient",
        "bounced": "bounced bounce cleaned hardbounce hardbounced invalid undeliverable hardbounces invalidemail dropped",
        "complained": "complained complaint spam spamcomplaint spamreport markedasspam abuse reportedspam junk",
    }.items()
    for word in words.split()
}
"""What a status means, where the tool is not known to mean something else by it."""

NAMES: Mapping[str, re.Pattern[str]] = {
    "complained": re.compile(r"\bcomplained\b|\bspam ?(?:reports?|complaints?)\b"),
    "bounced": re.compile(r"\bbounce[sd]\b"),
    "unsubscribed": re.compile(
        r"\bunsub|\bopt(?:ed)? ?outs?\b|\bdo ?not ?(?:e ?)?(?:mail|contact|send)\b|\bsuppress(?:ed|ions?)\b"
        r"|\bbl[ao]cklist|\bdésabonn|\bdésinscri|\bdesuscri|\bbajas\b|\babgemeldet"
    ),
}
"""What the name of a list or sheet tells of everybody on it."""
BUT = re.compile(
    r"\b(?:and|subscribed|active|no|not|non|without|w/o|minus|removed|except|excl\w*|ohne|sans|sin)\b"
)

OPTED_OUT = re.compile(r"optedoutofemail(?!onetoone|customerservice)")
"""HubSpot's columns, of which each kind of mail that somebody made up has one."""

LONGEST_HEADING = 300
ASKING = re.compile(
    r"newsletter|mailinglist|emaillist|opt(?:ed)?in|subscribeto|subscribedto|emailmarketing|marketing(?:e?mail|consent)"
    r"|promotional?e?mail|email(?:updates?|consent|permission|communications?|ok|okay)|(?:may|can)wee?mail"
    r"|(?:consent|permission|agree|okay|ok)(?:to|for)\w*(?:email|news|marketing)"
    r"|(?:receiv(?:e|ing)|get|want|like)\w*(?:email|news|updates|offers)|hearfromus|(?:keep|stay)intouch"
    r"|infolettre|bolet[ií]n|rundbrief"
)
"""Headings that ask who wants the letter, in whatever words a form or a colleague has chosen."""
LEAVING = re.compile(
    r"unsubscri|opt(?:ed)?out|donot(?:e?mail|send|contact|market|subscribe)|nomore(?:e?mail|news)|^no(?:e?mails?|newsletter)"
    r"|nolonger|suppress|bl[ao]cklist"
)
"""Headings of columns that say who left."""
STATUS_OF = re.compile(
    r"(?:email|newsletter|mailing|list|subscri|marketing|consent|global)\w*(?:status|state)$"
)
"""Headings of columns that hold a status, where most of their cells are one."""
SOMETHING_ELSE = re.compile(
    r"opened|clicked|remind|notif|receipt|invoice|billing|(?<!con)sent|read$|(?:(?<!up)date|time|timestamp|source|reason|count)$"
)
"""What is told of letters that does not say whether somebody wants one."""
NOTES = re.compile(
    r"(?:notes?|remarks?|comments?|memo|message|notas?|observaciones|remarques?|commentaires?|bemerkung(?:en)?|kommentare?)\d?"
)
"""Headings under which colleagues write what they have no column for."""
OTHER_MEDIA = re.compile(
    r"sms|texts?(?!only)|texting|phone|calls?|whatsapp|fax|postal|bypost|push|photo|directmail"
)
BY_EMAIL = "email"

CLINICAL = re.compile(
    r"diagn[oó]s|(?<!termsand)(?<!terms)(?<!agb)condition(?!s?of|al|ing|er)|symptom|insurance|insurer|healthfund|healthplan"
    r"|medicalrecord|medicalhistory|medicalalert|^mrn$|patientid|patientnumber|patientguid|personalhealthnumber"
    r"|dateofbirth|birthdate|^dob$|treatment|medication|prescription|allerg|(?<!site)(?<!page)visit(?!or|ed)"
    r"|appointment|procedure|^icd|cptcode|medicare|medicaid|socialsecurity|^ssn$|pregnan|injur|disabilit"
    r"|chiefcomplaint|copay|surger|nacimiento|naissance|geburtsdatum|enfermedad|aseguranza|versicherung"
    r"|therap|practitioner|physician|referringdoctor|familydoctor|painlevel|painscore|healthhistory"
)
"""Columns that have no place in a newsletter (HIPAA, 45 CFR 164.501)."""


@dataclass(frozen=True)
class Columns:
    """Where each column stands, and where else to look when it is empty there.

    *said* are the columns that say what somebody wants, *passed* those that are not read. *notes* are among these, and
    looked through for words such as "do not email".
    """

    places: Mapping[str, int]
    also: Mapping[int, tuple[int, ...]]
    tags: tuple[int, ...]
    said: tuple[tuple[str, int], ...]
    passed: tuple[str, ...]
    notes: tuple[int, ...] = ()


def mapped(
    header: Sequence[str], rows: Sequence[Sequence[str]], tool: Tool | None, basis: Basis
) -> Columns:
    """What each column holds: as <list>.toml says, as the tool means it, or as its heading and content say."""
    words = [plain(word[:LONGEST_HEADING]) for word in header]
    found: dict[str, list[int]] = {}
    for ours, theirs in {**_of_tool(tool), **_of_basis(basis)}.items():
        meant = dict.fromkeys(plain(word[:LONGEST_HEADING]) for word in theirs)
        found[ours] = [words.index(word) for word in meant if word in words]
    claimed = {place for places in found.values() for place in places}
    ignored = tool.ignored if tool else frozenset()
    for place, word in enumerate(words):
        ours = ALIASES.get(word) or _by_heading_and_content(header[place], rows, place)
        if (
            ours
            and place not in claimed
            and word not in ignored
            and ours not in _settled(words, tool, basis)
        ):
            found.setdefault(ours, []).append(place)
        if OPTED_OUT.match(word) and "left" not in basis.columns:
            found.setdefault("left", []).append(place)
    if "address" not in basis.columns:
        found["address"] = by_content(found.get("address", []), rows, len(words))
    if "left_at" not in _of_tool(tool):  # the day says it by itself
        found["left"] = [*dict.fromkeys([*found.get("left", []), *found.get("left_at", [])])]
    if "status" not in basis.columns:
        status = found.get("status", [])
        found["status"] = [at for at in status if not _are_places(words[at], rows, at)]
    if found.get("name") and found.get("last_name") and not found.get("first_name"):
        found["first_name"] = found.pop("name")
    if not claimed.issuperset(found.get("agreed", [])):
        found["agreed"] = [place for place in found["agreed"] if _is_answer(rows, place)]
    found |= _in_other_words(words, rows, found, _settled(words, tool, basis))
    columns = _columns(header, {ours: places for ours, places in found.items() if places})
    return columns if tool else replace(columns, notes=_notes(words, columns.passed))


def _notes(words: Sequence[str], passed: Sequence[str]) -> tuple[int, ...]:
    free = {*map(plain, passed)}
    return tuple(at for at, word in enumerate(words) if word in free and NOTES.fullmatch(word))


def _in_other_words(
    words: Sequence[str],
    rows: Sequence[Sequence[str]],
    found: Mapping[str, Sequence[int]],
    settled: Collection[str],
) -> dict[str, list[int]]:
    """The columns that tell who left, and who agreed where no alias says so, by headings that hold such words."""
    left, agreed = [*found.get("left", [])], [*found.get("agreed", [])]
    if "left" not in settled:
        left += _asking(words, LEAVING, rows, found)
    if "agreed" not in settled and not agreed:
        agreed = _asking(words, ASKING, rows, found)
    return {"left": left, "agreed": agreed}


def _of_tool(tool: Tool | None) -> Mapping[str, tuple[str, ...]]:
    return tool.columns if tool else {}


def _of_basis(basis: Basis) -> dict[str, tuple[str, ...]]:
    return {ours: (theirs,) for ours, theirs in basis.columns.items()}


def _settled(words: Collection[str], tool: Tool | None, basis: Basis) -> frozenset[str]:
    """What is known from elsewhere than the headings; a tool that we know says what people want by itself.

    One that counts people as agreed only where a column says so may have it under another name than we know.
    """
    columns = _of_tool(tool)
    settled = {*columns, *(SAID if columns.keys() & set(SAID) else ())}
    if (
        tool
        and tool.asks
        and not any(word in words for kind in SAID for word in columns.get(kind, ()))
    ):
        settled -= {*SAID}
    return frozenset(settled | basis.columns.keys())


def _columns(header: Sequence[str], found: Mapping[str, Sequence[int]]) -> Columns:
    read = {place for places in found.values() for place in places}
    if "consent_at" in found and not found.get("signed_up"):
        found = {**found, "signed_up": found["consent_at"]}
    single = {ours: places for ours, places in found.items() if ours not in (*SAID, "tags")}
    return Columns(
        places={ours: places[0] for ours, places in single.items()},
        also={places[0]: tuple(places[1:]) for places in single.values() if len(places) > 1},
        tags=tuple(found.get("tags", ())),
        said=tuple((ours, place) for ours in SAID for place in found.get(ours, ())),
        passed=tuple(
            word for place, word in enumerate(header) if place not in read and word.strip()
        ),
    )


def asks_in_vain(tool: Tool | None, columns: Columns, basis: Basis) -> bool:
    """Whether *tool* counts people as agreed only where a column says so, and there is none."""
    told = any(kind == "agreed" for kind, _place in columns.said) or basis.columns.keys() & {*SAID}
    return tool is not None and tool.asks and not told


def by_content(named: Sequence[int], rows: Sequence[Sequence[str]], width: int) -> list[int]:
    """The column of addresses: the first of those *named* so that holds some, else the one that holds most."""
    some = [place for place in named if _addresses(rows, place)]
    if some or not rows:
        return some or list(named)
    if named and not any(_addresses(rows, place) for place in range(width)):
        return list(named)
    most = max(range(width), key=lambda place: _addresses(rows, place), default=0)
    return [most] if 2 * _addresses(rows, most) >= len(rows) > 0 else list(named)


def _addresses(rows: Sequence[Sequence[str]], place: int) -> int:
    return sum(place < len(row) and is_address(row[place]) for row in rows)


def is_address(cell: str) -> bool:
    """Whether *cell* holds an address, or several."""
    if "@" not in cell or len(cell) > 1000:
        return False
    try:
        return bool(read_addresses(cell))
    except ValueError:
        return False


def _by_heading_and_content(heading: str, rows: Sequence[Sequence[str]], place: int) -> str:
    """What a heading that is no alias says with what stands below it; else nothing."""
    if STATUS_OF.search(plain(heading[:LONGEST_HEADING])) and _are_statuses(rows, place):
        return "status"
    return _within(heading, rows, place)


def _within(heading: str, rows: Sequence[Sequence[str]], place: int) -> str:
    """What an object within an object says of what somebody wants, as `consent.email.state` in JSON; else nothing."""
    *above, last = map(plain, heading.split("."))
    ours = ALIASES.get(above[-1] if above and last == "value" else last, "") if above else ""
    if ours == "status":
        return ours if _are_statuses(rows, place) else ""
    return ours if ours in (*SAID, "left_at") else ""


def _are_places(heading: str, rows: Sequence[Sequence[str]], place: int) -> bool:
    """Whether a column is called State and most of its cells are no status: Louisiana."""
    return heading == "state" and not _are_statuses(rows, place)


def _are_statuses(rows: Sequence[Sequence[str]], place: int) -> bool:
    said = [plain(row[place]) for row in rows if place < len(row) and row[place].strip()]
    return 2 * sum(word in STATUSES for word in said) >= len(said) > 0


def _asking(
    words: Sequence[str],
    heads: re.Pattern[str],
    rows: Sequence[Sequence[str]],
    found: Mapping[str, Sequence[int]],
) -> list[int]:
    """The columns not *found* yet that by their *heads* ask for consent, or tell who left, and hold answers."""
    read = {at for places in found.values() for at in places}
    asking = [
        at
        for at, word in enumerate(words)
        if at not in read and heads.search(word) and _is_of_letters(word) and _is_answer(rows, at)
    ]
    if heads is LEAVING:
        return asking
    asking = [
        at
        for at in asking
        if not LEAVING.search(words[at]) and not SOMETHING_ELSE.search(words[at])
    ]
    return [at for at in asking if "newsletter" in words[at]] or asking


def is_asking(heading: str) -> bool:
    """Whether *heading* asks who wants the letter, or tells who left."""
    word = plain(heading[:LONGEST_HEADING])
    return bool(ASKING.search(word) or LEAVING.search(word))


def _is_of_letters(word: str) -> bool:
    return not OTHER_MEDIA.search(word) or BY_EMAIL in word


def _is_answer(rows: Sequence[Sequence[str]], place: int) -> bool:
    """Whether most cells of a column are a yes, a no or a day; or one is a plain no, which is not passed over.

    A box that some ticked is an answer too, whatever stands beside it.
    """
    said = [row[place].strip() for row in rows if place < len(row) and row[place].strip()]
    if any(plain(word) in PLAIN_NO for word in said) or len({*said}) == 1 < len(rows) - len(said):
        return True
    return 2 * sum(answer(word) != "" for word in said) >= len(said)


def told_by_name(name: str) -> str:
    """The standing of everybody on a list of this *name*, or nothing: `Unsubscribed`, but not `without unsubscribed`."""
    words = re.sub(r"[_.-]+", " ", name.casefold())
    if BUT.search(words.replace("do not", "")):
        return ""
    return next((standing for standing, told in NAMES.items() if told.search(words)), "")


def clinical(header: Sequence[str], tool: Tool | None) -> tuple[list[str], list[str]]:
    """The headings that look clinical: those that refuse the list, and those that *tool* always writes."""
    found = [word for word in header if CLINICAL.search(plain(word))]
    always = [word for word in found if tool and plain(word) in tool.unread]
    return [word for word in found if word not in always], always
