"""One letter of each kind that is registered, as its recipient gets it."""

import email
import email.policy
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

from clinics.certificates.revoking import revoke_certificate
from clinics.domain.notices import REMINDERS
from clinics.models import (
    Announcement,
    ChecklistItem,
    ChecklistReminder,
    ClinicChange,
    ClinicMessage,
    Digest,
    LanguageNeed,
    Notice,
    Rsvp,
)
from clinics.notices.changes import facts_now
from clinics.seats.rsvps import cancel_rsvp
from clinics.seats.sweeps import give_seats_on
from clinics.tests.after_factories import make_certificate
from clinics.tests.factories import make_attendance, make_clinic, make_person, make_topic_request, sign_up
from mailings import kinds
from mailings.domain.subscriptions import BulkList
from mailings.ledger.preparing import read_facts
from mailings.models import Letter, Outage, Subscription
from mailings.newsletters import sending
from mailings.sending.composing import compose
from mailings.subscriptions.subscribing import ask_visitor
from mailings.tests.factories import make_letter, make_newsletter, make_subscription
from matching.models import Concern, RoundParticipant
from matching.rounds.reviews import approve_match, refuse_match
from matching.tests.factories import make_match, make_request, make_round
from matching.tests.feedback_factories import make_hour, make_meeting, say
from matching.tests.session_factories import make_session
from registrations.models import SignInCode
from registrations.oldform.claims import invite_to_claim
from registrations.seats.messages import TypedMessage, send_message
from registrations.seats.overruling import note_overruled
from registrations.seats.team import show_on_team_page
from registrations.tests.factories import NOW, make_coordinator, make_member, make_registration
from trust.seats.appointing import appoint_to_trust_team

DAY = timedelta(days=1)


@dataclass
class Written:
    """A letter as it arrives: its text, its page, its headers and its bytes, and the member who gets it, if any."""

    text: str
    html: str
    headers: dict[str, str]
    member: Any
    payload: bytes


def _of_match(state: str, **fields: Any) -> Callable[[str], tuple[Any, Any]]:
    def make(side: str) -> tuple[Any, Any]:
        match = make_match(state, **fields)
        return match, getattr(match, side).member

    return make


def _of_session(make_it: Callable[[], Any]) -> Callable[[str], tuple[Any, Any]]:
    def make(side: str) -> tuple[Any, Any]:
        session = make_it()
        return session, getattr(session, side).member

    return make


def _of_registration(**fields: Any) -> Callable[[str], tuple[Any, Any]]:
    def make(_side: str) -> tuple[Any, Any]:
        registration = make_registration(**fields)
        return registration, registration.member

    return make


def _thanks(_side: str) -> tuple[Any, Any]:
    session = make_hour()
    return say(session, "learner", thanks="Thank you"), session.sharer.member


def _concern(_side: str) -> tuple[Any, Any]:
    return Concern.objects.create(
        kind="absent_twice", registration=make_registration(), raised_at=NOW
    ), make_coordinator()


def _no_match(_side: str) -> tuple[Any, Any]:
    registration = make_registration(wishes=["wikidata"], changed_at=NOW - 9 * DAY)
    before = NOW - DAY
    round_ = make_round("published", started_at=before, finished_at=before, published_at=before)
    RoundParticipant.objects.create(
        round=round_,
        number=0,
        registration=registration,
        is_learner=True,
        left_out="no_hour_in_common",
        advice=[{"kind": "region_wish"}],
    )
    return registration, registration.member


def _request(_side: str) -> tuple[Any, Any]:
    request = make_request("not_this_time")
    return request, request.learner.member


def _invitation(_side: str) -> tuple[Any, Any]:
    registration = make_registration(source="import", state="draft", imported_address="old@example.org")
    return invite_to_claim(registration=registration, by=make_coordinator(), now=NOW), make_member()


def _seat(_side: str) -> tuple[Any, Any]:
    coordinator = make_coordinator()
    return coordinator.seats.get(), coordinator


def _overruled(_side: str) -> tuple[Any, Any]:
    match, first, second = make_match(), make_coordinator(), make_coordinator()
    approve_match(match=match, by=first, now=NOW)
    refuse_match(match=match, why="other", note="Same office.", by=second, now=NOW)
    note_overruled(NOW + timedelta(minutes=1))
    return first.overruled_decisions.get(), first


