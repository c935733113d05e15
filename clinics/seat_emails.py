"""The letters about the queue and the desk: when each is still owed, and how it reads. None holds a meeting link.

Each is a few sentences, what the clinic is, and one button; it shares the template of the letters to a clinic's people.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from clinics.domain.clinics import ClinicState, RsvpState
from clinics.emails import clinic_context, read_rsvps, why_not_to_come, with_calendar
from clinics.models import Rsvp
from clinics.seats.links import seat_url
from letsconnect.base.languages import speaking
from letsconnect.base.links import absolute
from letsconnect.base.models import ActReason
from letsconnect.base.templatetags.when import moment_in_words
from letsconnect.base.zones import zone_or_utc
from mailings import kinds
from mailings.domain.letters import Priority
from mailings.rendering import Rendered, render_letter

TEMPLATE = "clinics/emails/person"


@dataclass(frozen=True)
class SeatWords:
    """What one letter says: its subject, sentences before and after the facts of the clinic, and its button."""

    subject: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    button: str
    link: str
    why: str


# When they are still owed


def offered_owed(rsvp: Rsvp | None, now: datetime) -> str | None:
    if rsvp is None or not rsvp.is_offered or rsvp.claim_by is None:
        return gettext_noop("no seat is offered any more")
    return gettext_noop("the offer has ended") if now >= rsvp.claim_by else why_not_to_come(rsvp.clinic, now)


def expired_owed(rsvp: Rsvp | None, now: datetime) -> str | None:
    if rsvp is None or rsvp.state != RsvpState.EXPIRED:
        return gettext_noop("they have signed up again")
    return why_not_to_come(rsvp.clinic, now)


def put_in_owed(rsvp: Rsvp | None, now: datetime) -> str | None:
    if rsvp is None or not rsvp.is_going:
        return gettext_noop("no longer going")
    if rsvp.clinic.state == ClinicState.CANCELLED:
        return gettext_noop("the clinic is cancelled")
    return gettext_noop("the clinic is over") if now >= rsvp.clinic.ends_at else None


def taken_out_owed(rsvp: Rsvp | None, now: datetime) -> str | None:
    if rsvp is None or rsvp.is_active:
        return gettext_noop("they have signed up again")
    return gettext_noop("the clinic is over") if now >= rsvp.clinic.ends_at else None


def channel_gone_owed(rsvp: Rsvp | None, now: datetime) -> str | None:
    if rsvp is None or not rsvp.is_active:
        return gettext_noop("no longer signed up")
    if rsvp.channel_id is not None:
        return gettext_noop("they have chosen another language")
    return why_not_to_come(rsvp.clinic, now)


# How they read


def offered_words(rsvp: Rsvp, title: str) -> SeatWords:
    until = moment_in_words(rsvp.claim_by, timezone.get_current_timezone_name()) if rsvp.claim_by else ""
    return SeatWords(
        _("A seat is kept for you until %(moment)s: “%(clinic)s”") % {"moment": until, "clinic": title},
        (
            _("A seat became free, and you are the next on the waiting list. It is kept for you until %(moment)s.")
            % {"moment": until},
            _("Please say on the page below whether you come. After that time it goes to the next person."),
        ),
        (_("If you cannot come, say so there, too: somebody else is glad of the seat."),),
        _("Take the seat, or pass it on"),
        seat_url(rsvp),
        _why_signed_up(),
    )


def expired_words(rsvp: Rsvp, title: str) -> SeatWords:
    return SeatWords(
        _("The seat went to the next person: “%(clinic)s”") % {"clinic": title},
        (
            _("A seat was kept for you for a while. As we did not hear from you, it was offered to the next person."),
            _("You are not on the waiting list any more. If you can come after all, sign up again on the page below."),
        ),
        (_("From 30 minutes before the start until the end whoever finds a seat free there takes it at once."),),
        *_page_of(rsvp),
        _why_signed_up(),
    )


def put_in_words(rsvp: Rsvp, title: str) -> SeatWords:
    return SeatWords(
        _("You have a seat: “%(clinic)s”") % {"clinic": title},
        (_("The working group has given you a seat at this clinic."),),
        (
            _("If you cannot come, please give it back on the page below, so that somebody else can have it."),
            _("The meeting link is on the page of the clinic from 30 minutes before the start."),
        ),
        _("My seat"),
        seat_url(rsvp),
        _("You get this letter because the working group gave you a seat at this clinic."),
    )


def taken_out_words(rsvp: Rsvp, title: str) -> SeatWords:
    reason = _reason(rsvp)
    return SeatWords(
        _("Your place was given up: “%(clinic)s”") % {"clinic": title},
        (
            _("The working group has taken you off the list of this clinic, so you need not come. We are sorry."),
            *([_("The reason: %(reason)s") % {"reason": reason}] if reason else []),
        ),
        (_("If you think that this is a mistake, write to us: %(address)s") % {"address": absolute("contact")},),
        _("All clinics"),
        absolute("clinics:clinic-list"),
        _why_signed_up(),
    )


def channel_gone_words(rsvp: Rsvp, title: str) -> SeatWords:
    spoken = {"language": rsvp.clinic.floor_language_in_words}
    return SeatWords(
        _("Not interpreted into your language: “%(clinic)s”") % {"clinic": title},
        (
            _("The interpretation you had chosen for this clinic is not to be. We are sorry."),
            _("Nothing else changes for you. You would listen in the language spoken there: %(language)s.") % spoken,
        ),
        (_("On the page below you can choose another language, if there is one, or give your place back."),),
        _("My seat"),
        seat_url(rsvp),
        _why_signed_up(),
    )


def _page_of(rsvp: Rsvp) -> tuple[str, str]:
    return _("The page of the clinic"), absolute("clinics:clinic-detail", rsvp.clinic_id)


def _why_signed_up() -> str:
    return _("You get this letter because you signed up for this clinic.")


def _reason(rsvp: Rsvp) -> str:
    """Return what the working group told them with it, if anything."""
    given = ActReason.objects.filter(
        act__verb="take_out_of_clinic", act__object_type=Rsvp._meta.label_lower, act__object_id=rsvp.pk
    )
    last = given.filter(is_for_them=True, act__at__gte=rsvp.made_at).order_by("-act__pk").first()
    return last.text if last else ""


def render(rsvp: Rsvp, language: str, zone: str, *, words: Callable[[Rsvp, str], SeatWords]) -> Rendered:
    context = clinic_context(rsvp, language)
    with speaking(language), timezone.override(zone_or_utc(zone)):
        said = words(rsvp, context["title"] or settings.SITE_NAME)
    context |= {"said": said, "after": said.after, "knows_no_zone": False}
    return with_calendar(render_letter(TEMPLATE, context, language=language, zone=zone), rsvp, language)


_KINDS: dict[str, tuple[Callable[..., str | None], Callable[[Rsvp, str], SeatWords], Priority]] = {
    "clinics.seat_offered": (offered_owed, offered_words, Priority.SOON),
    "clinics.offer_expired": (expired_owed, expired_words, Priority.ORDINARY),
    "clinics.put_in": (put_in_owed, put_in_words, Priority.ORDINARY),
    "clinics.taken_out": (taken_out_owed, taken_out_words, Priority.ORDINARY),
    "clinics.channel_gone": (channel_gone_owed, channel_gone_words, Priority.ORDINARY),
}


def register() -> None:
    """Register the letters with the ledger."""
    for kind, (owed, words, priority) in _KINDS.items():
        kinds.register(
            kind,
            still_owed=owed,
            render=partial(render, words=words),
            priority=priority,
            reads=read_rsvps,
            keeps=kinds.kept(),
        )
