"""Who sits at the desk reads of themselves what anybody may read of themselves, and no confidence of others."""

from functools import partial

import pytest
from allauth.account.models import EmailAddress
from django.urls import reverse

from clinics.domain.requests import NotYourRequest
from clinics.domain.seats import PutInRefused
from clinics.models import TopicRequest
from clinics.requests import deciding
from clinics.seats.desk import put_in
from clinics.tests.factories import make_clinic
from letsconnect.base import acts
from letsconnect.tests import mass_acts
from letsconnect.tests.database import change, refuses
from letsconnect.tests.opened import as_opened
from matching.domain.feedback import ConcernKind
from matching.domain.matches import ClosedWhy, MatchState, Side
from matching.models import Concern, Exclusion, MatchApproval, SharerRequest
from matching.tests.factories import make_match, make_request
from registrations.domain.registrations import ClaimRefused, NotYours, SeatRefused, SeatRole
from registrations.models import ClaimInvitation, SkillSuggestion, WorkingGroupSeat
from registrations.oldform.claim_links import claim_link
from registrations.oldform.claims import claim_by_link, invite_to_claim
from registrations.participation import blocking
from registrations.review.deciding import accept_changes, review
from registrations.seats.appointing import appoint, end_seat
from registrations.skills.arranging import accept_skill, retire_skill, suggest_skill
from registrations.tests.factories import NOW, make_coordinator, make_liaison, make_member, make_registration
from trust.models import TrustSeat
from trust.seats.appointing import appoint_to_trust_team

WORDS = "Zebrafinch"


@pytest.fixture
def desk(db):
    return make_coordinator()


@pytest.fixture
def reads(client, desk):
    """What two people of the desk find on a page: the one it is about, and a colleague."""

    def find(name, *args):
        found = []
        for reader in (desk, make_coordinator()):
            client.force_login(reader)
            found.append(WORDS in client.get(reverse(f"admin:{name}", args=args)).content.decode())
        return found

    return find


def test_the_reason_of_an_act_about_oneself_is_read_by_colleagues_only(desk, reads):
    own = make_registration(member=desk)
    acts.record(by=make_coordinator(), verb="note", on=own, now=NOW, reason=WORDS)

    assert reads("registrations_registration_history", own.pk) == [False, True]


def test_a_reason_meant_for_them_is_read_by_both(desk, reads):
    own = make_registration(member=desk)
    acts.record(by=make_coordinator(), verb="note", on=own, now=NOW, reason=WORDS, reason_is_for_them=True)

    assert reads("registrations_registration_history", own.pk) == [True, True]


def test_why_the_other_ended_a_match_is_read_by_colleagues_only(desk, reads):
    own, other = make_registration(member=desk, wishes=["wikidata"]), make_registration(offers=["wikidata"])
    match = make_match(
        MatchState.DECLINED,
        learner=own,
        sharer=other,
        closed_by=other.member,
        closed_why=ClosedWhy.NOT_THE_PERSON,
        closed_note=WORDS,
    )

    assert reads("matching_match_change", match.pk) == [False, True]


def test_a_request_for_oneself_is_read_by_colleagues_only(desk, reads):
    own = make_registration(member=desk, offers=["wikidata"], is_findable=True)
    request = make_request(sharer=own, why=WORDS)
    match = make_match(MatchState.PROPOSED, learner=request.learner, sharer=own)

    assert reads("matching_match_change", match.pk) == [False, True]
    assert not SharerRequest.objects.visible_to(desk).exists()
    assert SharerRequest.objects.visible_to(make_coordinator()).exists()


def test_being_kept_apart_from_somebody_is_read_by_colleagues_only(desk):
    one, other = make_registration(member=desk), make_registration()
    Exclusion.objects.create(person=one, other=other, reason=WORDS, made_by=make_coordinator(), made_at=NOW)

    assert not Exclusion.objects.visible_to(desk).exists()
    assert Exclusion.objects.visible_to(make_coordinator()).exists()