def _team_message(_side: str) -> tuple[Any, Any]:
    coordinator = make_coordinator()
    show_on_team_page(member=coordinator, is_shown=True, by=coordinator, now=NOW)
    written = TypedMessage(coordinator, "Sol", "May I ask something?", gives_address=True)
    return send_message(written=written, by=make_member(), now=NOW), coordinator


def _code(_side: str) -> tuple[Any, Any]:
    member = make_member()
    code = SignInCode.objects.create(address=member.email, network="x", made_at=NOW, expires_at=NOW + DAY)
    return code, member


def _rsvp(_side: str) -> tuple[Any, Any]:
    [rsvp] = sign_up(make_clinic(), 1)
    return rsvp, rsvp.member


def _rsvp_given_back(side: str) -> tuple[Any, Any]:
    rsvp, member = _rsvp(side)
    Letter.objects.filter(about_id=rsvp.pk, kind="clinics.rsvp_recorded").update(
        state="sent", sent_at=NOW, tries=1, gathering_since=None
    )
    return cancel_rsvp(clinic=rsvp.clinic, member=member, by=member, now=NOW), member


def _rsvp_offered(_side: str) -> tuple[Any, Any]:
    clinic = make_clinic(capacity=1, starts_at=NOW + timedelta(hours=20))
    has_seat, waits = sign_up(clinic, 2)
    cancel_rsvp(clinic=clinic, member=has_seat.member, by=has_seat.member, now=NOW)
    return Rsvp.objects.offered().get(pk=waits.pk), waits.member


def _rsvp_expired(side: str) -> tuple[Any, Any]:
    offered, member = _rsvp_offered(side)
    give_seats_on(offered.claim_by)
    return Rsvp.objects.get(pk=offered.pk), member


def _language_need(side: str) -> tuple[Any, Any]:
    seat, member = _rsvp(side)
    need = LanguageNeed.objects.create(rsvp=seat, language="sw", state="asked", made_at=NOW, answered_at=NOW)
    return need, member


def _attendance(_side: str) -> tuple[Any, Any]:
    there = make_attendance(make_clinic(starts_at=NOW - DAY))
    return there, there.member


def _certificate(_side: str) -> tuple[Any, Any]:
    there = make_attendance(make_clinic(starts_at=NOW - DAY))
    certificate = make_certificate(there.clinic, there.member)
    revoked = revoke_certificate(certificate=certificate, reason="Ana was ill", by=make_coordinator(), now=NOW)
    return revoked, there.member


def _topic(state: str) -> Callable[[str], tuple[Any, Any]]:
    def make(_side: str) -> tuple[Any, Any]:
        support = make_topic_request(state=state).supports.get()
        return support, support.member

    return make


def _notice_of_person(kind: str, role: str = "interpreter", **columns: Any) -> Callable[[str], tuple[Any, Any]]:
    def make(_side: str) -> tuple[Any, Any]:
        person = make_person(make_clinic(), role)
        return _noticed(person.clinic, kind=kind, person=person, **columns), person.member

    return make


def _noticed(clinic: Any, *, kind: str, **columns: Any) -> Notice:
    if kind == "changed":
        was = {**facts_now(clinic), "minutes": 60, "place": "Tunis", "titles": {"en": "Old title"}}
        columns["change"] = ClinicChange.objects.create(clinic=clinic, was=was, made_at=NOW)
    if kind == "from_the_host":
        columns["message"] = message = ClinicMessage.objects.create(
            clinic=clinic, by=make_coordinator(), pressed=uuid4(), made_at=NOW, to_whom={"states": ["going"]}, people=1
        )
        message.texts.create(language="en", subject="Bring a pen", text="Please bring a pen.")
    return Notice.objects.create(kind=kind, sequence=0, starts_at=clinic.starts_at, made_at=NOW, **columns)


def _notice(kind: str) -> Callable[[str], tuple[Any, Any]]:
    def make(side: str) -> tuple[Any, Any]:
        rsvp, member = _rsvp(side)
        return _noticed(rsvp.clinic, kind=kind, rsvp=rsvp), member

    return make


def _person(answer: str, **clinic: Any) -> Callable[[str], tuple[Any, Any]]:
    def make(_side: str) -> tuple[Any, Any]:
        asked = make_clinic(**clinic)
        host = make_person(asked, "host")
        person = make_person(asked, "interpreter", answer, asked_by=host.member, role_line="grants officer")
        return person, person.member

    return make


