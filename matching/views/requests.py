"""Browsing people who let others find them, asking for one, and what became of it."""

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any, Concatenate, NamedTuple, ParamSpec

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, QuerySet
from django.http import Http404, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.template.defaultfilters import linebreaksbr
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from letsconnect.base.labels import label_of
from letsconnect.base.paging import ON_A_PAGE, page_of
from letsconnect.base.pieces import Piece, link_to
from letsconnect.base.statements import Statement
from letsconnect.base.templatetags.when import when
from matching.domain.matches import MatchingError
from matching.domain.requests import MOST_OPEN_REQUESTS, RequestState
from matching.matches.forms import AskForm, SharerFilter
from matching.models import SharerRequest
from matching.models.requests import SharerRequestQuerySet
from matching.views.sharer_cards import MOST_SKILLS, pieces_of
from matching.waiting import advice, browsing, hindrances
from matching.waiting.cards import cards_of
from matching.waiting.changes_in_words import what_would_help
from matching.waiting.requests import ask_for_sharer, out_of_reach, withdraw_request
from matching.words import reasons
from registrations import documents
from registrations.domain.registrations import RegistrationError, RegistrationState, SkillFamily
from registrations.models import Member, Registration, Skill, has_agreed
from registrations.participation.next_round import sentence, takes_part, taking_part, why_not
from registrations.recordings import recordings_on
from registrations.requests import MemberRequest

Rest = ParamSpec("Rest")
View = Callable[Concatenate[MemberRequest, Registration, Rest], HttpResponse]


class NamedRequest(NamedTuple):
    """A request, and the name by which the learner reads whom they asked for."""

    request: SharerRequest
    name: str


