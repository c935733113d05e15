"""The page of the team: who they are, and a form that writes to them without showing their address."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from letsconnect.base.network import network_of
from registrations.accounts.refusals import CodeNotSent, EnoughLetters, LimitReached
from registrations.accounts.team_form import TeamMessageForm
from registrations.domain.team import NotShown, TooManyMessages
from registrations.models import Member, TeamMessage
from registrations.requests import MemberRequest, is_signed_in
from registrations.seats import team as of_the_team
from registrations.seats.messages import TypedMessage, keep_message, kept_message, send_message
from registrations.views import errands
from registrations.views.codes import ask_for_code, refused

KEPT = "registrations:team-message-kept"
EVERYBODY = "everybody"  # in the address of the page that writes to the address of the programme


@require_safe
def team(request: HttpRequest) -> HttpResponse:
    """Show who of the working group chose to be shown; to themselves, whether they are."""
    now = timezone.now()
    people = of_the_team.team(now=now)
    own = list(of_the_team.own_seats(request.user, now=now)) if is_signed_in(request) else []
    context = {
        "people": people,
        "regions_without": of_the_team.regions_without(people),
        "may_be_shown": bool(own),
        "is_shown": any(seat.is_shown for seat in own),
        "everybody": EVERYBODY,
    }
    return render(request, "registrations/team.html", context)


@login_required
@require_POST
def team_show(request: MemberRequest) -> HttpResponse:
    """Be shown on the page, or not any more."""
    is_shown = request.POST.get("do") == "show"
    try:
        of_the_team.show_on_team_page(member=request.user, is_shown=is_shown, by=request.user, now=timezone.now())
    except NotShown as refusal:
        messages.error(request, str(refusal))
    return redirect("registrations:team")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def team_write(request: HttpRequest, public_id: str) -> HttpResponse:
    """Write to one of the team, or to the address of the programme; a visitor's words wait for the code."""
    now = timezone.now()
    writer = request.user if is_signed_in(request) else None
    form = TeamMessageForm(request.POST if request.method == "POST" else None, member=writer)
    refusal_of_code: Exception | None = None
    person = None
    try:
        if public_id != EVERYBODY:
            person = of_the_team.somebody_of_the_team(public_id, now=now)
    except NotShown as refusal:
        if not request.POST.get("text", "").strip():
            messages.error(request, str(refusal))
            return redirect("registrations:team")
        form.add_error(None, str(refusal))  # what was typed can go to all of them
    if form.is_bound and form.is_valid():
        values = form.cleaned_data
        written = TypedMessage(
            recipient=person.member if person is not None else None,
            name=values["name"],
            text=values["text"],
            gives_address=values.get("gives_address", False),
        )
        try:
            if writer is not None:
                send_message(written=written, by=writer, now=now)
                return _say_it_goes(request)
            _keep_and_send_code(request, written, address=values["email"])
        except (TooManyMessages, NotShown) as refusal:
            form.add_error(None, str(refusal))
        except (CodeNotSent, LimitReached) as error:
            refusal_of_code = error
            form.add_error("email", str(error))
        else:
            return redirect("registrations:sign-in-code")
    context = {"form": form, "person": person, "everybody": EVERYBODY}
    page = render(request, "registrations/team_write.html", context, status=422 if form.errors else 200)
    return refused(page, refusal_of_code)


def _keep_and_send_code(request: HttpRequest, written: TypedMessage, *, address: str) -> None:
    kept = keep_message(written=written, address=address, network=network_of(request), now=timezone.now())
    zone = timezone.get_current_timezone_name()
    try:
        ask_for_code(request, address=address, zone=zone, leads_to=reverse(KEPT, args=[kept.key]))
    except EnoughLetters:  # an earlier letter works, with what was typed now
        raise
    except (CodeNotSent, LimitReached):
        kept.delete()
        raise


def register() -> None:
    """Send the message by the press that signs somebody in."""
    errands.register(KEPT, run=send_kept, show=show_kept)


def show_kept(address: str, *, key: str) -> errands.ErrandShown | None:
    """Return what the pages of the code show: to whom the message goes."""
    kept = kept_message(key=key, now=timezone.now())
    if kept is None or kept.address != address:
        return None
    return errands.ErrandShown("registrations/_team_errand.html", {"message": kept}, _("Send the message"))


def send_kept(request: HttpRequest, member: Member, *, key: str) -> HttpResponse:
    """Send the message for which somebody has just signed in."""
    now = timezone.now()
    kept = kept_message(key=key, now=now)
    if kept is None or kept.address != member.email:
        return redirect("registrations:team")
    try:
        send_message(written=_written(kept), by=member, now=now, kept=kept)
    except (TooManyMessages, NotShown) as refusal:
        messages.error(request, str(refusal))
        return redirect(KEPT, key=key)  # where what they wrote can still be read
    return _say_it_goes(request)


def _written(kept: TeamMessage) -> TypedMessage:
    return TypedMessage(kept.recipient, kept.name, kept.text, kept.gives_address)


def _say_it_goes(request: HttpRequest) -> HttpResponse:
    messages.success(request, _("Thank you. Your message is on its way."))
    return redirect("registrations:team")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def team_message_kept(request: HttpRequest, key: str) -> HttpResponse:
    """Show its writer what waits to be sent, with the button that sends it; anybody else is led to the team."""
    kept = kept_message(key=key, now=timezone.now())
    if kept is None or not is_signed_in(request) or kept.address != request.user.email:
        return redirect("registrations:team")
    if request.method == "POST":
        return send_kept(request, request.user, key=key)
    try:
        if kept.recipient is not None:
            of_the_team.check_is_shown(kept.recipient, now=timezone.now())
    except NotShown:
        can_be_sent = False
    else:
        can_be_sent = True
    context = {"message": kept, "can_be_sent": can_be_sent, "everybody": EVERYBODY}
    return render(request, "registrations/team_message_kept.html", context)
