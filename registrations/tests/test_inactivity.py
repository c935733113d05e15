"""Half a year without a word: asked once, paused a month later, never deleted; any sign of life resets it."""

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse

from letsconnect.base.links import sign
from letsconnect.base.models import Act
from mailings.ledger.draining import drain
from mailings.models import Letter
from registrations.domain.registrations import (
    QUIET_AFTER,
    STILL_IN_WITHIN,
    UNTIL_THEY_RETURN,
    NotYours,
    RegistrationState,
)
from registrations.models import Member, Registration
from registrations.participation import inactivity, inactivity_emails, pausing
from registrations.participation.inactivity_emails import PURPOSE
from registrations.privacy import erasing
from registrations.tests.factories import NOW, make_coordinator, make_member, make_registration

LONG_AGO = (NOW - QUIET_AFTER - timedelta(days=1)).date()
DAY = timedelta(days=1)


@pytest.fixture
def quiet(db):
    """The registration of somebody not seen for half a year and a day."""
    return make_registration(member=make_member(last_seen_on=LONG_AGO), name="Ana")


def letters(kind):
    return Letter.objects.filter(kind=f"registrations.{kind}")


def be_asked(registration, at=NOW):
    assert inactivity.ask_still_in(at) == 1
    registration.refresh_from_db()
    return inactivity_emails.link(registration).split("8000")[-1]


def test_the_question_is_asked_once_in_a_quiet_time(quiet):
    be_asked(quiet)

    for day in range(1, 29):
        assert inactivity.ask_still_in(NOW + day * DAY) == 0
    assert letters("still_in").count() == 1


@pytest.mark.parametrize("days", [1, 0])
def test_half_a_year_is_counted_to_the_day(db, days):
    seen = (NOW - QUIET_AFTER).date() - days * DAY
    make_registration(member=make_member(last_seen_on=seen))

    assert inactivity.ask_still_in(NOW) == days


@pytest.mark.parametrize(
    ("state", "fields"),
    [
        ("draft", {}),
        ("submitted", {}),
        ("needs_changes", {}),
        ("withdrawn", {}),
        ("approved", {"paused_until": NOW.date() + 9 * DAY}),
        ("approved", {"away_until": NOW.date() + 9 * DAY}),
    ],
)
def test_who_is_not_matched_anyway_is_not_asked(db, state, fields):
    make_registration(member=make_member(last_seen_on=LONG_AGO), state=state, **fields)

    assert inactivity.ask_still_in(NOW) == 0


def test_a_newcomer_never_seen_since_we_count_is_as_old_as_their_account(db):
    make_registration(member=make_member(joined_at=NOW - QUIET_AFTER + 2 * DAY))
    old = make_registration(member=make_member(joined_at=NOW - QUIET_AFTER - 2 * DAY))

    assert inactivity.ask_still_in(NOW) == 1
    old.refresh_from_db()
    assert old.still_in_asked_on == NOW.date()


def test_no_answer_in_a_month_pauses_with_one_letter_and_deletes_nothing(quiet):
    be_asked(quiet)
    assert inactivity.pause_silent(NOW + STILL_IN_WITHIN - DAY) == 0

    assert inactivity.pause_silent(NOW + STILL_IN_WITHIN) == 1
    assert inactivity.pause_silent(NOW + STILL_IN_WITHIN + DAY) == 0

    quiet.refresh_from_db()
    assert (quiet.paused_until, quiet.state, quiet.name) == (UNTIL_THEY_RETURN, RegistrationState.APPROVED, "Ana")
    assert letters("paused_for_silence").count() == 1
    for months in (6, 12, 24):
        assert inactivity.ask_still_in(NOW + months * 31 * DAY) == 0


def test_the_link_alone_keeps_things_as_they_are_in_nobodys_name(quiet, client):
    """A program that reads letters fetches the page and submits its form: nobody is seen, and nothing is confirmed."""
    page = be_asked(quiet)
    before = quiet.confirmed_on

    with time_machine.travel(NOW + DAY, tick=False):
        assert client.get(page).status_code == 200
        quiet.refresh_from_db()
        assert quiet.kept_in_by_link_on is None
        for _ in range(2):
            assert client.post(page).status_code == 200

    quiet.refresh_from_db()
    quiet.member.refresh_from_db()
    assert (quiet.kept_in_by_link_on, quiet.still_in_asked_on) == ((NOW + DAY).date(), NOW.date())
    assert (quiet.member.last_seen_on, quiet.confirmed_on) == (LONG_AGO, before)
    assert inactivity.pause_silent(NOW + STILL_IN_WITHIN + DAY) == 0
    assert [(act.verb, act.actor) for act in Act.objects.on(quiet)] == [("keep_in_by_link", None)]
    assert "_auth_user_id" not in client.session