def _clinic_left(_side: str) -> tuple[Any, Any]:
    host = make_person(make_clinic(), "host")
    return host.clinic, host.member


def _outage(_side: str) -> tuple[Any, Any]:
    return Outage.objects.create(kind="tick", began_at=NOW - DAY, ended_at=NOW), make_coordinator()


def _asked_subscription(_side: str) -> tuple[Any, Any]:
    ask_visitor(
        address="asked@example.org", language="en", zone="UTC", lists=[BulkList.NEWSLETTER], network="x", now=NOW
    )
    return Subscription.objects.get(address="asked@example.org"), None


def _version(_side: str) -> tuple[Any, Any]:
    return make_newsletter().versions.get(), make_coordinator()


def _trust_seat(_side: str) -> tuple[Any, Any]:
    seat = appoint_to_trust_team(member=make_member(), by=None, now=NOW)
    return seat, seat.member


def _nothing(_side: str) -> tuple[Any, Any]:
    return None, make_member()


def _checklist(_side: str) -> tuple[ChecklistReminder, Any]:
    member = make_coordinator()
    ChecklistItem.objects.create(clinic=make_clinic(), name="tech_check", days=-7, assignee=member)
    return ChecklistReminder.objects.create(member=member, day=NOW.date(), made_at=NOW), member


ABOUT: dict[str, Callable[[str], tuple[Any, Any]]] = {
    "registrations.sign_in_code": _code,
    "registrations.handed_in": _of_registration(state="submitted"),
    "registrations.approved": _of_registration(),
    "registrations.needs_changes": _of_registration(state="needs_changes"),
    "registrations.declined": _of_registration(state="declined"),
    "registrations.decided_anew": _of_registration(state="declined", review_note="The group is not there any more."),
    "registrations.claim_invitation": _invitation,
    "registrations.claim_reminder": _invitation,
    "registrations.still_in": _of_registration(still_in_asked_on=NOW.date()),
    "registrations.paused_for_silence": _of_registration(still_in_asked_on=NOW.date()),
    "registrations.overruled": _overruled,
    "registrations.seat_given": _seat,
    "registrations.team_message": _team_message,
    "matching.asked": _of_match("asked"),
    "matching.reminder": _of_match("asked"),
    "matching.connected": _of_match("connected"),
    "matching.closed": _of_match("declined"),
    "matching.expired": _of_match("expired"),
    "matching.no_match": _no_match,
    "matching.request_answered": _request,
    "matching.session_proposed": _of_session(lambda: make_session("proposed")),
    "matching.session_agreed": _of_session(make_session),
    "matching.session_moved": _of_session(make_session),
    "matching.session_kept": _of_session(make_session),
    "matching.session_link": _of_session(lambda: make_session(call_link="https://meet.example.org/x")),
    "matching.session_unlinked": _of_session(make_session),
    "matching.session_day": _of_session(make_session),
    "matching.session_hour": _of_session(make_session),
    "matching.session_cancelled": _of_session(lambda: make_session("cancelled")),
    "matching.session_dropped": _of_session(lambda: make_session("cancelled")),
    "matching.session_lapsed": _of_session(lambda: make_session("cancelled")),
    "matching.did_you_meet": _of_session(make_hour),
    "matching.met_elsewhere": _of_session(make_meeting),
    "matching.missed_absent": _of_session(make_hour),
    "matching.missed_waiting": _of_session(make_hour),
    "matching.missed_each_other": _of_session(make_hour),
    "matching.completed": _of_match("completed"),
    "matching.quiet": _of_match("connected"),
    "matching.quiet_end": _of_match("expired"),
    "matching.thanks": _thanks,
    "matching.concern": _concern,
    "clinics.rsvp_recorded": _rsvp,
    "clinics.moved_up": _rsvp,
    "clinics.seat_given_back": _rsvp_given_back,
    "clinics.seat_offered": _rsvp_offered,
    "clinics.offer_expired": _rsvp_expired,
    "clinics.put_in": _rsvp,
    "clinics.taken_out": _rsvp_given_back,
    "clinics.channel_gone": _rsvp,
    "clinics.still_waiting": _rsvp,
    "clinics.clinic_cancelled": _rsvp,
    "clinics.clinic_moved": _notice("changed"),
    **{f"clinics.reminder_{step}": _notice(step) for step in REMINDERS.letters},
    **{f"clinics.people_{step}": _notice_of_person(step) for step in REMINDERS.letters},
    "clinics.thanks": _notice("thanks"),
    "clinics.missed": _notice("missed"),
    "clinics.from_the_host": _notice("from_the_host"),
    "clinics.thanks_without_seat": _attendance,
    "clinics.certificate_revoked": _certificate,
    "clinics.people_changed": _notice_of_person("changed"),
    "clinics.people_thanks": _notice_of_person("thanks"),
    "clinics.language_answer": _language_need,
    "clinics.topic_outcome": _topic("declined"),
    "clinics.topic_announced": _topic("planned"),
    "clinics.checklist_due": _checklist,
    "clinics.person_asked": _person("asked"),
    "clinics.person_moved": _person("asked"),
    "clinics.person_reminder": _person("asked"),
    "clinics.person_confirmed": _person("accepted"),
    "clinics.person_released": _person("released"),
    "clinics.person_stepped_back": _person("stepped_back"),
    "clinics.person_cancelled": _person("asked", state="cancelled"),
    "clinics.person_answered": _person("declined"),
    "clinics.person_left": _clinic_left,
    "trust.message_received": _nothing,
    "trust.report_waits": _trust_seat,
    "trust.seat_given": _trust_seat,
    "trust.team_changed": _trust_seat,
    "letsconnect.outage": _outage,
    "mailings.confirm_subscription": _asked_subscription,
    "mailings.newsletter_test": _version,
}


