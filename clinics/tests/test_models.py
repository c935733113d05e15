"""The rules the database keeps, each broken on purpose, and the querysets."""

from datetime import timedelta
from functools import partial

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.db.models import TextField, Value
from django.utils import translation

from clinics.domain.clinics import ClinicState, ForWhom, RsvpState
from clinics.models import CLOSES_AT, ENDS_AT, Clinic, ClinicSeatRules, ClinicSeries, ClinicText, Rsvp
from clinics.planning.editions import originals_for
from clinics.seats import rsvps as seats
from clinics.seats.rsvps import cancel_rsvp
from clinics.tests.factories import START, make_channel, make_clinic, sign_up
from letsconnect.tests.database import change, refuses
from registrations.tests.factories import NOW, make_member

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("column", "value", "constraint"),
    [
        ("state", "dreamt", "clinics_state_is_known"),
        ("capacity", 0, "clinics_capacity_is_sensible"),
        ("capacity", 2001, "clinics_capacity_is_sensible"),
        ("minutes", 14, "clinics_length_is_a_quarter_to_a_day"),
        ("fold", 2, "clinics_fold_is_first_or_second"),
        ("meeting_link", "http://meet.example.org/", "clinics_meeting_link_is_encrypted"),
        ("state", ClinicState.CANCELLED, "clinics_cancelled_has_a_reason"),
        ("cancel_reason", "because", "clinics_cancelled_has_a_reason"),
        ("announced_at", None, "clinics_announced_has_its_moment"),
        ("announced_at", START, "clinics_announced_before_the_start"),
        ("held_at", START + timedelta(hours=2), "clinics_held_has_its_moment"),
        ("state", ClinicState.HELD, "clinics_held_has_its_moment"),
        ("format", "concert", "clinics_format_is_known"),
        ("for_whom", "nobody", "clinics_for_whom_is_known"),
        ("for_whom", ForWhom.REGIONS, "clinics_several_regions_are_named"),
        ("regions", ["SA", "SSA"], "clinics_several_regions_are_named"),
        ("venue", "moon", "clinics_venue_is_known"),
        ("place", "Town hall, Accra", "clinics_a_call_has_no_place"),
        ("partner", Value("one\ntwo", output_field=TextField()), "clinics_place_and_partner_can_be_seen"),
    ],
)
def test_an_impossible_clinic_is_refused(column, value, constraint):
    clinic = make_clinic()

    refuses(constraint, lambda: Clinic.objects.filter(pk=clinic.pk).update(**{column: value}))


@pytest.mark.parametrize(
    ("regions", "constraint"),
    [
        ([], "clinics_several_regions_are_named"),
        (["SA"], "clinics_several_regions_are_named"),
        (["SA", "XX"], "clinics_regions_are_known"),
    ],
)
def test_a_clinic_for_several_regions_names_two_that_exist(regions, constraint):
    clinic = make_clinic(for_whom=ForWhom.REGIONS, regions=["SA", "SSA"])

    refuses(constraint, change(clinic, regions=regions))


def test_a_series_has_a_name_that_can_be_seen():
    refuses("clinics_series_has_a_name", lambda: ClinicSeries.objects.create(name=""))
    series, two_lines = ClinicSeries.objects.create(name="Asking"), Value("one\ntwo", output_field=TextField())
    refuses("clinics_series_name_can_be_seen", change(series, name=two_lines))


def test_a_clinic_is_held_once_it_is_over():
    clinic = make_clinic(state=ClinicState.HELD)

    refuses("clinics_held_after_the_end", change(clinic, held_at=clinic.ends_at - timedelta(minutes=1)))


def test_an_edition_belongs_to_a_clinic_that_is_no_edition():
    clinic, other = make_clinic(), make_clinic()
    edition = make_clinic(edition_of=clinic)

    refuses("clinics_no_edition_of_itself", change(other, edition_of=other))
    refuses("clinics_no_edition_of_an_edition", change(other, edition_of=edition))
    refuses("clinics_no_edition_of_an_edition", change(clinic, edition_of=other))
    refuses("clinics_clinic_pkey|clinics_what_an_edition_refers_to", change(other, id=clinic.pk))
    assert set(originals_for(other)) == {clinic}
    assert not originals_for(clinic).exists()
    assert list(Clinic.objects.editions_beside(edition)) == [clinic]


