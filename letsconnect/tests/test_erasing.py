"""Deleting an account: nothing personal is left anywhere, and whoever it concerns is told."""

from datetime import timedelta

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import ForeignKey, OneToOneField

from clinics.models import Rsvp
from clinics.seats.rsvps import rsvp
from letsconnect.base import personal_columns
from letsconnect.base.models import Act
from letsconnect.session_age import SIGNED_IN_AT
from letsconnect.tests.everything import ADDRESS, WORD, make_somebody
from letsconnect.tests.test_conventions import our_models
from mailings.ledger.draining import drain
from mailings.models import Letter
from matching.domain.matches import CLOSED, MatchState
from matching.models import Match
from registrations.accounts import signing_in
from registrations.answers import editing
from registrations.answers.facts import facts_of
from registrations.domain.registrations import ClosedMeanwhile, LastCoordinator, RegistrationState
from registrations.models import Member, Registration
from registrations.privacy import erasing
from registrations.tests.factories import NOW, make_coordinator, make_liaison, make_member, make_registration

# Keys by which a row says who did something, and not whom it is about; so do all that are named after a deed, "…_by".
ACTORS = {
    "base.Act.actor",
    "base.MassAct.by",
    "registrations.OpenReview.by",
    "registrations.ReviewNote.by",
    "base.SecurityEvent.by",
    "registrations.Look.viewer",
    "trust.ReportLook.viewer",
    "mailings.Letter.member",  # emptied by forget_recipient
    "registrations.TeamMessage.recipient",  # the words are their writer's, gone after 30 days
    "trust.Report.about",  # confided by others about somebody: not theirs to empty, gone a year after it is closed
}


def erase(member, **fields):
    return erasing.erase_member(**{"member": member, "by": member, "now": NOW, **fields})