def test_the_person_signed_in_says_it_themselves(quiet, client):
    page = be_asked(quiet)
    client.post(page)
    with time_machine.travel(NOW + DAY, tick=False):
        client.force_login(quiet.member)
        client.post(page)

    quiet.refresh_from_db()
    assert (quiet.still_in_asked_on, quiet.kept_in_by_link_on) == (None, None)
    assert quiet.confirmed_on == (NOW + DAY).date()
    assert Act.objects.get(verb="stay_in").actor == quiet.member


def test_somebody_else_signed_in_is_no_more_than_the_link(quiet, client):
    page = be_asked(quiet)
    stranger = make_member()
    client.force_login(stranger)
    client.post(page)

    assert [(act.verb, act.actor) for act in Act.objects.on(quiet)] == [("keep_in_by_link", None)]
    quiet.member.refresh_from_db()
    assert quiet.member.last_seen_on == LONG_AGO


def test_a_link_ends_no_pause_and_the_person_signed_in_does(quiet, client):
    page = be_asked(quiet)
    inactivity.pause_silent(NOW + STILL_IN_WITHIN)
    later = NOW + STILL_IN_WITHIN + DAY

    with time_machine.travel(later, tick=False):
        answer = client.post(page)
        quiet.refresh_from_db()
        assert answer.status_code == 302 and "/sign-in/" in answer["Location"]
        assert quiet.paused_until == UNTIL_THEY_RETURN
        assert not Act.objects.on(quiet).filter(verb__contains="link").exists()
        client.force_login(quiet.member)
        client.post(page)

    assert Registration.objects.matchable(on=later.date()).filter(pk=quiet.pk).exists()


def test_what_the_link_did_can_be_taken_back_by_the_link_and_among_ones_data(quiet, client):
    page = be_asked(quiet)
    client.post(page)
    assert "Take it back" in client.post(page).content.decode()
    client.post(page, {"undo": "yes"})
    quiet.refresh_from_db()
    assert quiet.kept_in_by_link_on is None

    client.post(page)
    client.force_login(quiet.member)
    my_data = reverse("registrations:my-data")
    assert reverse("registrations:link-undo") in client.get(my_data).content.decode()
    assert client.post(reverse("registrations:link-undo")).status_code == 302
    quiet.refresh_from_db()
    assert quiet.kept_in_by_link_on is None
    assert reverse("registrations:link-undo") not in client.get(my_data).content.decode()
    assert [(act.verb, act.actor) for act in Act.objects.on(quiet)] == [
        ("keep_in_by_link", None),
        ("undo_link_by_link", None),
        ("keep_in_by_link", None),
        ("undo_link", quiet.member),
    ]


def test_the_link_of_an_earlier_question_takes_back_nothing_that_a_later_one_did(client, quiet):
    earlier, later = be_asked(quiet), NOW + QUIET_AFTER + DAY
    latest = be_asked(quiet, later)
    with time_machine.travel(later, tick=False):
        client.post(latest)

        assert client.post(earlier, {"undo": "yes"}).status_code == 410

    quiet.refresh_from_db()
    assert quiet.kept_in_by_link_on == later.date()


def test_nobody_takes_back_for_somebody_else(quiet, client):
    be_asked(quiet)
    inactivity.keep_in_by_link(registration=quiet, asked_on=NOW.date(), now=NOW)
    with pytest.raises(NotYours):
        inactivity.undo_link(registration=quiet, by=make_member(), now=NOW)
    quiet.refresh_from_db()
    assert quiet.kept_in_by_link_on == NOW.date()


def test_the_link_answers_its_own_question_and_no_later_one(quiet, client):
    page = be_asked(quiet)
    inactivity.keep_in_by_link(registration=quiet, asked_on=NOW.date(), now=NOW)
    again = NOW + QUIET_AFTER + 2 * DAY
    be_asked(quiet, at=again)
    assert quiet.kept_in_by_link_on is None

    assert client.post(page).status_code == 410
    assert inactivity.pause_silent(again + STILL_IN_WITHIN) == 1


def test_the_database_knows_no_answer_without_a_question(quiet):
    with pytest.raises(IntegrityError, match="registrations_a_link_answers_a_question"), transaction.atomic():
        Registration.objects.filter(pk=quiet.pk).update(kept_in_by_link_on=NOW.date())


def test_the_button_leaves_a_pause_the_person_chose(quiet):
    pausing.pause_registration(member=quiet.member, until=(NOW + 90 * DAY).date(), by=quiet.member, now=NOW)

    inactivity.stay_in(registration=quiet, by=quiet.member, now=NOW)

    quiet.refresh_from_db()
    assert quiet.paused_until == (NOW + 90 * DAY).date()


@pytest.mark.parametrize(
    "token",
    ["nonsense", sign("claim", 1), sign(PURPOSE, "1"), sign(PURPOSE, 2**62)],
    ids=["nonsense", "another purpose", "text", "nobody"],  # signed by the second: two test runners would differ
)
def test_a_link_of_our_own_only(db, client, token):
    assert client.get(f"/still-in/{token}/").status_code == 410
    assert client.post(f"/still-in/{token}/").status_code == 410


