"""What was sent is read by its reader and by coordinators, and holds nothing that opens a door."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinics.announcing import emails as announcing
from clinics.certificates.revoking import revoke_certificate
from clinics.models import ChecklistReminder, ClinicMessage, LanguageNeed, Notice
from clinics.seats.rsvps import rsvp
from clinics.tests.after_factories import make_attendance, make_certificate
from clinics.tests.factories import make_clinic, make_person, make_topic_request
from letsconnect.base.models import Act
from letsconnect.tests import every_letter
from mailings import kinds
from mailings.domain.letters import KEPT_FOR
from mailings.models import Letter, LetterText, NewsletterBody, Outage
from mailings.newsletters.composing import MARKS, letter_of
from mailings.newsletters.letter import KIND as NEWSLETTER
from mailings.sending.copies import acts, copy_of
from mailings.tests.factories import make_bulk_text, make_letter, make_sent_letter
from matching.models import RoundParticipant
from matching.tests.factories import make_match, make_request, make_round
from matching.tests.feedback_factories import make_hour, make_meeting, say
from matching.tests.session_factories import make_session
from registrations.models import Look, Registration, SignInCode
from registrations.models.sign_in import Drawn
from registrations.privacy.erasing import erase_member, forget_late_letters
from registrations.tests.factories import NOW, make_coordinator, make_liaison, make_member, make_registration

ADDRESS = re.compile(r"https?://[^\s<>\"]+")
TOKEN = re.compile(r"[\w-]+:[\w-]{6,}:[\w-]{20,}|lc0\w+|\b\d{6}\b")
DAY = timedelta(days=1)
KINDS = [name for name in kinds.names() if not name.startswith("tests.")]


def registration(world):
    return world.asked.learner


def session(world):
    return make_session("cancelled", match=world.connected, cancelled_note="A word.")


def code(world):
    code = SignInCode(address="a@example.org", network="n", made_at=NOW, expires_at=NOW + timedelta(minutes=9))
    code.drawn = Drawn("123456", "http://127.0.0.1:8000/sign-in/link/?key=secret", NOW)
    return code


def place(world):
    person = make_member()
    return rsvp(clinic=world.clinic, member=person, by=person, now=NOW)


def notice(world):
    return Notice.objects.create(rsvp=place(world), kind="day", sequence=0, starts_at=NOW, made_at=NOW)


def notice_of_message(world):
    clinic, once = world.clinic, {"sequence": 0, "starts_at": NOW, "made_at": NOW}
    wrote = ClinicMessage.objects.create(
        clinic=clinic, by=make_member(), pressed=uuid4(), made_at=NOW, to_whom={}, people=1
    )
    wrote.texts.create(language="en", subject="Hello", text="Bring a pen.")
    return Notice.objects.create(rsvp=place(world), kind="from_the_host", message=wrote, **once)


def notice_of_person(world):
    person = make_person(world.clinic, "host")
    return Notice.objects.create(person=person, kind="day", sequence=0, starts_at=NOW, made_at=NOW)


def over(world):
    return make_match("ended", learner=world.asked.learner, skill="over", closed_by=world.asked.learner.member)


def left_out(world):
    ended = {"started_at": NOW - DAY, "finished_at": NOW - DAY, "published_at": NOW - DAY}
    person, round_ = make_registration(wishes=["wikidata"], changed_at=NOW - 9 * DAY), make_round("published", **ended)
    RoundParticipant.objects.create(round=round_, number=0, registration=person, is_learner=True, left_out="no_offer")
    return person


# What each kind of letter is about, by the first name that its own begins with.
def revoked_certificate(world):
    there = make_attendance(make_clinic(starts_at=NOW - DAY))
    certificate = make_certificate(there.clinic, there.member)
    return revoke_certificate(certificate=certificate, reason="Ana was ill", by=make_coordinator(), now=NOW)


ABOUT = {
    "registrations.claim_": lambda world: world.invitation,
    "registrations.seat_": lambda world: world.seat,
    "registrations.sign_in_code": code,
    "registrations.overruled": lambda _world: every_letter.ABOUT["registrations.overruled"]("")[0],
    "registrations.team_message": lambda _world: every_letter.ABOUT["registrations.team_message"]("")[0],
    "registrations.": registration,
    "matching.session_": session,
    "matching.did_you_meet": lambda world: world.hour,
    "matching.missed_": lambda world: world.hour,
    "matching.met_elsewhere": lambda _world: make_meeting(),
    "matching.no_match": left_out,
    "matching.request_answered": lambda world: make_request("not_this_time", learner=world.asked.learner, place=3),
    "matching.thanks": lambda world: say(make_hour(), "learner", thanks="Thank you."),
    "matching.concern": lambda world: world.concern,
    "matching.closed": over,
    "matching.": lambda world: world.asked,
    "clinics.clinic_moved": notice,
    "clinics.reminder_": notice,
    "clinics.thanks_without_seat": lambda world: make_attendance(make_clinic(starts_at=NOW - DAY)),
    "clinics.certificate_revoked": revoked_certificate,
    "clinics.thanks": notice,
    "clinics.missed": notice,
    "clinics.from_the_host": notice_of_message,
    "clinics.people_": notice_of_person,
    "clinics.checklist_due": lambda world: ChecklistReminder.objects.create(
        member=world.people["coordinator"], day=NOW.date(), made_at=NOW
    ),
    "clinics.person_left": lambda world: world.clinic,
    "clinics.person_cancelled": lambda world: make_person(make_clinic(state="cancelled"), state="asked"),
    "clinics.person_": lambda world: make_person(world.clinic, asked_by=make_member()),
    "clinics.language_answer": lambda world: LanguageNeed.objects.create(
        rsvp=place(world), language="sw", state="asked", made_at=NOW, answered_at=NOW
    ),
    "clinics.topic_announced": lambda world: make_topic_request(state="planned", clinic=world.clinic).supports.get(),
    "clinics.topic_outcome": lambda world: make_topic_request(state="declined").supports.get(),
    "clinics.": place,
    "trust.message_received": lambda world: None,
    "trust.": lambda world: world.trust_seat,
    "letsconnect.outage": lambda world: Outage.objects.create(kind="tick", began_at=NOW, ended_at=NOW),
    "mailings.confirm_subscription": lambda world: world.subscription,
    "mailings.newsletter_test": lambda world: world.version,
}


def rendered(kind, world, language="en"):
    if kind == NEWSLETTER:
        return letter_of(NewsletterBody.objects.get(newsletter=world.sent_issue), reader_language="fr")
    if kind in (announcing.ANNOUNCED, announcing.DIGEST):
        clinics = (announcing._new_clinic(world.clinic, language),)
        return announcing._template(kind, language, "UTC", clinics, 1).rendered
    about = next(make for start, make in ABOUT.items() if kind.startswith(start))(world)
    return kinds.get(kind).render(about, language, "UTC")


def test_each_kind_says_whether_what_it_said_is_kept():
    assert [kind for kind in KINDS if kinds.get(kind).keeps is None] == []
    assert {kinds.line_of(kind) for kind in KINDS if not kinds.get(kind).is_kept} == {
        *("registrations.sign_in_code", "registrations.claim_invitation", "registrations.claim_reminder"),
        *("registrations.team_message", "registrations.overruled", "trust.message_received", "trust.report_waits"),
    }


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_in_a_copy_does_or_opens_anything_without_signing_in(shared_world, kind):
    """Asked of every kind, also of those of which nothing is kept."""
    letter, visitor, acts_before = rendered(kind, shared_world), Client(), Act.objects.count()
    copy = copy_of(letter, language="en", marks=MARKS.values())
    kept, sent = copy.text + copy.html, letter.text
    addresses = {address.rstrip(".,)") for address in ADDRESS.findall(kept)}

    assert TOKEN.findall(kept.replace("123456", "") if kind == "registrations.sign_in_code" else kept) == []
    assert [address for address in addresses if acts(address)] == []
    for address in addresses:
        path = address.removeprefix("http://127.0.0.1:8000").removeprefix("http://localhost:8000") or "/"
        answer = visitor.get(path)
        assert answer.status_code in (200, 404) or "/sign-in/" in answer.url or "/admin/login" in answer.url
        assert shared_world.person.name not in answer.content.decode()
        visitor.post(path)
    assert Act.objects.count() == acts_before
    if any(map(acts, ADDRESS.findall(sent))) or TOKEN.search(sent):
        assert "a link that stands in the email only" in copy.text


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.startswith("clinics.")])
def test_a_letter_that_speaks_of_a_clinic_says_first_that_one_learns_there(shared_world, kind):
    """Alone the word is medical in Spanish, French and Portuguese: one language shows where the full one is lacking."""
    text = rendered(kind, shared_world, "es").text

    first = re.search(r"clínicas?\b(?! de aprendizaje)|clínicas? de aprendizaje", text, re.IGNORECASE)
    assert first is None or "de aprendizaje" in first[0], text[:600]


ACTING = ["claim_invitation", "claim_reminder", "still_in", "sign_in_code", "paused_for_silence"]


@pytest.mark.parametrize("kind", [f"registrations.{name}" for name in ACTING] + ["mailings.confirm_subscription"])
def test_the_letters_that_open_a_door_are_among_those_asked(shared_world, kind):
    """The control: there a link acts before it is taken out."""
    assert any(map(acts, ADDRESS.findall(rendered(kind, shared_world).text)))


def test_whoever_a_kind_names_is_found_by_its_ways(shared_world):
    """Each way leads from what the letter is about to an account."""
    for kind in KINDS:
        ways = kinds.get(kind).keeps.names
        if ways:
            about = next(make for start, make in ABOUT.items() if kind.startswith(start))(shared_world)
            rows = type(about)._base_manager.filter(pk=about.pk).values_list(*ways)
            found = {member for row in rows for member in row} - {None}
            assert found <= set(Registration._meta.get_field("member").related_model.objects.values_list("pk", flat=1))
            assert found or "requests_made" in ways[0], kind


@pytest.fixture
def me(db):
    with time_machine.travel(NOW, tick=False):
        yield make_member(name="Amina")


def page_of(client, name, *args, **query):
    return client.get(reverse(name, args=args), query)


def read(client, letter):
    return page_of(client, "registrations:letter-detail", letter.pk)


def test_a_member_reads_what_was_sent_to_them_and_nobody_elses(client, me):
    mine, others = make_sent_letter(to=me, text="Hello you."), make_sent_letter(text="Hello them.", people=[me])
    client.force_login(me)

    listed = page_of(client, "registrations:letter-list").content.decode()

    assert reverse("registrations:letter-detail", args=[mine.pk]) in listed
    assert "Hello you." in read(client, mine).content.decode()
    LetterText.objects.filter(letter=mine).update(subject="")
    said = read(client, mine).content.decode()
    assert f"<h1>{kinds.label_of(mine.kind)}</h1>" in said and f"<title>{kinds.label_of(mine.kind)} " in said
    assert read(client, others).status_code == 404  # it names me, and is not to me
    assert reverse("registrations:letter-list") in page_of(client, "registrations:my-data").content.decode()


def test_after_90_days_and_of_what_is_not_kept_the_page_says_why_there_is_nothing(client, me):
    old = make_sent_letter(to=me, text="Hello you.", sent_at=NOW - KEPT_FOR)
    queued, no_text = make_letter(to=me), make_letter(to=me)
    Letter.objects.filter(pk=no_text.pk).update(state="sent", sent_at=NOW, tries=1)
    client.force_login(me)

    assert "deleted 90 days after" in read(client, old).content.decode()
    assert "this one was not." in read(client, queued).content.decode()
    for reason, says in (("the clinic has begun", "you did not need it"), ("there is no address", "we do not write")):
        Letter.objects.filter(pk=queued.pk).update(state="skipped", reason=reason)
        assert f"not sent: {says}" in read(client, queued).content.decode()
        assert f"not sent: {says}" in page_of(client, "registrations:letter-list").content.decode()
    assert "What it said is not kept" in read(client, no_text).content.decode()
    listed = page_of(client, "registrations:letter-list").content.decode()
    assert reverse("registrations:letter-detail", args=[old.pk]) not in listed


def test_the_own_file_says_what_letters_said_and_that_of_those_named_does_not(client, me):
    other = make_member()
    make_sent_letter(to=other, text="Hello Olga, meet Amina.", people=[me])
    many = make_letter(to=other)
    Letter.objects.filter(pk=many.pk).update(
        bulk_text=make_bulk_text(text="Hello many."), state="sent", sent_at=NOW, tries=1
    )

    def file_of(member, kind):
        client.force_login(member)
        return page_of(client, "registrations:data-download", kind).content.decode()

    for kind in ("json", "html"):
        assert "Hello Olga, meet Amina." in file_of(other, kind)
        assert "Hello many." in file_of(other, kind)
        assert "Hello Olga" not in file_of(me, kind)


@pytest.mark.parametrize("page", ["registrations:letter-list", "registrations:my-data"])
def test_the_list_costs_the_same_at_3_letters_and_at_30(client, me, page):
    client.force_login(me)

    def queries(count):
        for _ in range(count):
            make_sent_letter(to=me)
        with CaptureQueriesContext(connection) as captured:
            assert page_of(client, page).status_code == 200
        return len(captured)

    queries(1)
    assert queries(2) == queries(27)


def test_a_letter_in_arabic_is_shown_in_its_language(client, me):
    letter = make_sent_letter(to=me, language="ar", text="مرحبا")
    client.force_login(me)

    html = read(client, letter).content.decode()

    assert 'id="letter-text" dir="rtl" lang="ar"><p>مرحبا</p>' in html


def looks():
    return set(Look.objects.values_list("kind", "viewer", "member"))


def text_page(client, letter):
    return page_of(client, "admin:mailings_letter_text", letter.pk)


def test_a_coordinator_reads_what_was_sent_and_everybody_in_it_is_told(client, me):
    desk, named = make_coordinator(), make_member()
    letter = make_sent_letter(to=me, text="Hello Amina.", people=[named, me])
    client.force_login(desk)

    opened = page_of(client, "admin:mailings_letter_change", letter.pk).content.decode()
    assert "Hello Amina." not in opened
    assert reverse("admin:mailings_letter_text", args=[letter.pk]) in opened
    assert looks() == {("letter", desk.pk, me.pk)}

    assert "Hello Amina." in text_page(client, letter).content.decode()
    assert looks() == {
        ("letter", desk.pk, me.pk),
        ("letter_text", desk.pk, me.pk),
        ("letter_naming", desk.pk, named.pk),
    }
    client.force_login(me)
    assert "what an email to you said" in page_of(client, "registrations:my-data").content.decode()
    client.force_login(named)
    assert "an email to somebody else" in page_of(client, "registrations:my-data").content.decode()


def test_nobody_at_the_desk_but_coordinators_reads_letters(client, me):
    letter = make_sent_letter(to=me, text="Hello Amina.")
    client.force_login(make_liaison("MENA"))

    assert text_page(client, letter).status_code == 403
    assert looks() == set()


def test_words_for_one_reader_only_are_not_read_at_the_desk(client, me):
    private = make_sent_letter(to=me, kind="matching.thanks", text="Hello Amina.")
    desk = make_coordinator()
    of_their_own = make_sent_letter(to=me, text="Hello Amina.", people=[desk])
    gone = make_sent_letter(to=me, text="Hello Amina.")
    Letter.objects.filter(pk=gone.pk).update(kind="gone.away")
    client.force_login(desk)

    for letter in (private, of_their_own, gone):
        assert "Hello Amina." not in text_page(client, letter).content.decode()
        assert "The desk does not read this email" in text_page(client, letter).content.decode()
    assert looks() == {("letter", desk.pk, me.pk)}
    client.force_login(me)
    assert "Hello Amina." in read(client, private).content.decode()


def test_the_page_of_a_person_leads_to_their_letters_and_to_no_other(client, me):
    mine, before, other = make_letter(to=me), make_letter(to=None, address=me.email), make_letter()
    client.force_login(make_coordinator())
    page = page_of(client, "admin:registrations_member_change", me.pk).content.decode()
    address = reverse("admin:mailings_letter_changelist", query={"person": me.pk})
    assert f'href="{address}"' in page

    shown = client.get(address).context["cl"].result_list

    assert {letter.pk for letter in shown} == {mine.pk, before.pk}
    assert other.pk not in {letter.pk for letter in shown}


def test_the_letters_of_an_erased_person_say_nothing_in_the_pages_of_others(client, me):
    person = make_registration(member=me)
    naming = make_sent_letter(text="Meet Amina.", people=[person.member])
    client.force_login(naming.member)
    assert "Meet Amina." in read(client, naming).content.decode()

    erase_member(member=me, by=me, now=NOW)

    assert "has deleted their account" in read(client, naming).content.decode()


def test_a_text_that_was_on_its_way_while_somebody_was_erased_goes_with_the_next_tick(me):
    erased = make_member(erased_at=NOW, is_active=False, email=None)
    naming, other = make_sent_letter(people=[erased]), make_sent_letter(people=[me])

    forget_late_letters(NOW + timedelta(seconds=30))

    texts = LetterText.objects.filter(letter__in=[naming, other])
    assert [text.letter for text in texts] == [other]
    assert Letter.objects.filter(pk=naming.pk, state="sent").exists()
