"""Whoever left stays out, and who did not agree, in whatever words a list says so."""

import zipfile
from pathlib import Path

import orjson
import pytest
from sqlalchemy import select
from xlsxwriter import Workbook

from newsletter.audience import choose, merge_lists
from newsletter.audience.examining import examined
from newsletter.audience.explain import explain
from newsletter.audience.merge import staging
from newsletter.audience.read import Rejected, Row, read_rows
from newsletter.audience.rejects import write_rejects
from newsletter.audience.undo import last_merge, undo_merge
from newsletter.errors import Problems
from newsletter.store import Store, subscriber

from .conftest import CONFIRMED, NOW, TODAY, MergeAll, Write


def said(path: Path, root: Path) -> list[str]:
    """What each row says of its person, or that it is rejected."""
    (listed,) = examined([path], root)
    return ["rejected" if isinstance(row, Rejected) else row.standing for row in read_rows(listed)]


@pytest.mark.parametrize(
    "heading",
    "Unsubscribed,Unsubscribed at,Unsubscribe date,Opt-out date,Date unsubscribed,Stop time".split(
        ","
    ),
)
def test_a_day_under_any_heading_of_leaving_says_that_they_left(
    write: Write, project: Path, heading: str
) -> None:
    path = write("list", f"Email,{heading}\nada@example.com,2025-03-04\nbeau@example.com,\n")
    assert said(path, project) == ["unsubscribed", "subscribed"]


def test_a_column_said_to_hold_the_day_of_leaving_says_that_they_left(
    write: Write, project: Path
) -> None:
    basis = f'{CONFIRMED}[columns]\nleft_at = "Gone"\n'
    path = write("list", "Email,Gone\nada@example.com,3/4/2025\nbeau@example.com,\n", basis)
    assert said(path, project) == ["unsubscribed", "subscribed"]


@pytest.mark.parametrize(
    ("word", "standing"),
    [
        *((word, "unsubscribed") for word in ("Opted out", "Unsubscribed", "declined", "yes", "✓")),
        *(
            (word, "subscribed")
            for word in ("Opted in", "Subscribed", "no", "off", "Never", "-", "N/A")
        ),
        ("0000-00-00 00:00:00", "subscribed"),
    ],
)
def test_a_column_of_who_left_is_understood_also_where_it_repeats_its_heading(
    write: Write, project: Path, word: str, standing: str
) -> None:
    path = write("list", f"Email,Opted out\nada@example.com,{word}\n")
    assert said(path, project) == [standing]


def test_whatever_the_server_answered_is_a_bounce(write: Write, project: Path) -> None:
    path = write("list", "Email,Bounced\nada@example.com,rejected\nbeau@example.com,\n")
    assert said(path, project) == ["bounced", "subscribed"]


@pytest.mark.parametrize(
    ("heading", "left", "stays"),
    [
        ("Unsubscribe", "x", ""),
        ("Do not contact", "yes", "no"),
        ("Opted out on", "3/4/2025", ""),
        ("Désabonné", "Oui", "Non"),
        ("Fecha de baja", "2025-03-04", ""),
        ("Abgemeldet", "Ja", "Nein"),
        ("Statut", "désabonné", "abonné"),
        ("Estatus", "Baja", "Activo"),
        ("Status", "Do not contact", "Active"),
        ("Status", "Unsubscribed (3/4/2026)", "Active"),
        ("Status", "Opted out by phone", "Opted in"),
    ],
)
def test_who_left_is_known_by_other_words_and_in_the_languages_whose_headings_are_known(
    write: Write, project: Path, heading: str, left: str, stays: str
) -> None:
    path = write("list", f"Email,{heading}\nada@example.com,{left}\nbeau@example.com,{stays}\n")
    assert said(path, project) == ["unsubscribed", "subscribed"]