def left_somewhere(word):
    """Search every column of every table of the database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        found = []
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT count(*) FROM "{table}" AS r WHERE r::text ILIKE %s', [f"%{word}%"])
            if cursor.fetchone()[0]:
                found.append(table)
    return found


def not_emptied(member):
    """Walk the schema: which personal column of which row that belongs to the member still says something?"""
    left = []
    for table in personal_columns.tables():
        if not table.owners:
            continue
        if table.is_deleted and table.rows_of(member).exists():
            left.append(table.model._meta.label)
        elif table.personal and not table.is_deleted:
            empty = table.emptied()
            for row in table.rows_of(member).values(*table.personal):
                left += [f"{table.model._meta.label}.{name}" for name, value in row.items() if value != empty[name]]
    return left


@pytest.mark.parametrize("model", our_models(), ids=lambda model: model._meta.label)
def test_every_key_to_a_person_says_whose_row_it_is_or_who_did_it(model):
    table = personal_columns.table_of(model)
    owning = {path.split("__")[0] for path in table.owners}

    for field in model._meta.concrete_fields:
        if isinstance(field, ForeignKey | OneToOneField) and field.related_model in (Member, Registration):
            is_actor = field.name.endswith("_by") or f"{model._meta.label}.{field.name}" in ACTORS
            assert is_actor != (field.name in owning), field.name
    assert table.emptied() is not None


def test_somebody_of_whom_every_table_tells_leaves_nothing_behind(db):
    member = make_somebody()
    silent = [
        table.model._meta.label
        for table in personal_columns.tables()
        if table.owners and not table.rows_of(member).exists()
    ]
    assert silent == ["registrations.WorkingGroupSeat"], "make a row of it in `everything`"
    assert len(left_somewhere(WORD)) > 10

    erase(member)

    assert left_somewhere(WORD) == ["registrations_group"]  # a name made up for the group; it is nobody's
    assert not_emptied(member) == []
    connection.check_constraints()


# In every second match the member is the learner, so with one more before them each state is met from the other side.
SIDES = {"one side": MatchState.values, "other side": [MatchState.ENDED, *MatchState.values]}
PASTS = {
    f"{state}, {side}": (state, SIDES[side])
    for number, state in enumerate(RegistrationState.values)
    for side in (SIDES if state == RegistrationState.APPROVED else [list(SIDES)[number % 2]])
} | {"no match": (RegistrationState.APPROVED, [])}


@pytest.mark.parametrize(("state", "match_states"), PASTS.values(), ids=PASTS.keys())
def test_whatever_had_happened_no_personal_column_stays_filled(db, state, match_states):
    """A registration of each state, with a match of each state: of one approved on either side of it, and with none."""
    member = make_somebody(state=state, match_states=match_states)

    erase(member)

    assert not_emptied(member) == []
    assert "registrations_member" not in left_somewhere(WORD)
    assert set(Match.objects.values_list("state", flat=True)) <= set(CLOSED)
    assert Registration.objects.get(member=member).state == RegistrationState.WITHDRAWN
    connection.check_constraints()


def test_the_others_are_told_and_the_seat_goes_to_the_first_in_the_queue(db):
    member = make_somebody(match_states=[MatchState.CONNECTED, MatchState.ASKED, MatchState.PROPOSED])
    asked = Match.objects.filter(asked_at__isnull=False)
    others = {match.person(match.side_of(member).other).member_id for match in asked}
    full = Rsvp.objects.get(member=member, clinic__capacity=1).clinic
    waiting = make_member()
    rsvp(clinic=full, member=waiting, by=waiting, now=NOW)

    erase(member)

    assert sorted(Match.objects.values_list("state", flat=True)) == ["ended", "withdrawn", "withdrawn"]
    told = Letter.objects.filter(kind__startswith="matching.closed").values_list("member", flat=True)
    assert set(told) == others
    assert len(told) == 2
    assert Rsvp.objects.get(member=waiting).state == "going"
    assert Letter.objects.filter(kind="clinics.moved_up", member=waiting).count() == 1
    assert not Rsvp.objects.active().filter(member=member).exists()


def test_the_kind_letter_to_the_other_names_nobody_once_it_is_sent(db, mailoutbox):
    member = make_somebody(match_states=[MatchState.CONNECTED])

    erase(member)
    drain(now=NOW)

    letter = next(letter for letter in mailoutbox if "has come to its end" in letter.subject)
    assert "Somebody who has left" in letter.body
    assert all(WORD not in letter.body and ADDRESS not in letter.to for letter in mailoutbox)


def test_erasing_twice_is_harmless(db):
    member = make_somebody()
    erase(member)
    before = (Act.objects.count(), Letter.objects.count(), Member.objects.get(pk=member.pk).erased_at)

    erase(member, now=NOW + timedelta(days=1))

    assert (Act.objects.count(), Letter.objects.count(), Member.objects.get(pk=member.pk).erased_at) == before


def test_all_browsers_are_signed_out_and_the_address_is_free_again(db, client):
    member = make_somebody()
    client.force_login(member)
    elsewhere, their_browser = make_member(), client.__class__()
    their_browser.force_login(elsewhere)

    erase(member)

    assert client.get("/my-data/").status_code == 302
    assert their_browser.get("/my-data/").status_code == 200
    # What is left of a session says whose it was by number, and opens nothing.
    words = {key for session in Session.objects.all() for key in session.get_decoded()}
    assert words <= {SESSION_KEY, BACKEND_SESSION_KEY, HASH_SESSION_KEY, SIGNED_IN_AT, "_session_expiry"}
    new = signing_in._member_of(ADDRESS, language="en", zone="UTC", now=NOW)
    assert new.pk != member.pk and new.is_active


def test_the_last_coordinator_stays_until_there_is_another(db):
    member = make_coordinator()

    with pytest.raises(LastCoordinator):
        erase(member)

    make_coordinator()
    erase(member)
    assert not member.seats.filter(until_on=None).exists()
    assert Member.objects.get(pk=member.pk).seat_regions == frozenset()


def test_a_seat_given_today_ends_too(db):
    make_coordinator()
    liaison = make_liaison("LAC")
    liaison.seats.update(from_on=NOW.date())

    erase(liaison)

    assert not Member.objects.get(pk=liaison.pk).is_staff


def test_a_form_that_was_open_brings_nothing_back(db):
    registration = make_registration(name="Ana")
    member = registration.member
    facts = facts_of(registration)
    erase(member)

    with pytest.raises(ClosedMeanwhile):
        editing.save_registration(member=member, facts=facts, version=2, by=member, now=NOW)

    assert Registration.objects.get(member=member).name == ""


def test_what_others_did_for_them_and_they_for_others_keeps_its_place(db):
    reviewer = make_liaison("MENA")
    registration = make_registration(reviewer=reviewer, name="Ana")

    erase(reviewer)

    registration.refresh_from_db()
    assert (registration.reviewed_by, registration.state, registration.name) == (reviewer, "approved", "Ana")


def test_a_letter_on_the_wire_is_emptied_once_its_outcome_is_known(db):
    member = make_somebody()
    letter = Letter.objects.filter(member=member, state="queued").first()
    Letter.objects.filter(pk=letter.pk).update(
        state="submitting", tries=1, claimed_by="worker", lease_until=NOW, address=ADDRESS, gathering_since=None
    )
    erase(member)
    letter.refresh_from_db()
    assert letter.address == ADDRESS

    Letter.objects.filter(pk=letter.pk).update(state="sent", sent_at=NOW, lease_until=None)
    erasing.forget_late_letters(NOW)

    letter.refresh_from_db()
    assert (letter.member, letter.address) == (None, "")
