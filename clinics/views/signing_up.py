"""Taking a seat: a visitor gives an address and types a code, somebody signed in presses once; then what they said."""

from dataclasses import replace

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from clinics.domain import clinics as domain
from clinics.domain.clinics import ClinicClosed, ClinicError
from clinics.domain.seats import ClinicFull, ComesAnyway, OfferGone
from clinics.domain.wishes import ToldFirst
from clinics.models import Clinic, KeptSignUp, Rsvp
from clinics.people.context import shown_people
from clinics.seats.agreements import AgreementMissing
from clinics.seats.rsvps import cancel_rsvp
from clinics.signing_up.context import SignUpShown, sign_up_form, takes_people, wishes_form
from clinics.signing_up.forms import from_kept, typed_in
from clinics.signing_up.kept import forget_forms, keep_form, kept_form
from clinics.signing_up.taking import SignedUp, SignUp, sign_up, told_first
from clinics.signing_up.wishes import change_wishes, offered_channels
from clinics.views.clinics import clinic_page, clinic_to_act_on, find_clinic, sign_in_url
from letsconnect.base.lines import isolated
from letsconnect.base.network import network_of
from mailings.ledger.reachable import is_written_to
from registrations.accounts.refusals import CodeNotSent, EnoughLetters, LimitReached
from registrations.documents import NewerVersion
from registrations.models import Member
from registrations.reference.names import language_name
from registrations.requests import MemberRequest, is_signed_in
from registrations.views import errands
from registrations.views.codes import ask_for_code, asked_to_be_led_to, refused

KEPT = "clinics:sign-up-kept"


@require_POST
def rsvp_make(request: HttpRequest, clinic_id: int) -> HttpResponse:
    """Take a seat, or a turn on the waiting list; of a visitor, send the code that takes it."""
    if not is_signed_in(request):
        visited = find_clinic(request, clinic_id)
        return _ask_for_code(request, visited) if "email" in request.POST else redirect(sign_in_url(clinic_id))
    clinic, now = clinic_to_act_on(request, clinic_id), timezone.now()
    shown = sign_up_form(clinic, request.user, channels=offered_channels(clinic), now=now, typed=request.POST)
    if shown.form.is_valid() and _take(request, clinic, shown):
        return redirect("clinics:clinic-detail", clinic_id)
    shown.warnings = shown.warnings or told_first(clinic, request.user, now=now)
    return clinic_page(request, find_clinic(request, clinic_id), shown=shown, status=422)


def _take(request: MemberRequest, clinic: Clinic, shown: SignUpShown) -> bool:
    """Take the seat as the form says, and tell whether there is nothing more to ask.

    What is in the way is said in the form; that sign-up has closed, on the page without it.
    """
    form = replace(shown.form.sign_up(), claims=request.POST.get("do") == "claim")
    try:
        came = sign_up(clinic=clinic, member=request.user, form=form, by=request.user, now=timezone.now())
    except ToldFirst as first:
        shown.warnings = list(first.warnings)
        return False
    except (ClinicClosed, ClinicFull, ComesAnyway, OfferGone) as refusal:
        messages.error(request, str(refusal))
        return True
    except (ClinicError, NewerVersion) as refusal:
        shown.form.add_error(None, str(refusal))
        return False
    forget_forms(clinic=clinic, address=request.user.email or "")
    _say_what_came(request, came)
    return True


def _ask_for_code(request: HttpRequest, clinic: Clinic) -> HttpResponse:
    """Keep what a visitor typed and send a code to their address: whoever types it has the seat."""
    now = timezone.now()
    try:
        if not takes_people(clinic, now=now):
            domain.check_open(state=clinic.state, closes_at=clinic.closes_at, now=now)
            raise ClinicFull(
                _("All seats are taken. If one becomes free, you can take it here at once. Please look again.")
            )
    except ClinicError as closed:
        messages.error(request, str(closed))
        return redirect("clinics:clinic-detail", clinic.pk)
    channels = shown_people(clinic).interpreted
    shown = sign_up_form(clinic, None, channels=channels, now=now, typed=request.POST)
    refusal: Exception | None = None
    form = shown.form
    if form.is_valid():
        try:
            _keep_and_send(request, clinic, shown)
        except (ClinicError, CodeNotSent, LimitReached) as error:
            refusal = error
            form.add_error(None if isinstance(error, ClinicError) else "email", str(error))
            shown.has_newest_letter = isinstance(error, EnoughLetters)
        else:
            return redirect("registrations:sign-in-code")
    return refused(clinic_page(request, clinic, shown=shown, status=422), refusal)


def _keep_and_send(request: HttpRequest, clinic: Clinic, shown: SignUpShown) -> None:
    values = shown.form.cleaned_data
    kept = keep_form(
        clinic=clinic,
        address=values["email"],
        typed={**shown.form.to_keep(), "saw_free": clinic.places_left > 0},
        network=network_of(request),
        now=timezone.now(),
    )
    zone = values["zone"] or timezone.get_current_timezone_name()
    try:
        ask_for_code(request, address=kept.address, zone=zone, leads_to=reverse(KEPT, args=[clinic.pk, kept.key]))
    except EnoughLetters:  # an earlier letter works, with what was typed now
        raise
    except (CodeNotSent, LimitReached):
        kept.delete()
        raise


def register() -> None:
    """Take the seat by the press that signs somebody in."""
    errands.register(KEPT, run=take_kept, show=show_kept)