def test_who_left_any_kind_of_mail_at_hubspot_gets_no_letter(write: Write, project: Path) -> None:
    head = (
        "Record ID,Email,Create Date,Opted out of email: Clinic News,Opted out of email: One to One"
    )
    rows = "1,ada@example.com,2025-03-04,true,\n2,beau@example.com,2025-03-04,,true\n"
    assert said(write("list", f"{head}\n{rows}"), project) == ["unsubscribed", "subscribed"]


@pytest.mark.parametrize(
    ("name", "standing"),
    [
        ("Unsubscribed", "unsubscribed"),
        ("fair_opt-outs_2026", "unsubscribed"),
        ("do not mail", "unsubscribed"),
        ("bounces", "bounced"),
        ("spam-reports", "complained"),
        ("fair", "subscribed"),
        ("Bounce house party", "subscribed"),
        ("Baja California", "subscribed"),
        ("fair without unsubscribed", "subscribed"),
        ("Subscribed and unsubscribed", "subscribed"),
    ],
)
def test_a_list_whose_name_says_that_they_left_is_believed_where_no_column_says_more(
    write: Write, project: Path, name: str, standing: str
) -> None:
    assert said(write(name, "Email\nada@example.com\n"), project) == [standing]
    both = write(name, "Email,Status\nada@example.com,subscribed\nb@example.com,unsubscribed\n")
    assert said(both, project) == ["subscribed", "unsubscribed"]


def test_a_toml_has_the_last_word_on_what_a_name_says(write: Write, project: Path) -> None:
    basis = f'{CONFIRMED}standing = "subscribed"\n'
    assert said(write("unsubscribed", "Email\nada@example.com\n", basis), project) == ["subscribed"]


def test_a_sheet_of_people_who_left_mails_nobody_nor_do_its_repaired_rows(
    project: Path, store: Store
) -> None:
    path = project / "subscribers" / "fair.xlsx"
    with Workbook(path) as workbook:
        workbook.add_worksheet("Notes")
        rows = ["Email", "ada@example.com", "beau@example"]
        workbook.add_worksheet("Unsubscribed").write_column(0, 0, rows)
    path.with_suffix(".toml").write_text(CONFIRMED)
    assert said(path, project) == ["unsubscribed", "rejected"]
    with staging(store, examined([path], project), project, NOW) as stage:
        (one,) = stage.lists
        rejects = write_rejects(one, project)
    assert rejects is not None
    with Workbook(rejects) as workbook:
        rows = [["Email", "beau@example.com"], ["Rejected because", "line 3"]]
        sheet = workbook.add_worksheet()
        for place, column in enumerate(rows):
            sheet.write_column(0, place, column)
    assert said(rejects, project) == ["unsubscribed"]


def test_who_opted_out_under_opt_in_has_left_and_is_not_merely_without_consent(
    write: Write, project: Path
) -> None:
    path = write(
        "list", "Email,Opt in\na@example.com,Opted in\nb@example.com,Opted out\nc@example.com,no\n"
    )
    assert said(path, project) == ["subscribed", "unsubscribed", "subscribed"]


def test_a_bare_number_is_no_consent_though_it_may_be_a_day(write: Write, project: Path) -> None:
    path = write(
        "list", "Email,Opt in\na@example.com,46085\nb@example.com,2026-03-04\nc@example.com,no\n"
    )
    assert said(path, project) == ["rejected", "subscribed", "subscribed"]


@pytest.mark.parametrize(
    "heading",
    [
        "Would you like to receive our newsletter?",
        "Join our mailing list",
        "Consent to email marketing",
        "I agree to get news by email",
        "OK to email?",
        "answers.Newsletter sign-up",
        "¿Quiere recibir el boletín?",
    ],
)
def test_whom_a_form_asked_in_its_own_words_is_taken_at_their_answer(
    write: Write, project: Path, heading: str
) -> None:
    rows = 'a@example.com,Yes please\nb@example.com,"No, thanks"\nc@example.com,\n'
    (listed,) = examined([write("list", f"Email,{heading}\n{rows}")], project)
    said = [row.consent for row in read_rows(listed) if isinstance(row, Row)]
    assert said == ["confirmed", "none", "none"]


