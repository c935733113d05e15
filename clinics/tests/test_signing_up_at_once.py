"""Two who sign up at the same moment: nobody waits for ever, and nobody has two seats."""

from datetime import timedelta

import pytest

from clinics.domain.clinics import ClinicError
from clinics.models import ClinicSeries, Rsvp
from clinics.seats.editions import seats_at_other_editions
from clinics.seats.rsvps import rsvp
from clinics.signing_up import taking
from clinics.signing_up.taking import SignUp, sign_up, warnings
from clinics.signing_up.wishes import SeatWishes
from clinics.tests.factories import START, make_clinic
from letsconnect.tests.at_once import at_once, meet_after
from registrations.tests.factories import NOW, make_agreement, make_member

pytestmark = pytest.mark.django_db(transaction=True)


def make_agreed():
    member = make_member()
    make_agreement(member)
    return member


def takes(clinic, member, **form):
    return lambda: sign_up(clinic=clinic, member=member, form=SignUp(**form), by=member, now=NOW)


def test_two_who_sign_up_for_a_series_from_both_of_its_ends_do_not_wait_for_each_other(monkeypatch):
    series = ClinicSeries.objects.create(name="Asking for money")
    parts = [make_clinic(capacity=1, series=series, starts_at=START + timedelta(days=day)) for day in range(3)]
    meet_after(monkeypatch, taking, "agree_as_ticked", people=2)

    at_once(takes(parts[0], make_agreed(), all_parts=True), takes(parts[2], make_agreed(), all_parts=True))

    for part in parts:
        assert sorted(part.rsvps.values_list("state", flat=True)) == ["going", "waiting"]


def test_two_who_change_editions_crosswise_do_not_wait_for_each_other(monkeypatch):
    first = make_clinic(capacity=1)
    second = make_clinic(capacity=1, edition_of=first, starts_at=START + timedelta(hours=8))
    one, other = make_agreed(), make_agreed()
    for clinic, member in ((first, one), (second, other)):
        rsvp(clinic=clinic, member=member, by=member, now=NOW)
    wanted = ((second, one), (first, other))
    told = [
        [key for key, _text in warnings(clinic, seats_at_other_editions(clinic, member, now=NOW), now=NOW)]
        for clinic, member in wanted
    ]
    meet_after(monkeypatch, taking, "agree_as_ticked", people=2)

    at_once(*(takes(*pair, was_told=keys) for pair, keys in zip(wanted, told, strict=True)), refusals=(ClinicError,))

    for member in (one, other):
        assert Rsvp.objects.of(member).active().count() == 1


def test_the_same_form_from_two_windows_takes_one_seat():
    clinic, member = make_clinic(), make_agreed()
    forms = [{"wishes": SeatWishes(question=text)} for text in ("How long?", "How long is it?")]

    at_once(*(takes(clinic, member, **form) for form in forms))

    assert Rsvp.objects.get().is_going
    assert Rsvp.objects.get().question.text in ("How long?", "How long is it?")
