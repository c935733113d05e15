"""A planner writes to those who come: to whom it goes, what it says, and that it goes once."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from clinics.domain.clinics import NotYourClinic
from clinics.domain.writing import KEPT_FOR, NobodyToWriteTo, NotToBeWrittenTo, ToWhom, WroteTooOften
from clinics.models import Clinic, ClinicMessage, ClinicMessageText, Notice, Rsvp
from clinics.seats.rsvps import cancel_rsvp
from clinics.tests.factories import LINK, START, make_channel, make_clinic, make_person
from clinics.writing.choosing import meant_by
from clinics.writing.writing import forget_old_messages, write_to_those_who_come
from letsconnect.base.models import Act
from mailings import kinds
from mailings.models import Letter, Suppression
from mailings.models.suppressions import fingerprints
from registrations.privacy.erasing import erase_member
from registrations.tests.factories import NOW, make_liaison, make_member, make_registration

pytestmark = pytest.mark.django_db
TEXTS = {
    "en": ("Bring a pen", "Please bring a pen.\nhttps://example.org/pen"),
    "fr": ("Un stylo", "Apportez un stylo."),
}
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def going(clinic, language="en", **fields):
    number = clinic.rsvps.count() + 1
    values = {"state": "going", "seat": number, "made_at": NOW, "seated_at": NOW, **fields}
    return Rsvp.objects.create(clinic=clinic, member=make_member(language=language), **values)


def write(clinic, by, to_whom=None, *, texts=TEXTS, pressed=None, now=NOW):
    return write_to_those_who_come(
        clinic=clinic,
        to_whom=to_whom or ToWhom(states=("going",)),
        texts=texts,
        pressed=pressed or uuid4(),
        by=by,
        now=now,
    )


def letters():
    return Letter.objects.filter(kind="clinics.from_the_host").order_by("pk")


def rendered(letter, language=""):
    kind = kinds.get(letter.kind)
    [notice] = kind.reads([letter.about_id], NOW)
    assert kind.still_owed(notice, NOW) is None
    return kind.render(notice, language or letter.language, "UTC")


@pytest.fixture
def world():
    clinic = make_clinic(capacity=9)
    channel = make_channel(clinic, "fr")
    people = {
        "floor": going(clinic),
        "french": going(clinic, "fr", channel=channel),
        "waiting": going(clinic, state="waiting", seat=None, seated_at=None, place=1),
        "gone": going(clinic, state="cancelled", seat=None, seated_at=None),
    }
    make_registration(member=people["floor"].member, speaks=[("sw", 4)])
    host = make_person(clinic, "host")
    make_person(clinic, "interpreter", channel=channel, address="sol@example.org", language="fr")
    make_person(clinic, "sharer", "declined")
    make_person(clinic, "helper", member=people["floor"].member)
    return clinic, people, host


@pytest.mark.parametrize(
    ("to_whom", "names", "count"),
    [
        (ToWhom(states=("going",)), ["floor", "french"], 2),
        (ToWhom(states=("waiting",)), ["waiting"], 1),
        (ToWhom(states=("offered",)), [], 0),
        (ToWhom(states=("going", "waiting")), ["floor", "french", "waiting"], 3),
        (ToWhom(states=("going",), listening="fr"), ["french"], 1),
        (ToWhom(states=("going",), listening="floor"), ["floor"], 1),
        (ToWhom(states=("going",), speaking="fr"), ["french"], 1),
        (ToWhom(states=("going",), speaking="sw"), ["floor"], 1),
        (ToWhom(roles=("host", "sharer")), [], 1),
        (ToWhom(roles=("interpreter",), speaking="fr"), [], 1),
        (ToWhom(roles=("interpreter",), speaking="ar"), [], 0),
        (ToWhom(states=("going",), roles=("helper",)), ["floor", "french"], 2),  # who has both gets one letter
    ],
)
def test_it_goes_to_those_who_were_chosen_and_to_nobody_twice(world, to_whom, names, count):
    clinic, people, _host = world
    meant = meant_by(to_whom, clinic)

    assert set(meant.seats) == {people[name] for name in names}
    assert len(meant.addressees()) == count


def test_each_reads_it_in_their_language_with_the_authors_name_and_no_address(world, coordinator):
    clinic, people, _host = world
    write(clinic, coordinator)

    by_member = {letter.member_id: letter for letter in letters()}
    english = rendered(by_member[people["floor"].member_id])
    french = rendered(by_member[people["french"].member_id])
    assert (english.subject, french.subject) == ("Bring a pen", "Un stylo")
    assert english.text.startswith(f"{coordinator} writes to you about this clinic")
    assert "Please bring a pen.\nhttps://example.org/pen" in english.text
    assert 'href="https://example.org/pen"' in english.html
    assert coordinator.email not in english.text + english.html and LINK not in english.text
    arabic = rendered(by_member[people["floor"].member_id], "ar")
    assert 'lang="en" dir="ltr"' in arabic.html


def test_of_a_clinic_that_was_cancelled_no_letter_tells_of_a_call_or_a_seat(world, coordinator, now):
    write(world[0], coordinator, ToWhom(states=("going",), roles=("host",)))
    assert all("/safe-space/" in rendered(letter).text for letter in letters())

    Clinic.objects.update(state="cancelled", cancel_reason="Ill")

    assert letters().count() == 3
    for letter in letters():
        told = rendered(letter)
        for text in (told.text, told.html):
            assert "/clinics/" in text and ("has been cancelled" in text or letter.language == "fr")
            assert "/join/" not in text and "/safe-space/" not in text and "give your seat back" not in text


def test_what_is_typed_is_text_and_never_markup(coordinator):
    clinic = make_clinic()
    going(clinic)
    write(clinic, coordinator, texts={"en": ("<b>Hi</b>", "<script>alert(1)</script>")})

    html = rendered(letters().get()).html
    assert "&lt;script&gt;" in html and "<script>" not in html


def test_pressing_twice_sends_it_once(world, coordinator):
    clinic, _people, _host = world
    pressed = uuid4()

    assert write(clinic, coordinator, pressed=pressed) == write(clinic, coordinator, pressed=pressed)
    assert (letters().count(), ClinicMessage.objects.count()) == (2, 1)
    act = Act.objects.get(verb="write_to_clinic")
    assert act.actor == coordinator


def test_who_writes_too_often_is_refused_for_a_while(world, coordinator):
    clinic, _people, _host = world
    for _number in range(3):
        write(clinic, coordinator)

    with pytest.raises(WroteTooOften):
        write(clinic, coordinator)
    write(clinic, coordinator, now=NOW + timedelta(hours=1, minutes=1))


@pytest.mark.parametrize(
    ("fields", "now"),
    [({"state": "draft"}, NOW), ({}, START + timedelta(days=14, hours=2))],
    ids=["draft", "long over"],
)
def test_nobody_is_written_to_about_a_draft_or_long_after(coordinator, fields, now):
    with pytest.raises(NotToBeWrittenTo):
        write(make_clinic(**fields), coordinator, now=now)


def test_nobody_chosen_nothing_sent_and_a_liaison_of_another_region_writes_nothing(coordinator):
    clinic = make_clinic(region="MENA")
    going(clinic)

    with pytest.raises(NobodyToWriteTo):
        write(clinic, coordinator, ToWhom(states=("waiting",)))
    with pytest.raises(NotYourClinic):
        write(clinic, make_liaison("LAC"))
    assert not ClinicMessage.objects.exists()


def test_who_signs_off_before_it_leaves_does_not_get_it(world, coordinator):
    clinic, people, _host = world
    write(clinic, coordinator)
    rsvp = people["floor"]
    cancel_rsvp(clinic=clinic, member=rsvp.member, by=rsvp.member, now=NOW)
    kind = kinds.get("clinics.from_the_host")
    [notice] = kind.reads([Notice.objects.get(rsvp=rsvp).pk], NOW)

    assert kind.still_owed(notice, NOW) == "no longer signed up"


def test_the_words_are_deleted_after_90_days_and_with_their_author(world, coordinator):
    clinic, _people, _host = world
    write(clinic, coordinator)
    assert forget_old_messages(NOW + KEPT_FOR - MINUTE) == 0
    assert forget_old_messages(NOW + KEPT_FOR) == 2
    write(clinic, coordinator)

    erase_member(member=coordinator, by=coordinator, now=NOW)

    assert (ClinicMessage.objects.count(), ClinicMessageText.objects.count()) == (2, 0)
    kind = kinds.get("clinics.from_the_host")
    [notice] = kind.reads([letters().last().about_id], NOW)
    assert kind.still_owed(notice, NOW) == "what was written is deleted"


# At the desk


@pytest.fixture
def now():
    with time_machine.travel(NOW, tick=False):
        yield


def desk(clinic):
    return reverse("admin:clinics_clinic_write", args=[clinic.pk])


def typed(**values):
    usual = {
        "states": ["going"],
        "subject_en": "Bring a pen",
        "text_en": "Please bring a pen.",
        "pressed": str(uuid4()),
    }
    return {**usual, **values}


def test_the_desk_asks_once_more_with_the_number_and_a_sample_in_each_language(client, coordinator, world, now):
    clinic, people, _host = world
    Suppression.objects.create(
        address_hash=fingerprints(people["french"].member.email)[0], scope="all", source="desk", made_at=NOW
    )
    client.force_login(coordinator)
    data = typed(subject_fr="Un stylo", text_fr="Apportez un stylo.")

    asked = client.post(desk(clinic), data)
    french = client.post(desk(clinic), {**data, "sample": "fr"})

    assert "It goes to 1 person: those who have a seat." in asked.content.decode()

    assert "Send 1 email" in asked.content.decode()
    assert "1 reader gets no email" in asked.content.decode()
    assert "Apportez un stylo." in french.content.decode()
    assert not letters().exists()
    carried = dict(asked.context["carried"]) | {asked.context["brings_back"]: "1"}
    again = client.post(desk(clinic), carried).content.decode()
    assert "Apportez un stylo." in again and "Please bring a pen." in again

    client.post(desk(clinic), {**data, "confirmed": "1"})
    with time_machine.travel(timezone.now() + timedelta(seconds=2), tick=False):
        second = client.post(desk(clinic), {**data, "confirmed": "1"}, follow=True).content.decode()
    assert "This was sent already" in second
    assert ClinicMessage.objects.get().by == coordinator
    page = client.get(desk(clinic)).content.decode()
    assert "Please bring a pen." in page and str(coordinator) in page


@pytest.mark.parametrize(
    ("values", "refusal"),
    [
        ({"states": []}, "Choose whom you write to."),
        ({"text_en": ""}, "An email has a subject and a text."),
        ({"subject_en": "", "text_en": ""}, "Write something, in one language at least."),
        ({"text_en": f"Come to {LINK}"}, "This is the link of the call"),
        ({"states": [], "roles": ["host"], "listening": "floor"}, "Only those who signed up listen"),
    ],
)
def test_the_desk_says_at_the_field_what_is_missing_and_loses_nothing(client, coordinator, world, now, values, refusal):
    client.force_login(coordinator)

    page = client.post(desk(world[0]), typed(**values, confirmed="9")).content.decode()

    assert refusal in page
    assert not ClinicMessage.objects.exists()


def test_the_link_of_a_channel_goes_out_in_no_letter_either(client, coordinator, world, now):
    world[0].channels.update(meeting_link="https://meet.example.org/in-french?pwd=1")
    client.force_login(coordinator)

    data = typed(text_en="Come to meet.example.org/in-french", confirmed="9")
    assert "This is the link of the call" in client.post(desk(world[0]), data).content.decode()
    assert not ClinicMessage.objects.exists()


def test_the_tab_of_those_who_come_leads_there(client, coordinator, world):
    client.force_login(coordinator)

    page = client.get(reverse("admin:clinics_clinic_who_comes", args=[world[0].pk])).content.decode()

    assert desk(world[0]) in page