@pytest.mark.parametrize(
    "heading",
    [
        "Newsletters opened",
        "SMS opt-in",
        "Photo consent",
        "Wants newsletter by post",
        "How did you hear about our newsletter?",
        "Newsletter sent",
    ],
)
def test_what_is_asked_of_something_else_takes_nobody_out(
    write: Write, project: Path, heading: str
) -> None:
    answers = ["Radio", "A friend"] if "hear" in heading else ["Yes", "No"]
    rows = "".join(f"{n}@example.com,{answer}\n" for n, answer in enumerate(answers))
    (listed,) = examined([write("list", f"Email,{heading}\n{rows}")], project)
    assert [row.consent for row in read_rows(listed) if isinstance(row, Row)] == ["confirmed"] * 2


@pytest.mark.parametrize(
    ("heading", "left"),
    [
        ("Email Unsubscribed", "TRUE"),
        ("Opt-out date (email)", "3/4/2025"),
        ("Do not send newsletter", "x"),
        ("No emails", "yes"),
        ("Email suppressed", "true"),
        ("list_status", "unsubscribed"),
        ("Newsletter status", "Opt-out"),
    ],
)
def test_who_left_by_a_column_of_any_name_stays_out(
    write: Write, project: Path, heading: str, left: str
) -> None:
    path = write("list", f"Email,{heading}\na@example.com,\nb@example.com,{left}\nc@example.com,\n")
    assert said(path, project) == ["subscribed", "unsubscribed", "subscribed"]


def test_a_link_to_unsubscribe_says_of_nobody_that_they_left(write: Write, project: Path) -> None:
    path = write("list", "Email,Unsubscribe URL\na@example.com,https://example.com/u/1\n")
    assert said(path, project) == ["subscribed"]


def test_a_box_with_words_of_its_own_mails_nobody_who_left_it_empty(
    write: Write, project: Path
) -> None:
    rows = "a@example.com,Email newsletter\nb@example.com,\nc@example.com,\n"
    (listed,) = examined([write("list", f"Email,Email newsletter\n{rows}")], project)
    a, *others = read_rows(listed)
    assert isinstance(a, Rejected)
    assert "write yes or no" in a.reason
    assert [row.consent for row in others if isinstance(row, Row)] == ["none", "none"]


@pytest.mark.parametrize(
    "note",
    [
        "unsubscribed 3/4",
        "Please do NOT email her",
        "opted out by phone",
        "remove from list",
        "don’t mail",
    ],
)
def test_a_note_that_somebody_left_is_for_a_person_to_decide(
    write: Write, project: Path, note: str
) -> None:
    path = write("list", f"Email,Notes\na@example.com,{note}\nb@example.com,no mailbox on file\n")
    (listed,) = examined([path], project)
    a, b = read_rows(listed)
    assert isinstance(a, Rejected)
    assert "a note says" in a.reason
    assert isinstance(b, Row)


def test_a_note_changes_nothing_for_whoever_is_not_mailed_anyway(
    write: Write, project: Path
) -> None:
    rows = "a@example.com,Unsubscribed,unsubscribed 3/4\nb@example.com,subscribed,\n"
    path = write("list", f"Email,Status,Notes\n{rows}")
    assert said(path, project) == ["unsubscribed", "subscribed"]


def test_a_heading_of_two_lines_asks_what_both_say(write: Write, project: Path) -> None:
    rows = "Ada,a@example.com,yes\nBo,b@example.com,no\n"
    path = write("list", f"Contact,,Newsletter\nFirst,E-mail,OK?\n{rows}")
    (listed,) = examined([path], project)
    assert [row.consent for row in read_rows(listed) if isinstance(row, Row)] == [
        "confirmed",
        "none",
    ]
    path = write("list", f"Newsletter list,,\nVIP,E-mail,OK?\n{rows}")
    (listed,) = examined([path], project)
    assert [row.consent for row in read_rows(listed) if isinstance(row, Row)] == ["confirmed"] * 2