def test_the_link_of_somebody_who_left_or_was_erased_does_nothing(quiet, client):
    page = be_asked(quiet)
    make_coordinator()
    erasing.erase_member(member=quiet.member, by=quiet.member, now=NOW)

    assert client.post(page).status_code == 410
    assert Member.objects.get(pk=quiet.member_id).last_seen_on is None


def test_any_sign_of_life_resets_and_a_new_quiet_time_is_asked_about_anew(quiet):
    be_asked(quiet)
    quiet.member.be_seen(on=(NOW + DAY).date())

    assert inactivity.pause_silent(NOW + STILL_IN_WITHIN + DAY) == 0
    again = NOW + QUIET_AFTER + 2 * DAY
    assert inactivity.ask_still_in(again - DAY) == 0
    assert inactivity.ask_still_in(again) == 1
    assert letters("still_in").count() == 2
    assert inactivity.pause_silent(again + STILL_IN_WITHIN) == 1


def test_a_letter_overtaken_by_the_person_is_not_sent(quiet, mailoutbox):
    be_asked(quiet)
    quiet.member.be_seen(on=NOW.date())

    drain(now=NOW)

    assert mailoutbox == []
    assert letters("still_in").get().state == "skipped"


def test_the_letters_hold_the_link_that_works(quiet, client, mailoutbox):
    be_asked(quiet)
    drain(now=NOW)
    inactivity.pause_silent(NOW + STILL_IN_WITHIN)
    drain(now=NOW + STILL_IN_WITHIN)

    assert [letter.subject for letter in mailoutbox] == ["Are you still in?", "Your registration is paused"]
    for letter in mailoutbox:
        link = next(line for line in letter.body.splitlines() if "/still-in/" in line)
        assert client.get(link.split("8000")[-1]).status_code == 200
        assert "/still-in/" in letter.alternatives[0][0]


def test_buttons_and_signing_in_are_noted_once_a_day_and_looking_is_not(client, member, django_assert_num_queries):
    with time_machine.travel(NOW, tick=False):
        client.force_login(member)
        member.refresh_from_db()
        assert member.last_seen_on == NOW.date()
    with time_machine.travel(NOW + DAY, tick=False):
        client.get(reverse("home"))
        member.refresh_from_db()
        assert member.last_seen_on == NOW.date()
        client.post(reverse("set-language"), {"language": "fr"})
        member.refresh_from_db()
        assert member.last_seen_on == (NOW + DAY).date()
    with django_assert_num_queries(0):
        member.be_seen(on=(NOW + DAY).date())


@pytest.mark.parametrize(("late", "days"), [(0, 30), (5, 25), (29, 1)])
def test_a_letter_that_leaves_late_says_how_many_days_are_left(quiet, late, days):
    be_asked(quiet)
    with time_machine.travel(NOW + late * DAY, tick=False):
        assert inactivity_emails.still_in_owed(quiet, NOW + late * DAY) is None
        text = inactivity_emails.render_still_in(quiet, "en", "UTC").text

    assert f"within {days} day{'s' if days > 1 else ''}, your registration is paused" in text
    assert inactivity.pause_silent(NOW + (late + days - 1) * DAY) == 0
    assert inactivity.pause_silent(NOW + (late + days) * DAY) == 1


def test_the_question_is_not_put_to_somebody_who_has_no_time_left_to_answer(quiet):
    be_asked(quiet)

    assert inactivity_emails.still_in_owed(quiet, NOW + STILL_IN_WITHIN) is not None


@pytest.mark.parametrize(
    ("becomes_of_the_question", "is_said"),
    [("sent", True), ("skipped", False), ("failed", False), ("queued", False), ("uncertain", False)],
)
def test_that_we_asked_is_said_only_where_the_question_left(quiet, becomes_of_the_question, is_said):
    be_asked(quiet)
    reason = "" if becomes_of_the_question in ("sent", "queued") else "the address is suppressed"
    letters("still_in").update(state=becomes_of_the_question, reason=reason, tries=1, sent_at=NOW if is_said else None)
    inactivity.pause_silent(NOW + STILL_IN_WITHIN)
    quiet.refresh_from_db()

    for language, words in (("en", "We asked whether"), ("fr", "Nous vous avons demandé")):
        text = inactivity_emails.render_paused(quiet, language, "UTC").text
        assert (words in text) == is_said
    assert ("We have not heard from you" in inactivity_emails.render_paused(quiet, "en", "UTC").text) != is_said


def test_an_earlier_question_that_left_is_not_taken_for_the_latest(quiet):
    be_asked(quiet)
    letters("still_in").update(state="sent", tries=1, sent_at=NOW)
    be_asked(quiet, NOW + QUIET_AFTER + DAY)
    quiet.refresh_from_db()

    assert "We asked" not in inactivity_emails.render_paused(quiet, "en", "UTC").text
