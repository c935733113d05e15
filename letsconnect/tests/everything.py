"""One person about whom every table of the portal says something, each personal column filled."""

from datetime import date, timedelta
from uuid import uuid4

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.postgres.fields import ArrayField
from django.contrib.sessions.backends.db import SessionStore
from django.db import models

from clinics.certificates.revoking import revoke_certificate
from clinics.feedback.quoting import give_quote
from clinics.models import (
    AccessNeed,
    AgendaItem,
    Announcement,
    CallList,
    CallListRow,
    ChecklistItem,
    ChecklistReminder,
    ClinicChange,
    ClinicMessage,
    Digest,
    KeptSignUp,
    LanguageNeed,
    LastPress,
    Notice,
    Rsvp,
    SeatQuestion,
)
from clinics.requests.asking import WishedTopic, ask_topic
from clinics.seats import rsvps
from clinics.tests.after_factories import make_certificate, say_of_clinic
from clinics.tests.factories import make_attendance, make_channel, make_clinic, make_person, make_topic_request
from letsconnect.base import acts, personal_columns, security_log
from letsconnect.base.access_log import PeopleShown
from letsconnect.base.models import SavedFilter, SecurityEventKind
from mailings.models import Letter
from mailings.tests.factories import make_bulk_text, make_letter, make_sent_letter, make_subscription
from matching.domain.matches import MatchState
from matching.models import CalendarFeed, Concern, Exclusion, Introduction, RoundParticipant
from matching.tests.factories import make_match, make_request
from matching.tests.feedback_factories import make_hour, say
from matching.tests.session_factories import make_session
from registrations.answers import sensitive, visitors
from registrations.answers.sensitive import SensitiveFacts
from registrations.domain.facts import fingerprint
from registrations.domain.looks import LookKind
from registrations.domain.registrations import AgeRange, Gender
from registrations.models import (
    Block,
    ClaimInvitation,
    Consent,
    Group,
    ImportedKey,
    ImportedRow,
    Look,
    OpenReview,
    OverruledDecision,
    ReviewNote,
    ReviewSnapshot,
    Role,
    SignInCode,
    SkillSuggestion,
    TeamMessage,
)
from registrations.seats.messages import TypedMessage, send_message
from registrations.seats.team import show_on_team_page
from registrations.tests.factories import NOW, make_coordinator, make_member, make_registration, make_skill
from reports.models import EditionQuote
from reports.tests.factories import make_draft
from trust.models import ReportLook
from trust.reports.handling import keep_note, send_report
from trust.seats.appointing import appoint_to_trust_team

WORD = "Zebrafinch"
ADDRESS = f"{WORD}@example.org".lower()