PRACTICE = "Patient Number,First Name,Email"


@pytest.mark.parametrize(
    ("heading", "consents"),
    [
        ("Opted In To Marketing Emails", ["confirmed", "none"]),
        ("Newsletter", ["confirmed", "none"]),
        ("Do not email", ["none", "none"]),
        ("Opt in to email reminders", ["none", "none"]),
        ("Contact status", ["none", "none"]),
    ],
)
def test_a_practice_may_ask_under_any_heading_and_mails_nobody_without_a_yes(
    write: Write, project: Path, heading: str, consents: list[str]
) -> None:
    answers = ("Active", "Active") if "status" in heading else ("Yes", "No")
    rows = "".join(f"{n},Ada,{n}@example.com,{answer}\n" for n, answer in enumerate(answers))
    (listed,) = examined([write("list", f"{PRACTICE},{heading}\n{rows}")], project)
    assert [row.consent for row in read_rows(listed) if isinstance(row, Row)] == consents


def test_a_note_is_no_answer_to_whether_a_practice_may_mail(write: Write, project: Path) -> None:
    path = write("list", "Client ID,Last Name,Email,Notes\n1,Font,a@example.com,likes tea\n")
    (listed,) = examined([path], project)
    assert [row.consent for row in read_rows(listed) if isinstance(row, Row)] == ["none"]


@pytest.mark.parametrize("line", ["UNSUBSCRIBED - DO NOT MAIL,", ",Opted out", "Bounced:,"])
def test_a_line_between_people_that_says_they_left_stops_the_list(
    write: Write, project: Path, line: str
) -> None:
    path = write("list", f"Name,Email\nAda,a@example.com\n\n{line}\nBo,b@example.com\n")
    (listed,) = examined([path], project)
    with pytest.raises(Problems, match=r"list\.csv:4: .* stands alone in this line"):
        list(read_rows(listed))


def test_somebody_without_an_address_who_left_stops_nothing(write: Write, project: Path) -> None:
    path = write("list", "Status,Email\nunsubscribed,\nsubscribed,a@example.com\n")
    assert said(path, project) == ["rejected", "subscribed"]


def test_a_title_above_the_headings_says_that_all_left(write: Write, project: Path) -> None:
    path = write("list", "Unsubscribed contacts,\nName,Email\nAda,a@example.com\n")
    assert said(path, project) == ["unsubscribed"]
    path = write("list", "Fair (unsubscribed removed),\nName,Email\nAda,a@example.com\n")
    assert said(path, project) == ["subscribed"]


def test_a_few_headings_that_anybody_may_have_are_no_practice_software(
    write: Write, project: Path
) -> None:
    rows = "Ada,a@example.com,yes,Unsubscribed\nBo,b@example.com,yes,Active\n"
    path = write("list", f"First name,Email,Email marketing,Status\n{rows}")
    assert said(path, project) == ["unsubscribed", "subscribed"]


def test_a_state_of_the_union_is_no_status_beside_a_status(write: Write, project: Path) -> None:
    rows = "a@example.com,Active,LA\nb@example.com,Unsubscribed,TX\n"
    path = write("list", f"Email,Status,State\n{rows}")
    assert said(path, project) == ["subscribed", "unsubscribed"]


def test_a_no_to_the_newsletter_is_not_passed_over_among_other_words(
    write: Write, project: Path
) -> None:
    path = write(
        "list", "Email,Newsletter\na@example.com,Weekly\nb@example.com,Monthly\nc@example.com,no\n"
    )
    (listed,) = examined([path], project)
    assert [row.consent for row in read_rows(listed) if isinstance(row, Row)] == ["none"]
    path = write("list", "Email,Newsletter\na@example.com,Weekly\nb@example.com,Monthly\n")
    (listed,) = examined([path], project)
    assert [row.consent for row in read_rows(listed) if isinstance(row, Row)] == ["confirmed"] * 2