@pytest.mark.parametrize("side", ["learner", "sharer"])
def test_who_of_two_asked_never_to_be_matched_again_is_read_by_nobody(client, desk, side):
    match = make_match(MatchState.CONNECTED)
    people = {name: match.person(Side(name)).member for name in ("learner", "sharer")}
    blocking.block_person(
        member=people.pop(side), blocked=people.popitem()[1], by=match.person(Side(side)).member, now=NOW
    )
    client.force_login(desk)

    page = client.get(reverse("admin:matching_match_change", args=[match.pk])).content.decode()
    history = client.get(reverse("admin:matching_match_history", args=[match.pk])).content.decode()

    assert "The two can no longer be matched" in page
    for person in (match.learner, match.sharer):
        assert f"({person.member})" not in page
        assert f"<td>{person.member}</td>" not in history


# Nobody gives themselves rights, or decides about themselves: by no action, and by no statement.


def test_nobody_gives_themselves_a_seat_another_region_or_more_time(desk):
    other, liaison = make_coordinator(name="Amina"), make_liaison("SSA")
    own, theirs = desk.seats.get(), liaison.seats.get()

    for role, region in ((SeatRole.LIAISON, "SSA"), (SeatRole.EDITOR, ""), (SeatRole.COORDINATOR, "")):
        with pytest.raises(SeatRefused, match="Another coordinator can do it: Amina"):
            appoint(member=desk, role=role, region=region, by=desk, now=NOW)
    given = appoint(member=desk, role=SeatRole.LIAISON, region="SSA", by=other, now=NOW)
    trusted = appoint_to_trust_team(member=desk, by=other, now=NOW)

    assert (given.given_by, trusted.given_by) == (other, other)
    seat = {"role": "liaison", "region": "LAC", "from_on": NOW.date(), "member": desk, "given_by": desk}
    refuses("registrations_nobody_gives_themselves_a_seat", lambda: WorkingGroupSeat.objects.create(**seat))
    refuses("registrations_nobody_gives_themselves_a_seat", change(given, given_by=desk))
    refuses("trust_nobody_gives_themselves_a_seat", change(trusted, given_by=desk))
    refuses("seat_keeps_whose_and_what_for", change(given, region="LAC"))
    refuses("seat_keeps_whose_and_what_for", change(own, from_on=own.from_on.replace(year=2020)))
    refuses("seat_keeps_whose_and_what_for", change(theirs, member=desk))
    refuses("seat_keeps_whose_and_what_for", lambda: TrustSeat.objects.filter(pk=trusted.pk).update(member=liaison))


def test_everybody_gives_up_their_own_seat(desk):
    liaison = make_liaison("SSA")

    assert end_seat(seat=liaison.seats.get(), until_on=NOW.date(), by=liaison, now=NOW).until_on == NOW.date()


def test_nobody_decides_on_their_own_match(desk):
    own, other = make_registration(member=desk, wishes=["wikidata"]), make_registration(offers=["wikidata"])
    match = make_match(learner=own, sharer=other)
    approval = {"match": match, "side": "sharer", "region": "MENA", "approved_at": NOW}
    concern = Concern.objects.create(kind=ConcernKind.ABSENT_TWICE, registration=own, raised_at=NOW)
    apart = {"person": own, "other": other, "reason": "so", "made_at": NOW}
    exclusion = Exclusion.objects.create(made_by=make_coordinator(), **apart)
    over = {"closed_at": NOW, "closed_by": desk, "closed_why": ClosedWhy.POOR_FIT, "state": MatchState.REFUSED}

    for write in (
        change(match, approved_by=desk, approved_at=NOW),
        change(match, made_by=desk, made_by_hand=True),
        change(match, **over),
        change(match, **{**over, "state": MatchState.WITHDRAWN, "closed_why": ClosedWhy.SWAPPED}),
        lambda: MatchApproval.objects.create(approved_by=desk, **approval),
        change(exclusion, lifted_by=desk, lifted_at=NOW, lifted_why="so"),
        change(exclusion, made_by=desk),
        change(concern, closed_at=NOW, closed_by=desk),
    ):
        refuses("matching_nobody_decides_about_themselves", write)