def test_a_member_has_one_rsvp_per_clinic():
    (rsvp,) = sign_up(make_clinic(), 1)

    refuses(
        "clinics_one_rsvp_per_member",
        lambda: Rsvp.objects.create(clinic=rsvp.clinic, member=rsvp.member, state=RsvpState.CANCELLED, made_at=NOW),
    )


def test_a_seat_is_taken_by_one_person_going_or_offered():
    one, two = sign_up(make_clinic(), 2)
    offered = {"state": RsvpState.OFFERED, "claim_by": NOW}

    for more in ({}, offered):
        refuses("clinics_seat_unique_among_going_and_offered", change(two, seat=one.seat, **more))
    change(one, **offered)()
    refuses("clinics_seat_unique_among_going_and_offered", change(two, seat=one.seat, **offered))


HAS_A_SEAT = "clinics_going_and_offered_have_a_seat_and_others_none"
HAS_A_TIME = "clinics_offered_has_a_time_to_claim_and_others_none"


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"seat": None}, HAS_A_SEAT),
        ({"seat": 0}, HAS_A_SEAT),
        ({"seated_at": None}, "clinics_going_since_a_moment"),
        ({"state": RsvpState.CANCELLED}, HAS_A_SEAT),
        ({"state": RsvpState.OFFERED, "claim_by": NOW, "seat": None}, HAS_A_SEAT),
        ({"state": RsvpState.OFFERED}, HAS_A_TIME),
        ({"claim_by": NOW}, HAS_A_TIME),
        ({"state": RsvpState.WAITING, "seat": None}, "clinics_waiting_has_a_place_and_others_none"),
        ({"place": 1}, "clinics_waiting_has_a_place_and_others_none"),
        ({"state": "maybe", "seat": None}, "clinics_rsvp_state_is_known"),
    ],
)
def test_going_has_a_seat_offered_a_time_as_well_and_waiting_a_place(values, constraint):
    (rsvp,) = sign_up(make_clinic(), 1)

    refuses(constraint, change(rsvp, **values))


def test_people_listen_in_a_channel_of_the_clinic_they_come_to():
    clinic, other = make_clinic(), make_clinic()
    (rsvp,) = sign_up(clinic, 1)
    channel, elsewhere = make_channel(clinic), make_channel(other)

    refuses("clinics_rsvp_listens_at_the_clinic", change(rsvp, channel=elsewhere))
    change(rsvp, channel=channel)()
    refuses("clinics_rsvp_listens_at_the_clinic", change(rsvp, clinic=other))

    with connection.cursor() as cursor:  # past all actions
        cursor.execute("DELETE FROM clinics_channel WHERE id = %s", [channel.pk])
    rsvp.refresh_from_db()
    assert (rsvp.channel, rsvp.state, rsvp.clinic) == (None, RsvpState.GOING, clinic)


def test_the_rules_for_seats_are_one_row_with_a_sensible_cut_off():
    refuses("clinics_seat_rules_are_one_row", lambda: ClinicSeatRules.objects.create(pk=2))
    for hours in (0, 14 * 24 + 1):
        refuses("clinics_seat_rules_are_sensible", partial(ClinicSeatRules.objects.create, pk=1, cut_off_hours=hours))


def test_a_clinic_has_one_text_per_language_and_each_has_a_title():
    clinic = make_clinic()

    refuses("clinics_one_text_per_language", lambda: ClinicText.objects.create(clinic=clinic, language="en", title="2"))
    refuses("clinics_text_has_a_title", lambda: ClinicText.objects.create(clinic=clinic, language="fr", title=""))