def test_whom_hubspot_may_not_mail_has_not_agreed(write: Write, project: Path) -> None:
    head = "Record ID,Email,Create Date,Marketing contact status"
    rows = "1,a@example.com,2025-03-04,Marketing contact\n2,b@example.com,2025-03-04,Non-marketing contact\n"
    (listed,) = examined([write("list", f"{head}\n{rows}")], project)
    said = [row.consent for row in read_rows(listed) if isinstance(row, Row)]
    assert said == ["confirmed", "none"]


@pytest.mark.parametrize(
    "left",
    [
        {"email_marketing_consent": {"state": "unsubscribed"}},
        {"status": {"value": "unsubscribed"}},
        {"preferences": {"unsubscribed": True}},
        {"mail": {"unsubscribed_at": "2025-03-04T10:00:00Z"}},
    ],
)
def test_who_left_is_known_also_where_json_says_it_within_another_object(
    project: Path, left: dict[str, object]
) -> None:
    people = [
        {"email": "a@example.com", **left, "address": {"state": "LA"}},
        {"email": "b@example.com"},
    ]
    path = project / "subscribers" / "list.json"
    path.write_bytes(orjson.dumps(people))
    assert said(path, project) == ["unsubscribed", "subscribed"]


AGREED = "Email,City,Opt in\nada@example.com,Gretna,yes\nbeau@example.com,Kenner,yes\n"
NO_MORE = AGREED.replace("Gretna,yes", "Gretna,no")


def consents(store: Store) -> dict[str, str]:
    with store.read() as connection:
        rows = connection.execute(select(subscriber.c.key, subscriber.c.consent))
        return {key.partition("@")[0]: consent for key, consent in rows}


@pytest.mark.parametrize(
    ("later", "basis"),
    [(NO_MORE, CONFIRMED), (AGREED, CONFIRMED.replace("confirmed", "none"))],
    ids=["a cell", "what the whole list says"],
)
def test_a_list_takes_back_the_consent_that_it_gave(
    store: Store, write: Write, merge: MergeAll, later: str, basis: str
) -> None:
    write("desk", AGREED)
    merge()
    write("desk", later, basis)
    done = merge()
    left = ["ada@example.com", "beau@example.com"][: done.withdrawn]
    assert (done.updated, done.lowered, list(done.leaving)) == (len(left), 0, left)
    assert [name for name, consent in consents(store).items() if consent == "none"] == [
        address.partition("@")[0] for address in left
    ]
    write("desk", f"{later}\n", basis)
    assert (merge().updated, merge().withdrawn) == (0, 0)


def test_a_consent_that_is_taken_back_says_so_in_its_row_and_comes_back_with_an_undo(
    store: Store, write: Write, merge: MergeAll
) -> None:
    write("desk", AGREED)
    merge()
    write("desk", NO_MORE)
    merge()
    with store.read() as connection:
        explained = explain(connection, "ada@example.com")
        number, _at, _files = last_merge(connection)
    (fact,) = [fact for fact in explained.facts if fact.field == "consent"]
    assert (fact.value, fact.list, fact.line, explained.why) == ("none", "desk", 2, "no consent")
    assert ("consent", "confirmed", "none") in {
        (change.field, change.was, change.now) for change in explained.changes
    }
    undo_merge(store, number, now=NOW)
    assert consents(store) == {"ada": "confirmed", "beau": "confirmed"}


def test_a_list_that_never_had_a_consent_takes_none_back(
    store: Store, write: Write, merge: MergeAll
) -> None:
    write("website", AGREED)
    write("desk", NO_MORE)
    merge()
    write("desk", f"{NO_MORE}\n")
    assert merge().withdrawn == 0
    assert consents(store) == {"ada": "confirmed", "beau": "confirmed"}