def test_nobody_decides_on_what_they_asked_for_suggested_or_handed_in(client, desk):
    other = make_coordinator(name="Amina")
    own = make_registration(state="submitted", member=desk)
    skill = suggest_skill(name="Knitting", language="en", by=desk, now=NOW)
    topic = TopicRequest.objects.create(words="Knots", language="en", member=desk, made_at=NOW)
    clinic = make_clinic()

    for refusal, act in (
        (NotYours, lambda by: review(registration=own, decision="approved", note="", by=by, now=NOW)),
        (NotYours, lambda by: accept_changes(registration=own, version=own.version, by=by, now=NOW)),
        (NotYours, lambda by: accept_skill(skill=skill, family="tactics", by=by, now=NOW)),
        (NotYours, lambda by: retire_skill(skill=skill, by=by, now=NOW)),
        (NotYourRequest, lambda by: deciding.decline_request(request=topic, reason="No.", by=by, now=NOW)),
        (PutInRefused, lambda by: put_in(clinic=clinic, member=desk, by=by, now=NOW)),
    ):
        with pytest.raises(refusal):
            act(desk)
    client.force_login(desk)
    pages = {
        "registrations_registration_change": own,
        "registrations_skill_change": skill,
        "clinics_topicrequest_change": topic,
    }
    for name, row in pages.items():
        page = client.get(reverse(f"admin:{name}", args=[row.pk])).content.decode()
        assert "It can be done by: Amina." in page
        assert not any(f"/{act}/" in page for act in ("decide", "accept", "retire", "decline", "answer", "plan"))
    accept_skill(skill=skill, family="tactics", by=other, now=NOW)
    deciding.decline_request(request=topic, reason="No.", by=other, now=NOW)

    refuses(
        "registrations_nobody_decides_on_their_own_suggestion", change(SkillSuggestion.objects.get(), decided_by=desk)
    )
    refuses("clinics_nobody_decides_on_their_own_request", change(topic, decided_by=desk))
    refuses("nobody_reviews_their_own", change(own, reviewed_by=desk))


def test_nobody_invites_themselves_to_take_over_a_registration(desk):
    EmailAddress.objects.create(user=desk, email="second@example.org", verified=True)
    unclaimed = partial(make_registration, source="import", member=None)
    for address in (desk.email, "second@example.org"):
        with pytest.raises(ClaimRefused, match="an address of your own"):
            invite_to_claim(registration=unclaimed(imported_address=address), by=desk, now=NOW)
    invitation = invite_to_claim(registration=unclaimed(imported_address="x@example.org"), by=desk, now=NOW)

    with pytest.raises(ClaimRefused, match="sent this link yourself"):
        claim_by_link(token=claim_link(invitation).rstrip("/").rpartition("/")[2], member=desk, now=NOW)
    refuses("nobody_invites_themselves", change(invitation, address=desk.email))
    assert ClaimInvitation.objects.count() == 1


def test_of_many_rows_ones_own_is_refused_with_the_reason_and_the_others_go_through(client, desk):
    own = make_registration(state="submitted", member=desk)
    others = [make_registration(state="submitted", member=make_member()) for _ in range(2)]
    client.force_login(desk)
    everybody = f"{reverse('admin:registrations_registration_changelist')}?show=all"  # one's own is not in the queue

    mass_acts.prepare(client, everybody, "approve", [own, *others], **as_opened(client, everybody))
    page = mass_acts.begin(client).content.decode()

    assert "Nobody reviews their own registration." in page
    assert {row.state for row in map(refreshed, others)} == {"approved"} and refreshed(own).state == "submitted"


def refreshed(row):
    row.refresh_from_db()
    return row
