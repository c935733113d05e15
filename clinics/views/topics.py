"""The members' pages of topic requests: ask for a clinic, support what others asked for, see what came of it.

Nobody reads here who asked, nor a small number. The desk has its own pages.
"""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinics.domain.clinics import ClinicError
from clinics.domain.requests import REQUESTS_A_MONTH
from clinics.models import TopicRequest, TopicRequestQuerySet, TopicSupport
from clinics.requests import asking
from clinics.requests.context import how_many_want_it, line_of, may_be_opened, public_clinic, skills_and_languages
from clinics.requests.forms import AskTopicForm, TopicFilter, first_language
from clinics.requests.similar import similar_requests
from letsconnect.base.keys import key_or_none
from letsconnect.base.paging import page_of
from registrations.domain.registrations import RegistrationError
from registrations.models import Member
from registrations.requests import MemberRequest


@login_required
@require_safe
def topic_list(request: MemberRequest) -> HttpResponse:
    """List the requests that go on, newest first, page by page."""
    requests = TopicRequest.objects.going_on()
    skills, languages = skills_and_languages(requests)
    form = TopicFilter(request.GET, skills=skills, languages=languages)
    chosen = form.chosen()
    if skill := chosen.get("skill"):
        requests = requests.about(skill)
    if language := chosen.get("language"):
        requests = requests.filter(language=language)
    page = page_of(requests.order_by("-made_at", "-pk").values_list("pk", flat=True), request)
    context = {"form": form, "page": page, "is_filtered": bool(chosen), "lines": _lines(request, list(page))}
    return render(request, "clinics/topic_list.html", context)


@login_required
@require_safe
def topic_mine(request: MemberRequest) -> HttpResponse:
    """List what the reader asked for or supports, newest first, with what came of it."""
    page = page_of(TopicRequest.objects.of(request.user).values_list("pk", flat=True), request)
    lines = _lines(request, list(page), are_mine=True)
    return render(request, "clinics/topic_mine.html", {"page": page, "lines": lines})


def _lines(request: MemberRequest, keys: list[int], *, are_mine: bool = False) -> list[Any]:
    rows = _with_all(TopicRequest.objects.filter(pk__in=keys)).in_bulk() if keys else {}
    wanted, token = _wanted_by(request.user, keys), get_token(request)
    return [
        line_of(rows[key], is_wanted=key in wanted, csrf_token=token, is_mine=are_mine) for key in keys if key in rows
    ]


def _with_all(requests: TopicRequestQuerySet) -> TopicRequestQuerySet:
    return requests.with_names().counting_supporters().select_related("clinic")


def _wanted_by(member: Member, keys: list[int]) -> set[int]:
    mine = TopicSupport.objects.filter(member=member, request__in=keys)
    return set(mine.values_list("request_id", flat=True))


@login_required
@require_safe
def topic_detail(request: MemberRequest, request_id: int) -> HttpResponse:
    """Show one request: its topic, how many want it, what came of it, and the button of this reader."""
    topic = get_object_or_404(_with_all(TopicRequest.objects.all()).select_related("merged_into"), pk=request_id)
    wanted = _wanted_by(request.user, [topic.pk])
    if not may_be_opened(topic, wanted=wanted, reader_key=request.user.pk):
        raise Http404
    is_mine = topic.member_id == request.user.pk
    context = {
        "topic": topic,
        "is_wanted": topic.pk in wanted,
        "is_mine": is_mine,
        "wanted": how_many_want_it(topic.supporters),
        "why": topic.why if is_mine or topic.why_is_public else "",
        "clinic": public_clinic(topic),
    }
    return render(request, "clinics/topic_detail.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def topic_ask(request: MemberRequest) -> HttpResponse:
    """Ask for a clinic. Where others asked for about the same, show that first: supporting it counts as much."""
    posted = request.POST if request.method == "POST" else None
    first = {"language": first_language(), "skill": key_or_none(request.GET.get("skill", ""))}
    form = AskTopicForm(posted, initial=first)
    alike: list[TopicRequest] = []
    if posted is not None and form.is_valid():
        topic = form.topic()
        alike = similar_requests(topic, by=request.user, language=get_language() or "en")
        if {row.pk for row in alike} <= form.seen():
            asked = _ask(request, form)
            if asked is not None:
                messages.success(request, _("The working group reads what you asked for. You hear what comes of it."))
                return redirect("clinics:topic-detail", asked.pk)
    token = get_token(request)
    context = {
        "form": form,
        "most": REQUESTS_A_MONTH,
        "alike": [line_of(row, is_wanted=False, csrf_token=token) for row in alike],
        "seen": "-".join(str(row.pk) for row in alike),
    }
    return render(request, "clinics/topic_ask.html", context, status=200 if posted is None else 422)


def _ask(request: MemberRequest, form: AskTopicForm) -> TopicRequest | None:
    values = form.cleaned_data
    try:
        return asking.ask_topic(
            topic=form.topic(),
            why=values["why"],
            why_is_public=values["why_is_public"],
            by=request.user,
            now=timezone.now(),
        )
    except (ClinicError, RegistrationError) as refusal:
        form.add_error(None, str(refusal))
        return None


@login_required
@require_POST
def topic_support(request: MemberRequest, request_id: int) -> HttpResponse:
    """Want what somebody asked for, too."""
    return _do(request, request_id, asking.support_topic, _("You support this topic. You hear what comes of it."))


@login_required
@require_POST
def topic_take_back(request: MemberRequest, request_id: int) -> HttpResponse:
    """Want it no longer."""
    return _do(request, request_id, asking.take_support_back, _("You no longer count among those who want this."))


def _do(request: MemberRequest, request_id: int, act: Callable[..., TopicRequest], said: str) -> HttpResponse:
    topic = get_object_or_404(TopicRequest, pk=request_id)
    wanted = _wanted_by(request.user, [topic.pk])
    if not may_be_opened(topic, wanted=wanted, reader_key=request.user.pk):
        raise Http404
    try:
        topic = act(request=topic, by=request.user, now=timezone.now())
    except (ClinicError, RegistrationError) as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, said)
    return redirect("clinics:topic-detail", topic.pk)