def test_of_a_consent_that_is_taken_back_is_left_what_the_other_lists_of_the_merge_say(
    store: Store, write: Write, merge: MergeAll
) -> None:
    write("desk", AGREED)
    merge()
    write("desk", NO_MORE)
    write("website", AGREED, CONFIRMED.replace("confirmed", "unconfirmed"))
    assert merge().withdrawn == 1
    assert consents(store) == {"ada": "unconfirmed", "beau": "confirmed"}


HUBSPOT = "Record ID,Email,Create Date,Marketing contact status\n1,ada@example.com,2025-03-04,"


def test_a_newer_export_under_another_day_is_the_same_list_and_takes_its_consent_back(
    write: Write, merge: MergeAll
) -> None:
    march = write("hubspot-crm-exports-all-contacts-2026-03-01", f"{HUBSPOT}Marketing contact\n")
    assert merge().new == 1
    march.unlink()  # what it says of consent stays beside it
    write(
        "hubspot-crm-exports-all-contacts-2026-06-01-1",
        f"{HUBSPOT}Non-marketing contact\n",
        basis=None,
    )
    assert merge().withdrawn == 1


def test_two_exports_of_one_list_are_not_both_read(write: Write, merge: MergeAll) -> None:
    for day in ("2026-03-01", "2026-06-01"):
        write(f"hubspot-crm-exports-all-contacts-{day}", f"{HUBSPOT}Marketing contact\n")
    with pytest.raises(Problems, match="keep the newer of the two"):
        merge()


def test_what_a_toml_of_the_lists_name_says_anew_is_news(
    write: Write, merge: MergeAll, project: Path
) -> None:
    basis = project / "subscribers" / "subscribed.toml"
    basis.write_text(CONFIRMED)
    text = "Email Address,LEID,EUID\nada@example.com,1,a\n"
    write("subscribed_members_export_f8b3c21d", text, basis=None)
    assert merge().new == 1
    assert merge().files == ()
    basis.write_text('[list]\nconsent = "none"\n')
    assert merge().withdrawn == 1


def test_who_agreed_on_one_list_and_not_on_another_is_told(write: Write, merge: MergeAll) -> None:
    write("may", "Email,Newsletter\nada@example.com,yes\nbeau@example.com,yes\n")
    assert merge().contradicted == 0
    write("june", "Email,Newsletter\nada@example.com,no\nbeau@example.com,yes\ncy@example.com,no\n")
    assert (merge().contradicted, merge().files) == (1, ())
    write("fair", "Email\nada@example.com\n", None)  # which asked nobody
    assert merge().contradicted == 0
    write("june", "Email,Newsletter\nada@example.com,unsubscribed\n")
    assert (done := merge()).contradicted == 0
    assert done.leaving == ("ada@example.com",)


@pytest.mark.parametrize("zipped", [False, True])
def test_a_sheet_of_people_who_left_beside_the_list_is_read_with_it(
    project: Path, store: Store, zipped: bool
) -> None:
    path = project / "subscribers" / "fair.xlsx"
    with Workbook(path) as workbook:
        for name, people in (("Unsubscribed", "cxyz"), ("List", "abc"), ("Old", "de")):
            rows = ["Email", *(f"{who}@example.com" for who in people)]
            workbook.add_worksheet(name).write_column(0, 0, rows)
    path.with_suffix(".toml").write_text(CONFIRMED)
    inside = ""
    if zipped:
        with zipfile.ZipFile(path.with_suffix(".zip"), "w") as archive:
            archive.write(path, "fair.xlsx")
        path.unlink()
        path, inside = path.with_suffix(".zip"), "#fair.xlsx"
    done = merge_lists(store, [path], project, now=NOW)
    name = f"subscribers/{path.name}"
    assert done.files == (name, f"{name}{inside}#Unsubscribed")
    assert done.not_read == (f"{name}{inside}#Old",)
    with store.read() as connection:
        audience = choose(connection, (), samples=True, today=TODAY)
    assert (audience.recipients, audience.left_out) == (2, {"unsubscribed": 4})
    assert merge_lists(store, [path], project, now=NOW).files == ()
