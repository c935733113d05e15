"""A seat in one page: an address, a code, done; and for somebody signed in one tap."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import gettext, override

from clinics.domain.people import ClinicRole
from clinics.models import AccessNeed, Clinic, ClinicSeries, KeptSignUp, LanguageNeed, Rsvp, SeatQuestion
from clinics.planning.plans import cancel_clinic
from clinics.tests.factories import START, TICKED, make_channel, make_clinic, make_person, sign_up
from letsconnect.base.models import Act
from mailings.models import Letter, Suppression
from registrations import documents
from registrations.models import Consent, Member, SignInCode
from registrations.privacy.erasing import erase_member
from registrations.tests.factories import NOW, make_agreed_member, make_coordinator, make_member

pytestmark = pytest.mark.django_db
ADDRESS = "ada@example.org"
IN_FORCE = documents.in_force(on=NOW.date())


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def clinic(db):
    return make_clinic()


@pytest.fixture
def agreed(db):
    return make_agreed_member(on=NOW.date())


def path(name, clinic, *more):
    return reverse(f"clinics:{name}", args=[clinic.pk, *more])


def ask(browser, clinic, address=ADDRESS, **typed):
    """Type the form as a visitor does."""
    return browser.post(path("rsvp-make", clinic), {"email": address, "zone": "America/Bogota", **TICKED, **typed})


def type_code(browser, mailoutbox, *, follow=False):
    code = re.search(r"\b\d{6}\b", mailoutbox[-1].body)[0]
    return browser.post(reverse("registrations:sign-in-code"), {"code": code}, follow=follow)


def press_link(browser, mailoutbox):
    key = re.search(r"key=(\w+)", mailoutbox[-1].body)[1]
    return browser.post(reverse("registrations:sign-in-link"), {"key": key})


def words(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_a_visitor_has_a_seat_with_the_code_and_presses_nothing_else(client, clinic, mailoutbox):
    assert ask(client, clinic).url == reverse("registrations:sign-in-code")
    assert not Rsvp.objects.exists()

    response = type_code(client, mailoutbox)

    seat = Rsvp.objects.get()
    assert response.url == path("clinic-detail", clinic)
    assert (seat.member.email, seat.member.zone, seat.state) == (ADDRESS, "America/Bogota", "going")
    assert not KeptSignUp.objects.exists()
    assert "You have a seat." in client.get(response.url).content.decode()


def test_everything_that_was_typed_comes_along(client, clinic, mailoutbox):
    channel = make_channel(clinic, "ar")
    make_person(clinic, ClinicRole.INTERPRETER, channel=channel)
    ask(
        client,
        clinic,
        name="Ada",
        listens_in="ar",
        question="How long?",
        access_need="Captions",
        language_need="sw",
        shows_name="on",
    )
    type_code(client, mailoutbox)

    seat = Rsvp.objects.get()
    assert (seat.member.name, seat.channel, seat.shows_name) == ("Ada", channel, True)
    told = [AccessNeed.objects.get().text, SeatQuestion.objects.get().text, LanguageNeed.objects.get().language]
    assert told == ["Captions", "How long?", "sw"]
    kept = dict(Consent.objects.given().filter(member=seat.member).values_list("document", "version"))
    assert kept == {name: IN_FORCE[name] for name in ("code_of_conduct", "privacy_notice")}


def test_the_page_of_the_code_says_for_which_clinic_it_is(client, clinic, mailoutbox):
    ask(client, clinic)

    page = client.get(reverse("registrations:sign-in-code")).content.decode()

    assert "Asking for money kindly" in page
    assert "there is nothing else to press" in page
    assert "Take a seat</button>" in page


def test_the_link_of_the_letter_takes_the_seat_in_another_browser_and_shows_what_was_typed(client, clinic, mailoutbox):
    ask(client, clinic, question="How long?", access_need="Captions")
    phone = Client()
    link = re.search(r"(/sign-in/\S*key=\w+)", mailoutbox[-1].body)[1]

    page = phone.get(link).content.decode()
    assert not Rsvp.objects.exists()
    assert [said for said in ("How long?", "Captions", "Asking for money kindly") if said not in page] == []
    response = press_link(phone, mailoutbox)

    assert response.url == path("clinic-detail", clinic)
    assert Rsvp.objects.get().is_going
    assert SeatQuestion.objects.get().text == "How long?"


def test_known_and_unknown_addresses_see_the_same(client, clinic, mailoutbox):
    known = make_member(email="known@example.org")
    pages = []
    for address in (known.email, ADDRESS):
        browser = Client()
        answer = ask(browser, clinic, address)
        page = browser.get(answer.url).content.decode().replace(address, "…")
        pages.append(
            (answer.status_code, re.sub(r'name="(csrfmiddlewaretoken|leads_to)" value="[^"]*"|nonce="[^"]*"', "", page))
        )

    assert pages[0] == pages[1]
    assert len(mailoutbox) == 2


def test_a_wrong_code_takes_no_seat_and_keeps_the_form(client, clinic, mailoutbox):
    ask(client, clinic)

    assert client.post(reverse("registrations:sign-in-code"), {"code": "000000"}).status_code == 200
    assert not Rsvp.objects.exists()
    assert KeptSignUp.objects.count() == 1


@pytest.mark.parametrize("language", ["en", "es", "fr", "pt", "ar"])
@pytest.mark.parametrize(("capacity", "button"), [(5, "Take a seat"), (0, "Join the waiting list")])
def test_the_button_of_the_code_is_called_as_that_of_the_page_before(client, language, capacity, button):
    clinic = make_clinic(capacity=1)
    if not capacity:
        sign_up(clinic, 1)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    with override(language):
        named = gettext(button) + "</button>"

    html = client.get(path("clinic-detail", clinic)).content.decode()
    assert named in html
    with override(language):
        promised = "you are signed up" if capacity else "you are on the waiting list"
        told = f"We send a code to this address. Once you type it, {promised}: no password, nothing else to press."
        assert gettext(told) in html
    ask(client, clinic)
    assert named in client.get(reverse("registrations:sign-in-code")).content.decode()


# One act has one name: in each language a part of the word that all that is said of the act shares.
_TAKE = ("Take a seat", "Take the seat", "Take the seat and join", "Take a seat all the same")
_SIGN_UP = ("Signed up", "Nobody has signed up yet.", "Sign up on the page of the clinic", "I signed up")
_JOIN = ("Join the clinic", "Join now", "Take the seat and join", "I pressed the button to join")
_CERTIFICATE = ("My certificate", "My certificates", "Check a certificate", "My certificates of this clinic")
_REVOKED = ("Why it is revoked", "The certificate is revoked.", "the certificate is not revoked")
_CLAIM = ("Yes, I take the seat", "Take the seat, or pass it on", "I can claim it until")
_SAY = ("Say how it was", "Say how it was, without your name")


@pytest.mark.parametrize(
    ("language", "word", "texts"),
    [
        ("ar", "حجز|حاجز", (*_TAKE, *_SIGN_UP)),
        ("ar", "دخ", _JOIN),
        ("ar", "إلغا|أُلغي|ملغا", _REVOKED),
        ("ar", "خذ", _CLAIM),
        ("ar", "إبداء الرأي", _SAY),
        ("ar", "عادة مقعد|عد مقعد|أُعيد مقعد", ("Give my seat back", "Your seat is given back: %(title)s")),
        ("es", "[Rr]eserva", _TAKE),
        ("es", "nscri", _SIGN_UP),
        ("es", "[Ee]ntrar", (*_JOIN, "Join the waiting list")),
        ("es", "cómo fue", ("Say how it was", "Say how it was, without your name")),
        ("fr", "ertificat", _CERTIFICATE),
        ("pt", "[Rr]eserva", _TAKE),
        ("pt", "[Ff]i(co|car) com", _CLAIM),
        ("pt", "nscr", _SIGN_UP),
    ],
)
def test_an_act_has_one_name_in_a_language(language, word, texts):
    with override(language):
        assert [text for text in texts if not re.search(word, gettext(text))] == []


@pytest.mark.parametrize("missing", [["code_of_conduct"], ["privacy_notice"], ["code_of_conduct", "privacy_notice"]])
def test_without_agreeing_nothing_is_sent_and_nothing_typed_is_lost(client, clinic, mailoutbox, missing):
    response = ask(client, clinic, question="How long?", **dict.fromkeys(missing, ""))

    page = response.content.decode()
    assert response.status_code == 422
    assert page.count("Please agree to this first") == 1 and page.count('aria-invalid="true"') == len(missing)
    assert all(f'<a href="#id_{document}">' in page for document in missing)
    assert "How long?" in page
    assert ADDRESS in page
    assert not mailoutbox
    assert not KeptSignUp.objects.exists()


@pytest.mark.parametrize("address", ["", "nowhere", "two@example.org, three@example.org"])
def test_an_address_that_is_none_is_refused_at_its_field(client, clinic, address):
    response = ask(client, clinic, address, question="How long?")

    assert response.status_code == 422
    assert "How long?" in response.content.decode()
    assert "email" in response.context["sign_up"].form.errors


def test_at_the_limit_of_letters_the_newest_one_takes_the_seat_with_what_was_typed_last(
    client, clinic, mailoutbox, settings
):
    settings.SIGN_IN_CODES_PER_HOUR = 1
    ask(client, clinic)
    other = Client()

    response = ask(other, clinic, question="How long?")

    assert response.status_code == 429
    assert reverse("registrations:sign-in-code") in response.content.decode()
    type_code(other, mailoutbox)
    assert SeatQuestion.objects.get().text == "How long?"


def test_a_clinic_that_fills_between_page_and_code_has_a_waiting_list_with_words(client, mailoutbox):
    clinic = make_clinic(capacity=1)
    ask(client, clinic)
    sign_up(clinic, 1)

    response = type_code(client, mailoutbox)

    assert Rsvp.objects.get(member__email=ADDRESS).is_waiting
    assert words(response)[0] == "The last seat was taken while you typed."
    assert "All seats are taken, so you wait for one now." in words(response)[1]


def test_a_clinic_that_is_cancelled_or_closes_between_page_and_code_says_so(client, clinic, mailoutbox):
    ask(client, clinic)
    cancel_clinic(clinic=clinic, reason="The sharer is ill.", by=make_coordinator(), now=NOW)
    assert "This clinic has been cancelled." in words(type_code(client, mailoutbox))

    closes = make_clinic(starts_at=NOW + timedelta(minutes=65), closes_minutes_before=60)
    other = Client()
    ask(other, closes, "eve@example.org")
    with time_machine.travel(NOW + timedelta(minutes=6), tick=False):
        assert "Sign-up for this clinic has closed." in words(type_code(other, mailoutbox))
    assert not Rsvp.objects.exists()


def test_a_code_of_conduct_that_is_new_meanwhile_is_asked_for_with_all_that_was_typed(
    client, clinic, mailoutbox, settings
):
    ask(client, clinic, question="How long?")
    today = NOW.date()
    versions = settings.DOCUMENT_VERSIONS
    settings.DOCUMENT_VERSIONS = {**versions, "code_of_conduct": [*versions["code_of_conduct"], ("2099-01", today)]}

    page = type_code(client, mailoutbox, follow=True).content.decode()

    assert not Rsvp.objects.exists()
    assert "There is a newer version" in page
    assert "How long?" in page
    assert 'name="version-code_of_conduct" value="2099-01"' in page
    typed = {**TICKED, "version-code_of_conduct": "2099-01", "question": "How long?"}
    client.post(path("rsvp-make", clinic), typed)
    assert Rsvp.objects.get().is_going
    assert Consent.objects.given().filter(version="2099-01").exists()


def test_the_address_of_somebody_erased_makes_somebody_new(client, clinic, mailoutbox):
    was = make_member(email=ADDRESS)
    erase_member(member=was, by=was, now=NOW)
    ask(client, clinic)
    type_code(client, mailoutbox)

    assert Rsvp.objects.get().member != was


def test_a_suppressed_address_gets_a_code_and_is_told_that_letters_do_not_reach_it(client, clinic, mailoutbox):
    Suppression.objects.suppress([ADDRESS], source="person", now=NOW)
    ask(client, clinic)

    assert "Our emails do not reach you: please look here before it begins." in words(type_code(client, mailoutbox))[0]
    assert Rsvp.objects.get().is_going


def test_the_code_typed_twice_takes_one_seat_and_leads_to_the_clinic(client, clinic, mailoutbox):
    ask(client, clinic)
    twin = Client()
    twin.cookies = client.cookies.copy()
    cookies = client.cookies.copy()
    type_code(client, mailoutbox)
    twin.cookies = cookies

    second = type_code(twin, mailoutbox)

    assert second.status_code == 302
    assert Rsvp.objects.count() == 1


def test_the_same_form_sent_twice_takes_one_seat(client, clinic, mailoutbox):
    ask(client, clinic, question="How long?")
    ask(client, clinic, question="How long does it take?")

    type_code(client, mailoutbox)

    assert Rsvp.objects.count() == 1
    assert SeatQuestion.objects.get().text == "How long does it take?"
    assert not KeptSignUp.objects.exists()


def test_a_form_is_shown_to_nobody_but_its_address_and_the_browser_in_which_it_was_typed(client, clinic, mailoutbox):
    ask(client, clinic, access_need="Captions")
    kept = path("sign-up-kept", clinic, KeptSignUp.objects.get().key)
    stranger, other = Client(), Client()
    other.force_login(make_member())

    assert "Captions" in client.get(kept).content.decode()
    for browser in (stranger, other):
        assert browser.get(kept).url == path("clinic-detail", clinic)
    assert not Rsvp.objects.exists()


def test_another_address_is_asked_for_on_the_page_of_the_clinic_with_all_that_was_typed(client, clinic, mailoutbox):
    ask(client, clinic, "wrong@example.org", question="How long?")

    page = client.post(reverse("registrations:sign-in-other"), follow=True).content.decode()
    assert "How long?" in page
    assert "wrong@example.org" not in page

    ask(client, clinic, question="How long?")
    type_code(client, mailoutbox)
    assert Rsvp.objects.get().member.email == ADDRESS


def test_of_two_tabs_each_takes_the_seat_that_it_shows(clinic, mailoutbox):
    browser, later = Client(enforce_csrf_checks=True), make_clinic(starts_at=START + timedelta(days=1))
    tabs = []
    for wanted in (clinic, later):
        token = browser.get(path("clinic-detail", wanted)).cookies["csrftoken"].value
        sent = ask(browser, wanted, csrfmiddlewaretoken=token)
        page = browser.get(sent.url).content.decode()
        tabs.append(dict(re.findall(r'name="(csrfmiddlewaretoken|leads_to)" value="([^"]+)"', page)))
    for number, tab in enumerate(tabs):
        code = re.search(r"\b\d{6}\b", mailoutbox[number].body)[0]
        answer = browser.post(reverse("registrations:sign-in-code"), {"code": code, **tab})
        if not number:
            assert answer.url == path("clinic-detail", clinic)
            assert [seat.clinic for seat in Rsvp.objects.all()] == [clinic]

    assert answer.url == tabs[1]["leads_to"]  # signed in by the first tab: one press is left, with all that was typed
    form = browser.get(answer.url)
    assert 'name="email"' not in form.content.decode()


def test_whoever_signs_in_with_another_address_gets_nothing_that_was_typed_for_this_one(client, clinic, mailoutbox):
    ask(client, clinic, "victim@example.org", access_need="Captions")
    leads_to = path("sign-up-kept", clinic, KeptSignUp.objects.get().key)
    other = Client()
    other.post(reverse("registrations:sign-in"), {"email": ADDRESS, "zone": "UTC", "next": leads_to})

    response = type_code(other, mailoutbox)

    assert response.url == reverse("home")
    assert not Rsvp.objects.exists()


def test_a_member_who_has_agreed_presses_once(client, clinic, agreed):
    client.force_login(agreed)
    page = client.get(path("clinic-detail", clinic)).content.decode()
    assert 'name="email"' not in page
    assert 'name="code_of_conduct"' not in page

    client.post(path("rsvp-make", clinic))

    assert Rsvp.objects.get().is_going


def test_a_member_agrees_here_once(client, clinic):
    member = make_member()
    client.force_login(member)
    assert client.post(path("rsvp-make", clinic)).status_code == 422

    client.post(path("rsvp-make", clinic), TICKED)

    assert Rsvp.objects.get().is_going
    assert 'name="code_of_conduct"' not in client.get(path("clinic-detail", make_clinic())).content.decode()


@pytest.mark.parametrize("version", ["", "\x00", "2021\x00", "²", "1" * 300, "no such", "\ud800"])
def test_a_version_that_cannot_be_counts_as_none(client, clinic, version):
    client.force_login(make_member())
    odd = {f"version-{name}": version.encode("utf-8", "replace") for name in documents.REQUIRED}

    response = client.post(path("rsvp-make", clinic), TICKED | odd)

    assert response.status_code == 422
    assert "There is a newer version" in response.content.decode()
    assert not Rsvp.objects.exists() and not Consent.objects.exists()


def test_an_agreement_in_its_days_of_grace_is_enough(client, clinic, settings, agreed):
    versions = settings.DOCUMENT_VERSIONS
    settings.DOCUMENT_VERSIONS = {
        **versions,
        "code_of_conduct": [*versions["code_of_conduct"], ("2099-01", NOW.date() - timedelta(days=3))],
    }
    client.force_login(agreed)

    client.post(path("rsvp-make", clinic))

    assert Rsvp.objects.get().is_going


def test_a_name_is_never_written_over(client, clinic, mailoutbox):
    make_member(email=ADDRESS, name="Ada Lovelace")
    ask(client, clinic, name="Somebody else")
    type_code(client, mailoutbox)

    assert Member.objects.get(email=ADDRESS).name == "Ada Lovelace"


def test_only_channels_that_somebody_interprets_can_be_chosen(client, clinic, agreed):
    make_channel(clinic, "fr")
    client.force_login(agreed)
    assert 'name="listens_in"' not in client.get(path("clinic-detail", clinic)).content.decode()

    make_person(clinic, ClinicRole.INTERPRETER, channel=make_channel(clinic, "ar"))
    assert client.post(path("rsvp-make", clinic), {"listens_in": "fr"}).status_code == 422
    client.post(path("rsvp-make", clinic), {"listens_in": "ar"})

    assert Rsvp.objects.get().channel.language == "ar"


def test_a_reader_is_offered_the_channel_of_their_own_language(client, clinic):
    make_person(clinic, ClinicRole.INTERPRETER, channel=make_channel(clinic, "ar"))

    def chosen(language):
        form = client.get(path("clinic-detail", clinic), headers={"accept-language": language}).context["sign_up"].form
        return form["listens_in"].value()

    assert [chosen(language) for language in ("ar", "en", "fr")] == ["ar", "", ""]


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_language_the_clinic_has_cannot_be_needed(client, clinic, agreed, language):
    make_person(clinic, ClinicRole.INTERPRETER, channel=make_channel(clinic, "ar"))
    client.force_login(agreed)

    response = client.post(path("rsvp-make", clinic), {"language_need": language})

    assert response.status_code == 422
    assert "language_need" in response.context["sign_up"].form.errors


def test_at_the_door_whoever_finds_a_seat_free_takes_it_whatever_the_closing_and_the_queue(client, mailoutbox):
    clinic = make_clinic(capacity=1, closes_minutes_before=60)
    going, waiting = sign_up(clinic, 2)
    with time_machine.travel(START - timedelta(minutes=29), tick=False):
        assert "If one becomes free, you can take it here at once" in text_of_page(client, clinic)
        Rsvp.objects.filter(pk=going.pk).update(state="cancelled", seat=None, seated_at=None)
        other = Client()
        other.force_login(waiting.member)
        assert "the first to take the seat has it" in text_of_page(other, clinic)
        ask(client, clinic)
        type_code(client, mailoutbox)

    assert clinic.rsvps.going().get().member.email == ADDRESS


def test_an_offer_that_has_ended_takes_no_seat_on_any_page_before_the_sweep_looks(client, agreed):
    clinic = make_clinic(capacity=1)
    seat = sign_up(clinic, 1)[0]
    seats = Rsvp.objects.filter(pk=seat.pk)
    seats.update(state="offered", seated_at=None, claim_by=NOW + timedelta(hours=4))

    def shown(now):
        with time_machine.travel(now, tick=False):
            page = text_of_page(client, clinic)
        left = Clinic.objects.counting_seats(now=now).get().places_left
        return left, f"{left} of 1" in page, "Take a seat</button>" in page

    assert shown(NOW) == (0, True, False)
    assert shown(NOW + timedelta(hours=4)) == (1, True, True)
    seats.update(claim_by=START)  # offered for another hour, before the clinic was moved
    assert shown(START - timedelta(minutes=31)) == (0, True, False)
    with time_machine.travel(START - timedelta(minutes=30), tick=False):
        client.force_login(agreed)
        assert "Take a seat</button>" in text_of_page(client, clinic)
        assert "Take the seat and join" in client.get(path("clinic-join", clinic)).content.decode()
        client.post(path("rsvp-make", clinic))
    assert clinic.rsvps.going().get().member == agreed


def test_the_people_of_a_clinic_are_told_that_they_need_no_seat(client, clinic):
    client.force_login(make_person(clinic, ClinicRole.SHARER).member)

    assert "You need no seat" in text_of_page(client, clinic)


def text_of_page(browser, clinic):
    return browser.get(path("clinic-detail", clinic)).content.decode()


# Series and editions


@pytest.fixture
def series(db):
    row = ClinicSeries.objects.create(name="Asking for money")
    return [make_clinic(title=f"Part {i}", starts_at=START + timedelta(days=7 * i), series=row) for i in (1, 2, 3)]


def test_one_press_signs_up_for_all_parts_of_a_series(client, series, mailoutbox):
    sign_up(series[2], 3)
    page = client.get(path("clinic-detail", series[0])).content.decode()
    assert "Sign me up for all 3 parts of the series" in page

    ask(client, series[0], all_parts="on", question="How long?")
    response = type_code(client, mailoutbox)

    mine = Rsvp.objects.filter(member__email=ADDRESS).order_by("clinic_id")
    assert [rsvp.state for rsvp in mine] == ["going", "going", "waiting"]
    assert "Of the other 2 parts you have a seat at 1. At those that are full you are on the waiting list." in words(
        response
    )


def test_parts_that_can_be_taken_are_taken_and_the_others_are_named_with_the_reason(client, series, agreed):
    """The first part begins in twenty minutes and is full: nobody waits there any more."""
    sign_up(series[0], 3)
    client.force_login(agreed)
    with time_machine.travel(START + timedelta(days=7, minutes=-20), tick=False):
        full = client.post(path("rsvp-make", series[0]), {"all_parts": "on", "question": "How long?"}, follow=True)
        from_another = client.post(path("rsvp-make", series[1]), {"all_parts": "on"}, follow=True)

    mine = Rsvp.objects.of(agreed).order_by("clinic_id")
    assert [(seat.clinic, seat.state) for seat in mine] == [(series[1], "going"), (series[2], "going")]
    assert SeatQuestion.objects.count() == 2
    for page in (full, from_another):
        assert "You are not signed up for “Part 1”. All seats are taken." in page.content.decode()


def test_where_no_part_can_be_taken_the_reason_is_that_of_the_clinic_asked_for(client, series, agreed):
    for part in series:
        make_person(part, ClinicRole.HOST, member=agreed)
    client.force_login(agreed)

    page = client.post(path("rsvp-make", series[0]), {"all_parts": "on"}, follow=True).content.decode()

    assert "You take part in this clinic as one of its people" in page
    assert not Rsvp.objects.exists()


def test_all_parts_leave_out_those_somebody_takes_at_another_hour_or_takes_part_in(client, series, agreed):
    """The other hour of the second part is no part of the series itself."""
    elsewhen = make_clinic(edition_of=series[1], starts_at=START + timedelta(days=40))
    make_person(series[2], ClinicRole.SHARER, member=agreed)
    client.force_login(agreed)
    client.post(path("rsvp-make", elsewhen))

    assert client.get(path("clinic-detail", series[0])).context["sign_up"].parts == []
    client.post(path("rsvp-make", series[0]), {"all_parts": "on"})

    assert {seat.clinic for seat in Rsvp.objects.of(agreed)} == {elsewhen, series[0]}


def test_each_part_by_itself(client, series, agreed):
    client.force_login(agreed)

    client.post(path("rsvp-make", series[1]))

    assert Rsvp.objects.get().clinic == series[1]


def test_parts_that_are_over_or_drafts_are_not_offered(client, series):
    make_clinic(series=series[0].series, state="draft")
    make_clinic(series=series[0].series, starts_at=NOW - timedelta(days=2), state="held")

    assert client.get(path("clinic-detail", series[0])).context["sign_up"].parts == series[1:]


def test_the_page_takes_the_same_number_of_queries_at_3_and_at_12_parts(client, series):
    def count():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path("clinic-detail", series[0])).status_code == 200
        return len(queries)

    client.get(path("clinic-detail", series[0]))
    three = count()
    for day in range(9):
        make_clinic(title="More", starts_at=START + timedelta(days=30 + day), series=series[0].series)

    assert count() == three


@pytest.fixture
def editions(db):
    first = make_clinic()
    return first, make_clinic(starts_at=START + timedelta(hours=8), edition_of=first)


def test_taking_the_other_edition_frees_the_first_after_being_told(client, editions, agreed):
    first, second = editions
    client.force_login(agreed)
    client.post(path("rsvp-make", first))
    page = client.get(path("clinic-detail", second)).content.decode()
    assert "You have a seat at the same clinic at another hour" in page

    assert client.post(path("rsvp-make", second)).status_code == 422
    assert not second.rsvps.exists()
    warnings = client.get(path("clinic-detail", second)).context["sign_up"].warnings
    client.post(path("rsvp-make", second), {"told": [key for key, _sentence in warnings]})

    assert first.rsvps.get().state == "cancelled"
    assert second.rsvps.get().is_going


def test_a_visitor_with_a_seat_at_another_edition_is_told_after_the_code(client, editions, mailoutbox):
    first, second = editions
    ask(client, first)
    type_code(client, mailoutbox)
    visitor = Client()
    ask(visitor, second, question="How long?")

    page = type_code(visitor, mailoutbox, follow=True).content.decode()

    assert "People take one of the two." in page
    assert "How long?" in page
    assert not second.rsvps.exists()


def test_an_edition_that_fills_after_the_warning_is_told_again_before_a_seat_is_lost(client, editions, agreed):
    first, second = editions
    client.force_login(agreed)
    client.post(path("rsvp-make", first))
    warnings = client.get(path("clinic-detail", second)).context["sign_up"].warnings
    sign_up(second, 3)

    response = client.post(path("rsvp-make", second), {"told": [key for key, _sentence in warnings]})

    assert response.status_code == 422
    assert "Here all seats are taken" in response.content.decode()
    assert first.rsvps.get().is_going


def test_somebody_who_has_agreed_to_be_elsewhere_is_told_and_chooses(client, clinic, agreed):
    elsewhere = make_clinic(title="Writing reports")
    client.force_login(agreed)
    client.post(path("rsvp-make", elsewhere))

    page = client.get(path("clinic-detail", clinic))
    assert "Writing reports" in page.content.decode()
    assert client.post(path("rsvp-make", clinic)).status_code == 422
    client.post(path("rsvp-make", clinic), {"told": [key for key, _text in page.context["sign_up"].warnings]})

    assert Rsvp.objects.of(agreed).going().count() == 2


# What was said with a seat


def test_what_was_said_can_be_changed_and_taken_back(client, clinic, agreed):
    client.force_login(agreed)
    client.post(path("rsvp-make", clinic), {"question": "How long?", "access_need": "Captions", "language_need": "sw"})

    client.post(path("seat-wishes", clinic), {"question": "How long is it?", "shows_name": "on"})

    assert SeatQuestion.objects.get().text == "How long is it?"
    assert not AccessNeed.objects.exists()
    assert not LanguageNeed.objects.exists()
    assert Rsvp.objects.get().shows_name


def test_what_is_refused_is_shown_with_what_was_typed(client, clinic, agreed):
    client.force_login(agreed)
    client.post(path("rsvp-make", clinic))

    response = client.post(path("seat-wishes", clinic), {"question": "How long?", "access_need": "x" * 501})

    assert response.status_code == 422
    assert "How long?" in response.content.decode()


def test_somebody_without_a_seat_says_nothing_with_it(client, clinic, agreed):
    client.force_login(agreed)

    assert client.post(path("seat-wishes", clinic), {"question": "How long?"}).status_code == 404


def test_who_needs_something_stands_in_no_log(client, clinic, agreed):
    client.force_login(agreed)
    client.post(path("rsvp-make", clinic), {"access_need": "Captions"})

    assert sorted(Act.objects.values_list("verb", flat=True)) == ["rsvp"]
    assert "Captions" not in str(list(Letter.objects.values()))


def test_names_are_shown_to_those_with_a_seat_and_only_of_those_who_want_it(client, clinic):
    shown, hidden, reader = (rsvp.member for rsvp in sign_up(clinic, 3))
    Rsvp.objects.filter(member=shown).update(shows_name=True)
    pages = {}
    for who, member in {"visitor": None, "stranger": make_member(), "reader": reader}.items():
        browser = Client()
        if member:
            browser.force_login(member)
        pages[who] = browser.get(path("clinic-detail", clinic)).content.decode()

    assert [who for who, page in pages.items() if shown.name in page] == ["reader"]
    assert not any(hidden.name in page for page in pages.values())


def test_the_page_of_a_visitor_asks_little_of_the_database(client, clinic):
    make_person(clinic, ClinicRole.INTERPRETER, channel=make_channel(clinic, "ar"))
    client.get(path("clinic-detail", clinic))
    with CaptureQueriesContext(connection) as queries:
        client.get(path("clinic-detail", clinic))

    assert len(queries) <= 8, "\n".join(query["sql"].split(" FROM ")[-1][:150] for query in queries)


def test_no_link_to_the_page_of_signing_in_does_what_somebody_else_typed(client, clinic):
    """They would see the name of the clinic only, and not the question that would be asked in their name."""
    planted = reverse("clinics:sign-up-kept", args=[clinic.pk, "x" * 22])

    client.post(reverse("registrations:sign-in") + f"?next={planted}", {"email": "ana@example.org", "next": planted})

    assert SignInCode.objects.get().leads_to == ""