def show_kept(address: str, *, clinic_id: int, key: str) -> errands.ErrandShown | None:
    """Return what the pages of the code and of the letter's link show: the clinic, and what was typed for it."""
    kept = kept_form(clinic_id=clinic_id, key=key, now=timezone.now())
    if kept is None or kept.address != address:
        return None
    form = from_kept(kept.typed)
    reads = get_language() or "en"
    context = {
        "clinic": kept.clinic,
        "text": kept.clinic.text,
        "form": form,
        "wishes": form.wishes,
        "listens_in": language_name(form.wishes.listens_in, reads),
        "language_need": language_name(form.wishes.language_need, reads),
    }
    button = _("Take a seat") if kept.typed.get("saw_free", True) else _("Join the waiting list")  # as the page said
    return errands.ErrandShown("clinics/_seat_errand.html", context, button)


def take_kept(request: HttpRequest, member: Member, *, clinic_id: int, key: str) -> HttpResponse:
    """Take the seat for which somebody has just signed in, with all they typed, or say why not."""
    now, page = timezone.now(), redirect("clinics:clinic-detail", clinic_id)
    kept = kept_form(clinic_id=clinic_id, key=key, now=now)
    if kept is None or kept.address != member.email:
        return page
    try:
        came = sign_up(clinic=kept.clinic, member=member, form=_of(kept), by=member, now=now)
    except ToldFirst:  # the page says it, with all that was typed
        return redirect(KEPT, clinic_id, key)
    except (AgreementMissing, NewerVersion) as refusal:
        messages.error(request, str(refusal))
        return redirect(KEPT, clinic_id, key)
    except ClinicError as refusal:
        messages.error(request, str(refusal))
        return page
    forget_forms(clinic=kept.clinic, address=kept.address)
    _say_what_came(request, came, typed_for_a_seat=kept.typed.get("saw_free", False))
    return page


def _of(kept: KeptSignUp) -> SignUp:
    return from_kept(kept.typed)


@never_cache
@require_safe
def sign_up_kept(request: HttpRequest, clinic_id: int, key: str) -> HttpResponse:
    """Show the page of the clinic with what its reader typed before; only its buttons do anything.

    It is for whoever signed in with the address that was given, and until then for the browser in which it was typed.
    """
    now, clinic = timezone.now(), find_clinic(request, clinic_id)
    kept = kept_form(clinic_id=clinic_id, key=key, now=now)
    owner = request.user.email if is_signed_in(request) else ""
    if kept is None or not (kept.address == owner if owner else asked_to_be_led_to(request, request.path)):
        return redirect("clinics:clinic-detail", clinic_id)
    return clinic_page(request, clinic, initial=typed_in(_of(kept), on=now.date()))


@require_POST
def rsvp_cancel(request: HttpRequest, clinic_id: int) -> HttpResponse:
    """Give the seat or the turn back."""
    clinic = find_clinic(request, clinic_id)
    if not is_signed_in(request):
        return redirect(sign_in_url(clinic_id))
    try:
        seat = cancel_rsvp(clinic=clinic, member=request.user, by=request.user, now=timezone.now())
    except ClinicError as refusal:
        messages.error(request, str(refusal))
    else:
        if seat:
            messages.success(request, _("You are no longer signed up for this clinic."))
    return redirect("clinics:clinic-detail", clinic_id)


@login_required
@require_POST
def seat_wishes(request: MemberRequest, clinic_id: int) -> HttpResponse:
    """Change what one said with one's seat."""
    clinic = find_clinic(request, clinic_id)
    seat = get_object_or_404(Rsvp.objects.of(request.user).active().select_related("clinic", "channel"), clinic=clinic)
    form = wishes_form(seat, channels=offered_channels(clinic), typed=request.POST)
    if form.is_valid():
        try:
            change_wishes(rsvp=seat, wishes=form.wishes(), by=request.user, now=timezone.now())
        except ClinicError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("clinics:clinic-detail", clinic_id)
    return clinic_page(request, clinic, wishes=form, status=422)


def _say_what_came(request: HttpRequest, came: SignedUp, *, typed_for_a_seat: bool = False) -> None:
    """Say what somebody has now; a letter is mentioned only if one really goes to them."""
    if came.own is not None and came.own.is_waiting and typed_for_a_seat:
        messages.info(request, _("The last seat was taken while you typed."))
    if came.own is not None:
        messages.success(request, _recorded(came.own))
    say_what_was_given_back(request, came)
    if came.others:
        going = sum(other.is_going for other in came.others)
        text = ngettext(
            "Of the other %(all)d part you have a seat at %(going)d.",
            "Of the other %(all)d parts you have a seat at %(going)d.",
            len(came.others),
        )
        waiting = _("At those that are full you are on the waiting list.") if going < len(came.others) else ""
        messages.success(request, f"{text % {'all': len(came.others), 'going': going}} {waiting}".strip())
    for part, reason in came.refused:
        said = {"clinic": isolated(part.title), "reason": reason}
        messages.warning(request, _("You are not signed up for “%(clinic)s”. %(reason)s") % said)


def say_what_was_given_back(request: HttpRequest, came: SignedUp) -> None:
    """Say which other hours of the clinic somebody is signed up for no more."""
    for said in came.given_back_in_words:
        messages.info(request, said)


def _recorded(rsvp: Rsvp) -> str:
    if not is_written_to(rsvp.member):
        return (
            _("Thank you for signing up. Our emails do not reach you: please look here before it begins.")
            if rsvp.is_going
            else _("All seats are taken: you are on the waiting list. Our emails do not reach you: please look here.")
        )
    if rsvp.is_going:
        return _("Thank you for signing up. We confirm it by email.")
    return _("All seats are taken, so you wait for one now. We confirm it by email.")
