"""The hours of a match: proposing times, agreeing on one, moving it, cancelling it, and where to meet."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from letsconnect.base import versions
from letsconnect.base.calendars import PUBLISHED_TYPE
from letsconnect.base.query_batches import QueryBatch
from matching.domain.matches import MatchingError, Side, TooOften
from matching.domain.sessions import ChosenTime, LinkChanged, SessionChanged
from matching.models import Match, Session
from matching.sessions import calendars, hours
from matching.sessions import context as session_page
from matching.sessions.agreeing import (
    cancel_session,
    confirm_time,
    keep_the_hour,
    make_room,
    propose_times,
    seen_as,
    set_call_link,
)
from matching.sessions.forms import CallLinkForm, CancelSessionForm, ChosenTimeForm, SeenForm, TimesForm
from matching.sessions.rooms import host_of_rooms
from matching.views import match_page
from registrations.models import Member
from registrations.requests import MemberRequest
from registrations.skills.names import names_asked, take_names


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def session_propose(request: MemberRequest, match_id: int) -> HttpResponse:
    """Show the hours in common in both zones, and propose up to three of them, or others that are typed."""
    match = get_object_or_404(Match.objects.for_member(request.user).prefetch_related(None), pk=match_id)
    now, batch = timezone.now(), QueryBatch()
    connected = batch.add(Match.objects.connected().filter(pk=match.pk).values_list("pk", flat=True))
    open_ = batch.add(session_page.asked_of_open(match, now=now))
    windows = batch.add(hours.asked_of_windows(match))
    names = batch.add(names_asked(match.skills_named))
    batch.run()
    if not connected:
        messages.error(request, _("This match is over, so no hour can be agreed on any more."))
        return redirect("matching:match-detail", match_id)
    take_names(match.skills_named, names)
    session = next(iter(open_), None)
    zones = {"mine": request.user.zone, "theirs": session_page.zone_of_other(match, request.user)}
    name = session_page.name_of_other(match, request.user)
    weeks = hours.to_choose(match, name=name, now=now, windows=windows, **zones)
    form = _times_form(request, match, session, weeks, now=now)
    if request.method == "POST" and form.is_valid():
        try:
            propose_times(
                match=match,
                times=form.times,
                minutes=form.cleaned_data["minutes"],
                seen_version=form.cleaned_data["seen"],
                by=request.user,
                now=now,
            )
        except MatchingError as refusal:
            form.add_error("picked" if isinstance(refusal, TooOften) else None, str(refusal))
            if isinstance(refusal, SessionChanged):
                session = _show_as_it_is_now(form, match, now=now)
        else:
            messages.success(
                request,
                _(
                    "Proposed. The other person finds it on the page of your match. If we can write to them, an email "
                    "with the newest times goes out in a minute or so."
                ),
            )
            return redirect("matching:match-detail", match_id)
    return render(
        request,
        "matching/session_propose.html",
        {
            "match": match,
            "session": session,
            "name": name,
            "form": form,
            "weeks": weeks,
            "clocks_differ": any(choice.theirs for week in weeks for day in week.days for choice in day.choices),
            "ticked": form.ticked(),
            "my_zone": zones["mine"],
            "other_zone": zones["theirs"],
        },
        status=422 if form.errors else 200,
    )


@login_required
@require_POST
def session_confirm(request: MemberRequest, session_id: int) -> HttpResponse:
    form = ChosenTimeForm(request.POST)
    done = _("Agreed. Each of you gets an email to add the session to your calendar, if our emails reach you.")
    return _press(request, session_id, form, confirm_time, done)


@login_required
@require_POST
def session_keep(request: MemberRequest, session_id: int) -> HttpResponse:
    return _press(request, session_id, SeenForm(request.POST), keep_the_hour, _("The hour stays as agreed."))


@login_required
@require_http_methods(["GET", "POST"])
def session_cancel(request: MemberRequest, session_id: int) -> HttpResponse:
    if request.method == "GET":  # somebody's way back from signing in again: the form is on the match's page
        return redirect("matching:match-detail", _mine(request, session_id).match_id)
    form = CancelSessionForm(request.POST)
    done = _("Cancelled. The other person is told kindly, if we can write to them and they knew of it.")
    return _press(request, session_id, form, cancel_session, done, shown_as="cancel_form")


@sensitive_post_parameters("link")
@login_required
@require_http_methods(["GET", "POST"])
def session_link(request: MemberRequest, session_id: int) -> HttpResponse:
    """Keep where the two will talk: a link, or a new room; it goes into no log, and no report of an error."""
    if request.method == "GET":
        return redirect("matching:match-detail", _mine(request, session_id).match_id)
    if "room" in request.POST and not host_of_rooms():
        messages.error(request, _("No rooms are offered at the moment. Please add a link of your own."))
        return redirect("matching:match-detail", _mine(request, session_id).match_id)
    done = _("Saved. Both of you find the link on this page. The other person is told, if we can write to them.")
    if "room" in request.POST:  # pressed twice, or by both: the link that stands is what both find
        return _press(request, session_id, forms.Form({}), make_room, _("Both of you find the link on this page."))
    form = CallLinkForm(request.POST)
    if not request.POST.get("link", "").strip():
        has_link = _mine(request, session_id).call_link
        taken_away = _("There is no link to the call any more. The other person is told, if we can write to them.")
        done = taken_away if has_link else _("You typed no link, so nothing has changed.")
    act = partial(set_call_link, seen_version=request.POST.get(versions.FIELD, ""))
    return _press(request, session_id, form, act, done, shown_as="link_form")


@login_required
@require_safe
def session_calendar(request: MemberRequest, session_id: int) -> HttpResponse:
    """Hand an agreed or cancelled hour to the calendar of one of its two people."""
    session = _mine(request, session_id)
    side = session.side_of(request.user)
    if session.starts_at is None or side is None:
        return redirect("matching:match-detail", session.match_id)
    content = calendars.published([(session, side)], language=get_language() or "en", now=timezone.now())
    response = HttpResponse(content, content_type=PUBLISHED_TYPE)
    response.headers["Content-Disposition"] = f'attachment; filename="{calendars.FILE_NAME}"'
    return response


def _mine(request: MemberRequest, session_id: int) -> Session:
    return get_object_or_404(Session.objects.for_member(request.user).with_people(), pk=session_id)


def _arguments(form: Any) -> dict[str, Any]:
    """Return what a form of these says as its action takes it: what the page showed is the version that was seen."""
    return {"seen_version" if name == "seen" else name: value for name, value in form.cleaned_data.items()}


def _press(
    request: MemberRequest, session_id: int, form: Any, act: Callable[..., Session], done: str, *, shown_as: str = ""
) -> HttpResponse:
    """Do one thing about a session, say ``done`` and go back to its match; a wrong form is shown again on that page."""
    mine = Session.objects.for_member(request.user).with_people()
    session, now = get_object_or_404(mine.prefetch_related(None), pk=session_id), timezone.now()
    if not form.is_valid():
        if shown_as:
            return _shown_again(request, session, **{shown_as: form})
        messages.error(request, _("This button belongs to an older page. This is how it is now."))
        return redirect("matching:match-detail", session.match_id)
    try:
        act(session=session, by=request.user, now=now, **_arguments(form))
    except (TooOften, LinkChanged) as refusal:
        if shown_as:
            form.add_error(next(iter(form.fields)), str(refusal))
            return _shown_again(request, session, **{shown_as: form})
        messages.error(request, str(refusal))
    except SessionChanged as refusal:
        if shown_as and _show_as_it_is_now(form, session.match, now=now) is not None:
            form.add_error(None, str(refusal))
            return _shown_again(request, session, **{shown_as: form})
        messages.error(request, str(refusal))
    except MatchingError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect("matching:match-detail", session.match_id)


def _show_as_it_is_now(form: Any, match: Match, *, now: datetime) -> Session | None:
    """Let a form that was opened earlier be pressed again, and return the session that its page shows now.

    What was typed stays; the version that is sent along becomes that of what stands beside it.
    """
    session = match.sessions.open(now=now).prefetch_related("times").first()
    form.data = form.data.copy()
    form.data["seen"] = seen_as(session)
    return session


def _shown_again(request: MemberRequest, session: Session, **form: Any) -> HttpResponse:
    match = Match.objects.for_member(request.user).prefetch_related(None).get(pk=session.match_id)
    return match_page.show(request, match, status=422, **form)


def _times_form(
    request: MemberRequest, match: Match, session: Session | None, weeks: list[hours.Week], *, now: datetime
) -> TimesForm:
    values: dict[str, Any] = {
        "zone": request.user.zone,
        "other_zone": session_page.zone_of_other(match, request.user),
        "other": session_page.name_of_other(match, request.user),
        "now": now,
    }
    if request.method == "POST":
        return TimesForm(request.POST, **values)
    initial: dict[str, Any] = {"seen": seen_as(session)}
    if session is not None:
        initial |= {"minutes": session.minutes} | _chosen_before(
            session, weeks, request.user, match.side_of(request.user), now=now
        )
    return TimesForm(initial=initial, **values)


def _chosen_before(
    session: Session, weeks: list[hours.Week], member: Member, side: Side | None, *, now: datetime
) -> dict[str, Any]:
    """Return one's own times that wait for an answer, as ticks where they are among the hours in common."""
    if session.waiting_for in ("", side):
        return {}
    offered = {choice.value for week in weeks for day in week.days for choice in day.choices}
    times = [ChosenTime(time.starts_at, member.zone) for time in session.times.all() if time.starts_at > now]
    values = {hours.value_of(time.starts_at): time for time in times}
    initial: dict[str, Any] = {"picked": [value for value in values if value in offered]}
    typed = (time for value, time in values.items() if value not in offered)
    for number, time in enumerate(typed, start=1):
        initial |= {f"day_{number}": time.local_date, f"clock_{number}": time.local_time}
    return initial