def test_drafts_are_seen_by_those_who_look_after_them_only(member, liaison, other_liaison):
    draft, shown = make_clinic(state=ClinicState.DRAFT, region="MENA"), make_clinic()

    assert list(Clinic.objects.visible_to(AnonymousUser())) == [shown]
    assert list(Clinic.objects.visible_to(member)) == [shown]
    assert set(Clinic.objects.visible_to(liaison)) == {draft, shown}
    assert list(Clinic.objects.visible_to(other_liaison)) == [shown]


def test_a_clinic_is_upcoming_until_its_end_then_past():
    clinic = make_clinic(minutes=90)
    end = START + timedelta(minutes=90)

    assert list(Clinic.objects.upcoming(now=end - timedelta(seconds=1))) == [clinic]
    assert list(Clinic.objects.past(now=end - timedelta(seconds=1))) == []
    assert list(Clinic.objects.upcoming(now=end)) == []
    assert list(Clinic.objects.past(now=end)) == [clinic]


def test_a_cancelled_clinic_is_never_among_the_past_ones():
    make_clinic(state=ClinicState.CANCELLED)

    assert not Clinic.objects.past(now=START + timedelta(days=1)).exists()


@pytest.mark.parametrize(
    ("reader", "expected"),
    [("en", "Money"), ("es", "Dinheiro"), ("pt", "Dinheiro"), ("fr", "Argent"), ("ar", "\u2068Money\u2069")],
)
def test_a_reader_gets_the_text_they_understand_best(reader, expected):
    clinic = make_clinic(title="Money")
    ClinicText.objects.create(clinic=clinic, language="pt", title="Dinheiro", summary="…", state="ready")
    ClinicText.objects.create(clinic=clinic, language="fr", title="Argent", summary="…", state="ready")

    with translation.override(reader):
        assert str(Clinic.objects.get()) == expected


def test_without_a_text_in_the_chain_the_floor_language_is_next():
    clinic = make_clinic(title="المال", language="ar", floor_language="fr")
    ClinicText.objects.create(clinic=clinic, language="fr", title="Argent", summary="…", state="ready")

    assert clinic.text_in("en").language == "fr"


def test_my_clinics_are_those_i_am_signed_up_for_and_which_are_not_over(member):
    now = NOW
    first = make_clinic(starts_at=START)
    sign_up(make_clinic(starts_at=START), 1)
    later = make_clinic(starts_at=START + timedelta(days=1), capacity=1)
    sign_up(later, 1)
    given_up = make_clinic()
    for clinic in (later, first, given_up):
        seats.rsvp(clinic=clinic, member=member, by=member, now=now)
    cancel_rsvp(clinic=given_up, member=member, by=member, now=now)

    mine = Rsvp.objects.active_for(member, now=now)
    assert [(rsvp.clinic, rsvp.state) for rsvp in mine] == [(first, "going"), (later, "waiting")]
    assert not Rsvp.objects.active_for(member, now=START + timedelta(days=3)).exists()


def test_positions_count_those_who_came_before():
    rsvps = sign_up(make_clinic(capacity=1), 4)

    assert [rsvp.position() for rsvp in rsvps] == [None, 1, 2, 3]


def test_somebody_elses_rsvp_is_nobodys_business(member, stranger, liaison, other_liaison):
    clinic = make_clinic(region="MENA")
    seats.rsvp(clinic=clinic, member=member, by=member, now=NOW)

    assert Rsvp.objects.visible_to(member).count() == 1
    assert Rsvp.objects.visible_to(stranger).count() == 0
    assert Rsvp.objects.visible_to(liaison).count() == 1
    assert Rsvp.objects.visible_to(other_liaison).count() == 0
    assert make_member().rsvps.count() == 0


def test_a_clinic_and_the_database_say_alike_when_it_ends_and_when_sign_up_closes():
    make_clinic(minutes=95, closes_minutes_before=70)

    clinic = Clinic.objects.annotate(ends=ENDS_AT, closes=CLOSES_AT).get()

    assert (clinic.ends, clinic.closes) == (clinic.ends_at, clinic.closes_at)