def make_somebody(*, state="approved", match_states=(MatchState.CONNECTED, MatchState.ASKED, MatchState.PROPOSED)):
    """Return the member; their matches are with people of their own."""
    other, coordinator = make_member(), make_coordinator()
    member = make_member(email=ADDRESS, name=WORD, country="TN", region="MENA", language="ar", zone="Africa/Tunis")
    EmailAddress.objects.create(user=member, email=ADDRESS, verified=True, primary=True)
    SocialAccount.objects.create(user=member, provider="mediawiki", uid="7", extra_data={"username": WORD})
    reviewed = {"reviewed_at": NOW, "reviewed_by": coordinator} if state not in ("draft", "submitted") else {}
    registration = make_registration(
        member=member, state=state, offers=["budgeting"], wishes=["wikidata", "lexemes"], speaks=[("ar", 6)], **reviewed
    )
    _tell_more(registration, coordinator)
    for number, match_state in enumerate(match_states):
        side = {"learner": registration} if number % 2 else {"sharer": registration}
        match = make_match(match_state, skill=f"skill-of-match-{number}", **side)
        acts.record(by=coordinator, verb="note", on=match, now=NOW, reason=WORD)
        RoundParticipant.objects.create(round=match.round, number=7, registration=registration, left_out="no_offer")
        if match_state == MatchState.CONNECTED:
            _meet(match, member, NOW + timedelta(days=number + 2))
            say(make_hour(match=match, ended=timedelta(days=number + 1)), match.side_of(member), note=WORD, thanks=WORD)
    Concern.objects.create(kind="absent_twice", registration=registration, raised_at=NOW)
    if state == "approved":
        make_request(learner=registration)
        make_request(sharer=registration)
    Exclusion.objects.create(
        person=registration,
        other=make_registration(),
        reason=WORD,
        made_by=coordinator,
        made_at=NOW,
        lifted_by=coordinator,
        lifted_at=NOW,
    )
    for capacity in (1, 3):
        rsvp = rsvps.rsvp(clinic=make_clinic(capacity=capacity), member=member, by=member, now=NOW)
    Rsvp.objects.filter(pk=rsvp.pk).update(channel=make_channel(rsvp.clinic, "es"), shows_name=True)
    channel = make_channel(make_clinic(), name="Channel 2")
    interpreter = make_person(channel.clinic, "interpreter", "declined", member=member, channel=channel)
    AgendaItem.objects.create(clinic=channel.clinic, person=interpreter, place=1, part="summary", minutes=10)
    AccessNeed.objects.create(rsvp=rsvp, text=WORD, made_at=NOW)
    SeatQuestion.objects.create(rsvp=rsvp, text=WORD, made_at=NOW)
    LanguageNeed.objects.create(rsvp=rsvp, language="sw", made_at=NOW)
    KeptSignUp.objects.create(
        key=WORD, clinic=rsvp.clinic, address=ADDRESS, network=WORD, typed={"name": WORD}, made_at=NOW
    )
    attended = make_clinic(starts_at=NOW - timedelta(days=2))
    make_attendance(attended, member, joined_at=NOW, in_call_at=NOW, minutes_in_call=90)
    LastPress.objects.create(clinic=attended, member=member, is_there=True, pressed_at=NOW)
    say_of_clinic(attended, member, words=WORD, safe="no")
    quote = give_quote(clinic=attended, text=WORD, as_whom="other_name", name=WORD, by=member, now=NOW)
    draft = make_draft("of-everything", by=coordinator, now=NOW)
    EditionQuote.objects.create(edition=draft, quote=quote, as_given_at=NOW)
    make_certificate(attended, member, name=WORD)
    revoked = make_clinic(starts_at=NOW - timedelta(days=3))
    make_attendance(revoked, member)
    certificate = make_certificate(revoked, member, name=WORD)
    revoke_certificate(certificate=certificate, reason=WORD, by=coordinator, now=NOW)
    wrote = ClinicMessage.objects.create(
        clinic=rsvp.clinic, by=member, pressed=uuid4(), made_at=NOW, to_whom={"states": ["going"]}, people=1
    )
    wrote.texts.create(language="ar", subject=WORD, text=WORD)
    change = ClinicChange.objects.create(clinic=rsvp.clinic, was={}, made_at=NOW)
    once = {"sequence": 0, "starts_at": NOW, "made_at": NOW}
    Notice.objects.create(rsvp=rsvp, kind="day", **once)
    Notice.objects.create(rsvp=rsvp, kind="changed", change=change, **once)
    Notice.objects.create(rsvp=rsvp, kind="from_the_host", message=wrote, **once)
    brought = CallList.objects.create(
        clinic=make_clinic(), brought_by=coordinator, brought_at=NOW, read=2, notes=[f"Row 2: {WORD}@", "Row 3"]
    )
    CallListRow.objects.create(call_list=brought, row=2, name=WORD)
    CallListRow.objects.create(call_list=brought, row=3, address=ADDRESS)
    ask_topic(topic=WishedTopic(None, WORD, "ar"), why=WORD, why_is_public=True, by=member, now=NOW)
    make_topic_request(words=WORD.upper(), member=member, why=WORD, state="declined")
    ChecklistItem.objects.create(clinic=rsvp.clinic, title="Write to the interpreters", days=-7, assignee=member)
    ChecklistReminder.objects.create(member=member, day=NOW.date(), made_at=NOW)
    report = send_report(
        by=member, about=other, who=WORD, clinic=rsvp.clinic, clinic_people_may_read=True, description=WORD, now=NOW
    )
    keep_note(
        report=report, text=WORD, by=appoint_to_trust_team(member=make_member(), by=None, now=NOW).member, now=NOW
    )
    ReportLook.objects.note(viewer=coordinator, reports=[report], on=NOW.date())
    appoint_to_trust_team(member=member, by=coordinator, now=NOW)
    TeamMessage.objects.create(key=WORD, address=ADDRESS, network=WORD, name=WORD, text=WORD, made_at=NOW)
    show_on_team_page(member=coordinator, is_shown=True, by=coordinator, now=NOW)
    send_message(written=TypedMessage(coordinator, WORD, WORD, gives_address=True), by=member, now=NOW)
    saved = {"table": "registrations.registration", "query": "show=new", "is_shared": True, "made_at": NOW}
    SavedFilter.objects.create(member=member, name=WORD, **saved)
    Block.objects.create(member=member, blocked=other, made_at=NOW)
    Block.objects.create(member=other, blocked=member, made_at=NOW)
    Look.objects.note(viewer=coordinator, registrations=[registration], kind=LookKind.MATCH, on=NOW.date())
    Look.objects.keep(coordinator, PeopleShown(members={member.pk}), LookKind.ACCOUNT, NOW.date())
    SkillSuggestion.objects.create(skill=make_skill("suggested"), member=member, made_at=NOW)
    Letter.objects.filter(pk=make_letter(to=member).pk).update(answer=WORD)
    make_letter(to=None, address=ADDRESS)
    make_sent_letter(to=member, text=f"Hello {WORD}.")
    make_sent_letter(to=other, text=f"You were matched with {WORD}.", people=[member])
    read_by_many = make_letter(to=member)
    Letter.objects.filter(pk=read_by_many.pk).update(bulk_text=make_bulk_text(), state="sent", sent_at=NOW, tries=1)
    subscription = make_subscription(member=member, address=ADDRESS, source="import", source_text=WORD)
    announcement = make_letter(to=member)
    Announcement.objects.create(clinic=make_clinic(), subscription=subscription, letter=announcement)
    Digest.objects.create(subscription=subscription, week=NOW.date(), since=NOW, until=NOW)
    security_log.record(kind=SecurityEventKind.SIGNED_IN, member=member, by=member, now=NOW, detail="code")
    _begin_session(member)
    told = SensitiveFacts(gender=Gender.NOT_LISTED, gender_words=WORD, age=AgeRange.values[0])
    sensitive.answer(
        member=member, facts=told, seen_fingerprint=fingerprint(SensitiveFacts(), sensitive.FACTS), now=NOW
    )
    fill(member)
    return member


