"""Rows of each kind that waits at the desk, with others beside them that look alike and do not."""

from datetime import datetime, timedelta

from clinics.models import CallList, ChecklistItem, LanguageNeed, Quote, Rsvp
from clinics.tests.after_factories import make_clinic_that_was
from clinics.tests.factories import make_channel, make_clinic, make_person, make_topic_request
from letsconnect.base import acts
from letsconnect.base.models import MassAct
from mailings.models import Letter
from mailings.tests.factories import make_letter
from matching.models import Concern
from matching.tests.factories import make_match, make_request, make_round
from registrations.models import ImportUpload, Member, OverruledDecision, SkillSuggestion
from registrations.tests.factories import (
    NOW,
    coordinator_of_the_test,
    make_coordinator,
    make_member,
    make_registration,
    make_skill,
)
from trust.tests.factories import make_report

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def make_what_waits(region: str, reader: Member, *, since: datetime = NOW - 9 * DAY) -> None:
    """Make one row of each kind that waits for who looks after the region, or for this reader alone."""
    _make_clinics(region, reader, since)
    _make_waits_around_clinics(region, reader, since)
    _make_people(region, since)
    _make_matches(region, since)
    failed = make_letter(now=since)
    Letter.objects.filter(pk=failed.pk).update(state="failed", reason="the mail server refused it", tries=1)
    act = MassAct.objects.create(kind="a.kind", by=reader, state="done", asked_at=since, finished_at=NOW - 2 * DAY)
    act.rows.create(object_id=1, seen_version="1", outcome="refused", reason="Gone.")
    changed = make_registration(region=region)
    own, other = (
        acts.record(by=by, verb="decide_anew", on=changed, now=since) for by in (reader, coordinator_of_the_test())
    )
    OverruledDecision.objects.create(member=reader, own_act=own, by=other, noted_at=since)
    make_report(made_at=since)
    make_report("looking", made_at=since)


def _make_people(region: str, since: datetime) -> None:
    make_registration(state="submitted", region=region, submitted_at=since, changed_at=since)
    make_registration(state="declined", region=region, submitted_at=since)
    SkillSuggestion.objects.create(
        skill=make_skill(f"suggested-{SkillSuggestion.objects.count()}", state="suggested", family=""),
        member=make_member(),
        made_at=since,
    )
    make_member(has_doubtful_address=True, joined_at=since)
    for state, content in (("checked", b"x"), ("failed", None)):
        by = make_coordinator()
        ImportUpload.objects.create(
            file_name="old.csv", size=1, content=content, state=state, uploaded_by=by, uploaded_at=since, asked_at=since
        )


def _make_matches(region: str, since: datetime) -> None:
    people = [make_registration(region=region) for _ in range(6)]
    round_ = make_round(created_at=since)
    make_match("proposed", round=round_, learner=people[0], sharer=people[1], proposed_at=since)
    make_match("approved", round=round_, learner=people[2], sharer=people[3], approved_at=since)
    make_match("refused", round=round_, learner=people[4], sharer=people[5])
    for side in ("learner", "sharer"):  # that is approved; the sharers are of a region of which nobody here is liaison
        one, other = make_registration(region=region), make_registration(region="SA")
        half = make_match("proposed", round=round_, learner=one, sharer=other, proposed_at=since)
        of = {"learner": region, "sharer": "SA"}[side]
        half.approvals.create(side=side, region=of, approved_by=coordinator_of_the_test(), approved_at=since)
    for closed_at in (None, NOW):
        Concern.objects.create(kind="absent_twice", registration=people[0], raised_at=since, closed_at=closed_at)
    for learner, made_at in ((people[0], since), (people[2], NOW - DAY)):
        make_request(learner=learner, sharer=make_registration(region=region, is_findable=True), made_at=made_at)
    make_topic_request(member=make_member(region=region), made_at=since)
    make_topic_request(member=make_member(region=region), made_at=NOW - DAY)


def _make_clinics(region: str, reader: Member, since: datetime) -> None:
    whole = make_clinic(region=region, starts_at=NOW + 5 * HOUR)
    for role in ("sharer", "host"):
        make_person(whole, role)
    lacking = make_clinic(region=region, starts_at=NOW + 6 * DAY, meeting_link="")
    make_channel(lacking)
    make_clinic(region=region, starts_at=NOW + 30 * DAY, meeting_link="")
    make_clinic(region=region, starts_at=NOW - 5 * HOUR)
    make_clinic_that_was(region=region)
    written = make_clinic_that_was(region=region)
    written.outcome, written.outcome_language = "We met.", "en"
    written.save(update_fields=["outcome", "outcome_language"])
    items = {"of the reader": (reader, -7), "later": (reader, 4), "of nobody": (None, -7)}
    for title, (assignee, days) in items.items():
        ChecklistItem.objects.create(clinic=lacking, title=title, days=days, assignee=assignee)


def _make_waits_around_clinics(region: str, reader: Member, since: datetime) -> None:
    """Make one clinic of each kind that lacks nothing but one answer, and beside each one that waits for nobody."""
    whole = [make_clinic(region=region, starts_at=NOW + 20 * DAY) for _ in range(3)]
    make_person(whole[0], "helper", state="asked", asked_at=since)
    make_person(whole[0], "helper", state="asked", asked_at=NOW - DAY)
    make_person(whole[1], "helper", state="to_ask")
    for clinic, state in ((whole[1], "asked"), (whole[2], "open")):
        seat = Rsvp.objects.create(
            clinic=clinic, member=make_member(), state="going", seat=1, made_at=since, seated_at=since
        )
        LanguageNeed.objects.create(
            rsvp=seat, language="sw", state=state, made_at=since, answered_at=None if state == "open" else since
        )
    was = make_clinic_that_was(region=region, outcome="We met.", outcome_language="en")
    CallList.objects.create(clinic=was, brought_by=coordinator_of_the_test(), brought_at=since, read=1)
    quoted, decided, own = (
        make_clinic_that_was(region=region, outcome="We met.", outcome_language="en") for _ in range(3)
    )
    for clinic, member, decided_at in (
        (quoted, make_member(), None),
        (decided, make_member(), since),
        (own, reader, None),
    ):
        Quote.objects.create(
            clinic=clinic,
            member=member,
            text="It helped.",
            as_whom="participant",
            given_at=since,
            decided_at=decided_at,
        )


def make_their_own(reader: Member) -> None:
    """Make what concerns the reader: others of their region look after it, and it does not wait for them."""
    region = next(iter(sorted(reader.seat_regions)), "MENA")
    own = make_registration(state="submitted", member=reader, region=region, submitted_at=NOW - 9 * DAY)
    SkillSuggestion.objects.create(
        skill=make_skill("suggested-own", state="suggested", family=""), member=reader, made_at=NOW - 9 * DAY
    )
    sharer = make_registration(region=region, is_findable=True)
    make_request(learner=own, sharer=sharer, made_at=NOW - 9 * DAY)
    make_topic_request(member=reader, made_at=NOW - 9 * DAY)
    Concern.objects.create(kind="absent_twice", registration=own, raised_at=NOW - 9 * DAY)
    make_match("proposed", learner=own, sharer=sharer, proposed_at=NOW - 9 * DAY)
