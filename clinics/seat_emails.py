"""The letters about the queue and the desk: when each is still owed, and how it reads. None holds a meeting link.

Each is a few sentences, what the clinic is, and for who comes or may come what they need to; they share one template.
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from clinics.domain.clinics import ClinicState, RsvpState
from clinics.emails import clinic_context, read_rsvps, read_rsvps_and_hours, why_not_to_come, with_calendar
from clinics.models import Rsvp
from clinics.notices.words import LetterWords
from clinics.seats.calendars import may_be_in_a_calendar
from clinics.seats.links import seat_url
from letsconnect.base.languages import speaking
from letsconnect.base.lines import isolated
from letsconnect.base.links import absolute
from letsconnect.base.models import ActReason
from letsconnect.base.templatetags.when import when
from letsconnect.base.zones import zone_or_utc
from mailings import kinds
from mailings.domain.letters import Priority
from mailings.rendering import Rendered, render_letter

TEMPLATE = "clinics/emails/seat"


# When they are still owed


def offered_owed(rsvp: Rsvp | None, now: datetime) -> str | None:
    if rsvp is None or not rsvp.is_offered or rsvp.claim_by is None:
        return gettext_noop("no seat is offered any more")
    return gettext_noop("the offer has ended") if now >= rsvp.claim_by else why_not_to_come(rsvp.clinic, now)


def expired_owed(rsvp: Rsvp | None, now: datetime) -> str | None:
    if rsvp is None or rsvp.state != RsvpState.EXPIRED:
        return gettext_noop("they have signed up again")
    if rsvp.clinic.state == ClinicState.CANCELLED and may_be_in_a_calendar(rsvp):
        return None  # of a seat they had before: nobody else writes to whoever has none any more
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


def offered_words(rsvp: Rsvp, title: str) -> LetterWords:
    words = {"moment": when(rsvp.claim_by), "clinic": title}
    return LetterWords(
        _("A seat is kept for you: “%(clinic)s”, until %(moment)s") % words,
        (
            _("A seat became free, and you are the next on the waiting list. It is kept for you until %(moment)s.")
            % words,
            _("Please say by then on your page whether you take it. After that it is not kept for you any more."),
        ),
        (_("If you cannot come, say so there, too: somebody else may be glad of the seat."),),
        _("Take the seat, or pass it on"),
        seat_url(rsvp),
        _why_signed_up(),
    )


def expired_words(rsvp: Rsvp, title: str) -> LetterWords:
    subject = _("The seat is not kept for you any more: “%(clinic)s”") % {"clinic": title}
    if rsvp.clinic.state == ClinicState.CANCELLED:
        said = (_("This clinic has been cancelled: it does not take place. We are sorry."),)
        return LetterWords(subject, said, (), *_page_of(rsvp), _why_signed_up())
    is_open = timezone.now() < rsvp.clinic.closes_at
    return LetterWords(
        subject,
        (
            _("A seat was kept for you for a while. As we did not hear from you in time, we keep it no longer."),
            _("You are not on the waiting list any more. If you can come after all, sign up again on the page below.")
            if is_open
            else _("You are not on the waiting list any more, and sign-up has closed."),
        ),
        (_("From 30 minutes before the start until the end, the first to find a free seat there has it."),),
        *_page_of(rsvp),
        _why_signed_up(),
    )


def put_in_words(_rsvp: Rsvp, title: str) -> LetterWords:
    return LetterWords(
        _("You have a seat: “%(clinic)s”") % {"clinic": title},
        (_("The working group has given you a seat at this clinic."),),
        why=_("You get this email because the working group gave you a seat at this clinic."),
    )


def taken_out_words(rsvp: Rsvp, title: str) -> LetterWords:
    reason = _reason(rsvp)
    return LetterWords(
        _("Your seat was given up: “%(clinic)s”") % {"clinic": title},
        (
            _("The working group has taken you off the list of this clinic, so you need not come. We are sorry."),
            *([_("The reason: %(reason)s") % {"reason": isolated(reason)}] if reason else []),
        ),
        (_("If you think that this is a mistake, answer this email."),),
        _("All clinics"),
        absolute("clinics:clinic-list"),
        _("You get this email because you had a seat at this clinic."),
    )


def channel_gone_words(rsvp: Rsvp, title: str) -> LetterWords:
    spoken = {"language": rsvp.clinic.floor_language_in_words}
    return LetterWords(
        _("Not interpreted into your language: “%(clinic)s”") % {"clinic": title},
        (
            _("There will be no interpretation at this clinic in the language you chose. We are sorry."),
            _("Nothing else changes for you. You would listen in the language spoken there: %(language)s.") % spoken,
        ),
        (_("On your page you can choose another language, if there is one, or give your place back."),),
        _("My seat at this clinic"),
        seat_url(rsvp),
        _why_signed_up(),
    )


def _page_of(rsvp: Rsvp) -> tuple[str, str]:
    return _("The page of the clinic"), absolute("clinics:clinic-detail", rsvp.clinic_id)


def _why_signed_up() -> str:
    return _("You get this email because you signed up for this clinic.")


def _reason(rsvp: Rsvp) -> str:
    """Return what the working group told them with it, if anything."""
    given = ActReason.objects.filter(
        act__verb="take_out_of_clinic", act__object_type=Rsvp._meta.label_lower, act__object_id=rsvp.pk
    )
    last = given.filter(is_for_them=True, act__at__gte=rsvp.made_at).order_by("-act__pk").first()
    return last.text if last else ""


def render(rsvp: Rsvp, language: str, zone: str, *, words: Callable[[Rsvp, str], LetterWords]) -> Rendered:
    return with_calendar(render_said(rsvp, language, zone, words=words), rsvp, language)


def render_said(rsvp: Rsvp, language: str, zone: str, *, words: Callable[[Rsvp, str], LetterWords]) -> Rendered:
    context = clinic_context(rsvp, language)
    with speaking(language), timezone.override(zone_or_utc(zone)):
        said = words(rsvp, context["title"] or settings.SITE_NAME)
    return render_letter(TEMPLATE, context | {"said": said}, language=language, zone=zone)


_KINDS: dict[str, tuple[Callable[..., str | None], Callable[[Rsvp, str], LetterWords], Priority]] = {
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
            reads=read_rsvps_and_hours if kind == "clinics.put_in" else read_rsvps,
            keeps=kinds.kept(),
        )