def _issue() -> tuple[Letter, Any]:
    subscription = make_subscription(member=make_member())
    issue = sending.ask_to_send(newsletter=make_newsletter(), by=make_coordinator(), now=NOW)
    sending.confirm(newsletter=issue, by=make_coordinator(), now=NOW)
    return Letter.objects.get(newsletter=issue, subscription=subscription), subscription.member


def _announcement() -> tuple[Letter, Any]:
    subscription = make_subscription(member=make_member(), wants_announcements=True)
    letter = make_letter(kind="clinics.announced", to=subscription.member)
    Announcement.objects.create(clinic=make_clinic(), subscription=subscription, letter=letter)
    return _of_subscription(letter, subscription)


def _digest() -> tuple[Letter, Any]:
    subscription = make_subscription(member=make_registration(wishes=["wikidata"]).member, wants_digest=True)
    letter = make_letter(kind="clinics.digest", to=subscription.member)
    clinic = make_clinic(announced_at=NOW)
    clinic.skills.add(subscription.member.registration.wishes.get().skill)
    monday = NOW.date() - timedelta(days=NOW.weekday())
    Digest.objects.create(subscription=subscription, week=monday, since=NOW - DAY, until=NOW + DAY, letter=letter)
    return _of_subscription(letter, subscription)


def _of_subscription(letter: Letter, subscription: Subscription) -> tuple[Letter, Any]:
    letter.subscription = subscription
    letter.save(update_fields=["subscription"])
    return letter, subscription.member


BULK: dict[str, Callable[[], tuple[Letter, Any]]] = {
    "mailings.newsletter": _issue,
    "clinics.announced": _announcement,
    "clinics.digest": _digest,
}


def names() -> list[str]:
    """Return the kinds that the apps of the portal register."""
    return [name for name in kinds.names() if not name.startswith("tests.")]


def write(name: str) -> Written:
    """Write the letter of this kind, about rows made for it."""
    line, kind = kinds.line_of(name), kinds.get(name)
    if kind.bulk:
        letter, member = BULK[line]()
        return _arrived(read_facts([letter], now=NOW).bulk[name].compose(letter).payload, member)
    about, member = ABOUT[line]("learner" if name.endswith("_learner") else "sharer")
    if kind.before_sending:
        kind.before_sending(about, NOW)
    letter = make_letter(kind=name, to=member, about=about, **({} if member else {"address": "asked@example.org"}))
    return _arrived(compose(letter, kind.render(about, "en", "UTC")).payload, member)


def _arrived(payload: bytes, member: Any) -> Written:
    message: Any = email.message_from_bytes(payload, policy=email.policy.default)
    text, html = (message.get_body((form,)).get_content().replace("\r\n", "\n") for form in ("plain", "html"))
    return Written(text, html, dict(message.items()), member, payload)
