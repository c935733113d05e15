"""The page on which one side says how an hour went that is over."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from matching.domain.feedback import (
    SAID_OF_HOURS,
    SAID_OF_MEETINGS,
    DayNotPossible,
    DayTaken,
    MayBeTheSame,
    Next,
    SaidElsewhere,
    check_open,
)
from matching.domain.matches import MatchingError, MatchState, TooOften
from matching.domain.sessions import SessionState
from matching.feedback.forms import FeedbackForm, MeetingForm
from matching.feedback.giving import give_feedback, seen_as
from matching.feedback.telling import days_of, tell_of_meeting
from matching.models import Feedback, Match, Session
from matching.views import match_page
from matching.words import reasons
from registrations.requests import MemberRequest


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def feedback_give(request: MemberRequest, session_id: int) -> HttpResponse:
    """Ask one side how an hour went; to anybody else there is no such hour."""
    now = timezone.now()
    session = get_object_or_404(Session.objects.for_member(request.user).over(now=now).with_people(), pk=session_id)
    match, side = session.match, session.side_of(request.user)
    if side is None or session.over_since is None:
        raise Http404
    try:
        check_open(over_since=session.over_since, now=now)
    except MatchingError as refusal:
        messages.error(request, str(refusal))
        return redirect("matching:match-detail", match.pk)
    given = Feedback.objects.filter(session=session, side=side).first()
    form = FeedbackForm(
        request.POST if request.method == "POST" else None,
        given=given,
        can_go_on=match.state == MatchState.CONNECTED,
        sayable=SAID_OF_MEETINGS if session.state == SessionState.ELSEWHERE else SAID_OF_HOURS,
    )
    stored: list[tuple[str, str]] = []
    if form.is_bound and form.is_valid():
        try:
            seen = request.POST.get("seen")
            feedback = give_feedback(session=session, by=request.user, now=now, seen_version=seen, **form.cleaned_data)
        except SaidElsewhere as refusal:
            given = Feedback.objects.get(session=session, side=side)
            stored = form.stored_beside(given)
            form.add_error(None, str(refusal))
        except MatchingError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _thanks_for(feedback))
            return redirect("matching:match-detail", match.pk)
    context = {
        "form": form,
        "seen": seen_as(given),
        "stored": stored,
        "session": session,
        "match": match,
        "is_told_by_me": session.made_by_id == request.user.pk,
        "name": reasons.name_of(session.person(side.other)),
    }
    return render(request, "matching/feedback_give.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def meeting_tell(request: MemberRequest, match_id: int) -> HttpResponse:
    """Keep that the two met outside the portal, and go on to how it was."""
    match = get_object_or_404(Match.objects.for_member(request.user).prefetch_related(None), pk=match_id)
    if request.method == "GET":  # somebody's way back from signing in again: the form is on the match's page
        return redirect("matching:match-detail", match_id)
    now = timezone.now()
    form = MeetingForm(request.POST, **days_of(match, request.user, now=now))
    if form.is_valid():
        try:
            session = tell_of_meeting(match=match, by=request.user, now=now, **form.cleaned_data)
        except MayBeTheSame as doubt:
            form.ask_whether_another(str(doubt))
        except (DayNotPossible, DayTaken, TooOften) as refusal:
            form.add_error("on", str(refusal))
        except MatchingError as refusal:
            messages.error(request, str(refusal))
            return redirect("matching:match-detail", match_id)
        else:
            messages.success(request, _("Noted. The other person can say if it was not so. How was it for you?"))
            return redirect("matching:feedback-give", session.pk)
    return match_page.show(request, match, status=422, meeting_form=form)


def _thanks_for(feedback: Feedback) -> str:
    if feedback.next == Next.ANOTHER:
        return _("Thank you. Propose the next session here.")
    if feedback.next == Next.NOT_A_FIT:
        return _("Thank you for telling us. This match is over.")
    return _("Thank you for telling us. You can change it for two weeks after the session.")