def approved_only(view: View[Rest]) -> Callable[Concatenate[MemberRequest, Rest], HttpResponse]:
    """Open a page to people with an approved registration who agreed to the documents; tell others what they need.

    The page gets the registration after the request.
    """

    @login_required
    @wraps(view)
    def guarded(request: MemberRequest, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponse:
        reader = _reader(request.user, on=timezone.now().date())
        if reader is None or not _may_look(reader):
            return render(request, "matching/sharers_closed.html", {"registration": reader}, status=403)
        return view(request, reader, *args, **kwargs)

    return guarded


def _readers(member: Member, *, on: date, versions: object) -> QuerySet[Registration, Any]:
    """The registration of a member with ``has_agreed``, and ``is_in`` where they take part in the next round; its SQL
    holds the versions of documents that count."""
    agreed = ExpressionWrapper(has_agreed(on=on), output_field=BooleanField())
    is_in = Exists(taking_part(on=on).order_by().filter(pk=OuterRef("pk")))
    mine = Registration.objects.filter(member=member).select_related("member")
    return mine.annotate(has_agreed=agreed, is_in=is_in)


_READERS = Statement(_readers)


def _reader(member: Member, *, on: date) -> Any:
    return next(iter(_READERS.rows({"member": member}, on=on, versions=documents.all_counting(on=on))), None)


def _may_look(reader: Any) -> bool:
    """Tell whether somebody is approved and has agreed to how people treat each other here."""
    return reader.state == RegistrationState.APPROVED and reader.has_agreed


@require_safe
@approved_only
def sharer_list(request: MemberRequest, reader: Any) -> HttpResponse:
    """List those who let others find them, page by page, as wanted."""
    now = timezone.now()
    everybody, asked, rules = browsing.everybody_and_asked(reader, on=now.date())
    to_ask = [person for person in everybody if person.registration not in asked]
    reach = browsing.within_reach(reader, to_ask, rules=rules, now=now)
    people = [person for person in everybody if person.registration in reach]
    skills = browsing.skills_shared([person.registration for person in people])
    form = SharerFilter(
        request.GET,
        topics=[_family(family, shared) for family, shared in browsing.by_family(skills.values())],
        languages=browsing.languages_of(reach),
    )
    search = form.search()
    listed = browsing.search(reader, search, among=people, reach=reach, now=now)
    page = page_of(listed.keys, request)
    shown = list(page.object_list)
    cards = cards_of(
        reader, shown, listed, skills=skills, asked=asked, wished=reach.wished, times=reach.by_time, now=now
    )
    hindrance = hindrances.of_everybody(reach.seen)
    is_told_enough = bool(hindrance.sentence) or reader.is_in
    return render(
        request,
        "matching/sharer_list.html",
        {
            "form": form,
            "page": page,
            "pieces": pieces_of(cards, most_skills=MOST_SKILLS, can_ask=not hindrance.sentence),
            "cards": cards,
            "is_filtered": search != browsing.SharerSearch(),
            "reader": reader,
            "hindrance": hindrance,
            "why_not": "" if is_told_enough else why_not(reader, on=now.date()),
            "others": len(everybody) - len(people) - len(asked),
            "waiting": len(asked),
            "most": MOST_OPEN_REQUESTS,
        },
    )


def _family(family: str, skills: list[browsing.NamedSkill]) -> tuple[str, list[tuple[str, str]]]:
    if not family:
        return _("Suggested by people who take part"), [(str(skill.key), skill.name) for skill in skills]
    label = str(SkillFamily(family).label)
    everything = _("%(family)s: all of it") % {"family": label}
    return label, [(family, everything), *((str(skill.key), skill.name) for skill in skills)]


@require_http_methods(["GET", "HEAD", "POST"])
@approved_only
def sharer_ask(request: MemberRequest, reader: Registration, public_id: str) -> HttpResponse:
    """Show one person and take a request for them; whom the reader cannot find does not exist."""
    now = timezone.now()
    sharer = browsing.findable(request.user, on=now.date()).filter(member__public_id=public_id).first()
    if sharer is None:
        if request.method != "POST" or not Registration.objects.filter(member__public_id=public_id).exists():
            raise Http404("nobody of that address lets the reader find them")
        return render(request, "matching/sharer_gone.html", {"why": request.POST.get("why", "")}, status=422)
    seen = browsing.look_at(reader, sharer, now=now)
    wished, asked = seen.wished, seen.asked
    card = cards_of(reader, [sharer.pk], seen.listed, skills=seen.skills, asked=asked, wished=wished, now=now)[0]
    first = next((skill.key for skill in card.skills if skill.is_wished), None)
    form = AskForm(request.POST if request.method == "POST" else None, shared=card.skills, initial={"skill": first})
    status = 200
    if request.method == "POST":
        if form.is_valid() and _ask(request, sharer, form):
            return redirect("matching:request-list")
        status = 422
    context = {
        "card": card,
        "pieces": pieces_of([card]),
        "form": form,
        "waiting": seen.waiting,
        "has_place": len(asked) < MOST_OPEN_REQUESTS,
        "out_of_reach": None if form.is_bound else out_of_reach(reader, sharer, now=now, rules=seen.rules),
        "most": MOST_OPEN_REQUESTS,
    }
    return render(request, "matching/sharer_ask.html", context, status=status)


def _ask(request: MemberRequest, sharer: Registration, form: AskForm) -> bool:
    skill = Skill.objects.get(pk=form.cleaned_data["skill"])
    try:
        ask_for_sharer(
            sharer=sharer,
            skill=skill,
            why=form.cleaned_data["why"],
            adds_wish=form.cleaned_data.get("adds_wish", False),
            by=request.user,
            now=timezone.now(),
        )
    except (MatchingError, RegistrationError) as refusal:
        form.add_error(None, str(refusal))
        return False
    me, today = Registration.objects.of(request.user), timezone.now().date()
    if takes_part(me, on=today):
        messages.success(request, _("Your request is kept for the next round of matches."))
    else:
        messages.warning(request, " ".join([_("Your request is kept."), why_not(me, on=today)]))
    return True


@login_required
@require_safe
def no_match(request: MemberRequest) -> HttpResponse:
    """Say why the member has no match yet, what would help, and what happens next."""
    registration, now = Registration.objects.of(request.user), timezone.now()
    waiting = advice.waiting_status(registration, now=now, is_told_all=True)
    is_told = registration is not None and waiting.is_looked_for
    context = {
        "registration": registration,
        "recordings": dict.fromkeys(recordings_on(sorted(waiting.wishes)).values()),
        "next_round": sentence(registration, on=now.date(), is_in=waiting.is_in) if is_told else "",
        "waiting": waiting,
        "help": what_would_help(registration, now=now, asked=waiting.asked) if registration and is_told else None,
        "asked": waiting.requests,
    }
    return render(request, "matching/no_match.html", context)


def _in_order(member: Member) -> SharerRequestQuerySet:
    return SharerRequest.objects.of(member).waiting_first()


def _lines(member: Member, *, on: date, start: int, versions: object) -> SharerRequestQuerySet:
    """The requests of one page of the list, which begins at ``start``; the SQL holds the versions that count."""
    return _in_order(member).saying_who_is_named(on=on).for_lines()[start : start + ON_A_PAGE]


_KEYS = Statement(lambda member: _in_order(member).values_list("pk", flat=True))
_LINES = Statement(_lines)


@login_required
@require_safe
def request_list(request: MemberRequest) -> HttpResponse:
    """Show whom the member asked for, and what became of it."""
    today, values = timezone.now().date(), {"member": request.user}
    page = page_of(_KEYS.rows(values), request)
    start, versions = page.start_index() - 1, documents.all_counting(on=today)
    mine = _LINES.rows(values, on=today, start=start, versions=versions) if page.object_list else []
    rows = [NamedRequest(sharer_request, reasons.name_of_asked(sharer_request)) for sharer_request in mine]
    waiting = [row for row in rows if row.request.state == RequestState.OPEN]
    over = [row for row in rows if row.request.state != RequestState.OPEN]
    token = get_token(request) if waiting else ""
    context = {
        "waiting": waiting,
        "over": over,
        "lines_of_waiting": [_line_of_waiting(row, csrf_token=token) for row in waiting],
        "lines_of_over": [_line_of_over(row) for row in over],
        "most": MOST_OPEN_REQUESTS,
        "page": page,
    }
    return render(request, "matching/request_list.html", context)


def _line_of_waiting(row: NamedRequest, *, csrf_token: str) -> Piece:
    """Return the line of a request that can be taken back, for ``matching/_request_waiting.html``."""
    return Piece(
        shape={},
        texts={
            "withdraw": link_to("matching:request-withdraw", row.request.pk),
            "csrf_token": csrf_token,
            "name": row.name,
            "skill": str(row.request.skill),
            "why": linebreaksbr(row.request.why),
            "moment": when(row.request.made_at),
        },
    )


def _line_of_over(row: NamedRequest) -> Piece:
    """Return the line that says what became of a request, for ``matching/_request_over.html``."""
    request = row.request
    return Piece(
        shape={
            "state": request.state,
            "state_label": label_of(request, "state"),
            "not_this_time": label_of(request, "not_this_time"),
        },
        texts={
            "match": link_to("matching:match-detail", request.match_id or 0),
            "name": row.name,
            "skill": str(request.skill),
            "moment": when(request.closed_at),
        },
    )


@login_required
@require_POST
def request_withdraw(request: MemberRequest, request_id: int) -> HttpResponse:
    """Take a request back."""
    mine = get_object_or_404(SharerRequest.objects.of(request.user), pk=request_id)
    withdraw_request(request=mine, by=request.user, now=timezone.now())
    messages.success(request, _("Your request is withdrawn."))
    return redirect("matching:request-list")