def _meet(match, member, starts_at):
    """A cancelled session, one agreed and being moved, and a calendar that reads them."""
    make_session("cancelled", match=match, cancelled_note=WORD)
    make_session(match=match, starts_at=starts_at, waiting_for="learner")
    Introduction.objects.get_or_create(member=member, defaults={"words": WORD, "changed_at": NOW})
    CalendarFeed.objects.get_or_create(member=member, defaults={"fingerprint": WORD, "made_at": NOW})


def _tell_more(registration, coordinator):
    SignInCode.objects.create(address=ADDRESS, network=WORD, code_hash="x", made_at=NOW, expires_at=NOW)
    Consent.objects.create(registration=registration, document="privacy_notice", version="1", given_at=NOW)
    row = ImportedRow.objects.create(registration=registration, raw={"name": WORD}, imported_at=NOW)
    ImportedKey.objects.create(row=row, kind="address", digest=f"digest-of-{registration.pk}")
    ClaimInvitation.objects.create(
        registration=registration, address=ADDRESS, invited_by=coordinator, invited_at=NOW, expires_at=NOW, used_at=NOW
    )
    act = acts.record(
        by=coordinator, verb="review_registration", on=registration, now=NOW, reason=WORD, reason_is_for_them=True
    )
    ReviewSnapshot.objects.create(
        registration=registration,
        facts={"name": WORD},
        names={"group": WORD},
        reviewed_at=NOW,
        act=act,
        before_note=WORD,
    )
    ReviewNote.objects.create(registration=registration, by=coordinator, text=WORD, written_at=NOW)
    OpenReview.objects.create(registration=registration, by=coordinator, opened_at=NOW)
    other = acts.record(by=coordinator, verb="undo_review", on=registration, now=NOW)
    OverruledDecision.objects.create(member=registration.member, own_act=act, by=other, noted_at=NOW)


def _begin_session(member):
    session = SessionStore()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(member.pk), "x"
    session[HASH_SESSION_KEY] = member.get_session_auth_hash()
    session.save()
    visitors.keep_answers(browser="", step="you", typed=f"name={WORD}", network="10.0.0.1", member=member, now=NOW)


def fill(member):
    """Fill every personal column of every row that belongs to the member and is not deleted by erasure."""
    for table in personal_columns.tables():
        if table.owners and table.personal and not table.is_deleted:
            keep = {"email"} if table.model._meta.model_name == "member" else set()
            keep |= {"channel"} if table.model._meta.model_name == "rsvp" else set()  # that of one clinic
            values = {name: _filled(table.model._meta.get_field(name)) for name in table.personal if name not in keep}
            if table.model._meta.model_name == "match":  # an open match has no note
                del values["closed_note"]
            if table.model._meta.model_name == "session":  # nor has one that is not cancelled
                values = {"call_link": f"https://{WORD}.example.org/"}
            table.rows_of(member).update(**values)
    member.refresh_from_db()


def _filled(field):
    if field.is_relation:
        made = {Group: {"name": WORD, "kind": "chapter"}, Role: {}}[field.related_model]
        return field.related_model.objects.get_or_create(slug="x", defaults=made)[0]
    if isinstance(field, ArrayField):
        return [field.base_field.flatchoices[0][0]]
    if field.name == "zone":
        return "Africa/Tunis"
    if field.choices:
        return next(value for value, _label in field.flatchoices if value not in ("", field.get_default()))
    if isinstance(field, models.EmailField):
        return ADDRESS
    if isinstance(field, models.JSONField):
        return {"said": WORD}
    if isinstance(field, models.BooleanField):
        return True
    if isinstance(field, models.DateTimeField):
        return NOW
    if isinstance(field, models.DateField):
        return date(2026, 3, 1) + timedelta(days=1)
    return 3 if isinstance(field, models.IntegerField) else WORD
