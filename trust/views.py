"""Writing to the trust team in confidence, and the team's own pages.

They stand outside the working group's desk: Django's admin has several ways to a row (history, search, filters by any
column, a message about the row that is not there) of which each would have to be closed, and the team needs no seat at
the desk.
"""

from datetime import UTC, date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinics.models import Clinic
from letsconnect.base import versions
from letsconnect.base.fields import longest
from letsconnect.base.labels import label_of
from letsconnect.base.pieces import Piece, link_to
from letsconnect.base.statements import Statement
from letsconnect.base.templatetags.when import when
from matching.models import Match
from matching.words import reasons
from registrations.domain.registrations import RegistrationError
from registrations.models import Member, Registration
from registrations.participation import blocking
from registrations.requests import MemberRequest
from trust.domain import ReportMoveNotAllowed, TooManyReports, TrustError
from trust.forms import DecideForm, NameForm, ReportForm
from trust.models import Note, Report, ReportLook, ReportQuerySet, TrustSeat
from trust.reports.clinics import took_part, with_a_part_in
from trust.reports.handling import (
    decide_report,
    keep_note,
    name_person,
    reopen_account,
    send_report,
    step_aside,
)

SHOWN = 200


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def report_new(request: MemberRequest) -> HttpResponse:
    """Take a report about anybody."""
    return _take_report(request, other=None)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def report_clinic(request: MemberRequest, clinic_id: int) -> HttpResponse:
    """Take a report about what happened at a clinic, from whoever took part; others are led to the general page."""
    clinic = get_object_or_404(Clinic.objects.visible_to(request.user).prefetch_related("texts"), pk=clinic_id)
    if not took_part(clinic, request.user):
        return redirect("trust:report-new")
    return _take_report(request, other=None, clinic=clinic)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def report_match(request: MemberRequest, match_id: int) -> HttpResponse:
    """Take a report about the other person of a match, whether the match is over or not."""
    match = get_object_or_404(Match.objects.for_member(request.user), pk=match_id)
    side = match.side_of(request.user)
    if side is None:
        raise Http404
    return _take_report(request, other=match.person(side.other))


def _take_report(request: MemberRequest, *, other: Registration | None, clinic: Clinic | None = None) -> HttpResponse:
    about = other.member if other is not None else None
    now = timezone.now()
    seats = TrustSeat.objects.current(on=now.astimezone(UTC).date()).select_related("member").order_by("pk")
    team = [seat.member for seat in seats if seat.member not in (request.user, about)]
    of_clinic = with_a_part_in(clinic, team) if clinic is not None else []
    team = [member for member in team if member not in of_clinic]
    form = ReportForm(
        request.POST if request.method == "POST" else None,
        team=team,
        of_clinic=of_clinic,
        is_named=about is not None,
        can_block=other is not None and blocking.can_be_blocked(other, by=request.user),
    )
    limit: TooManyReports | None = None
    if form.is_bound and form.is_valid():
        try:
            send_report(by=request.user, about=about, clinic=clinic, now=now, **form.cleaned_data)
        except TrustError as refusal:
            form.add_error(None, str(refusal))
            limit = refusal if isinstance(refusal, TooManyReports) else None
        else:
            # On a page that shows nothing of it: somebody may be looking over the shoulder.
            messages.success(request, _("Thank you, we have received your message."))
            return redirect("home")
    name = reasons.name_of(other) if other is not None else ""
    context = {"form": form, "name": name, "team": team, "clinic": clinic, "of_clinic": of_clinic}
    response = render(request, "trust/report_new.html", context, status=422 if form.errors else 200)
    if limit is not None:
        response.status_code = 429
        response.headers["Retry-After"] = str(limit.retry_after)
    return response


def _lines(member: Member, is_only_new: bool) -> ReportQuerySet:
    """The newest reports that somebody on the team may read, with no more than a line of the list shows."""
    reports = Report.objects.waiting() if is_only_new else Report.objects.all()
    newest = reports.not_kept_from(member).order_by("-made_at", "-pk")
    return newest.only("number", "state", "outcome", "made_at")[:SHOWN]


_LINES = Statement(_lines)
_SEATS = Statement(lambda member, on: TrustSeat.objects.current(on=on).of(member).values_list("pk"))


@never_cache
@login_required
@require_safe
def report_list(request: MemberRequest) -> HttpResponse:
    """Show the reports this member of the trust team may read, or the new ones; anybody else gets 404."""
    today = timezone.now().astimezone(UTC).date()
    _check_seat(request.user, on=today)
    is_only_new = request.GET.get("show") == "new"
    rows = _LINES.rows({"member": request.user}, is_only_new=is_only_new)
    ReportLook.objects.note(viewer=request.user, reports=rows, on=today)
    context = {
        "reports": rows,
        "lines": [_line_of(report) for report in rows],
        "shown": SHOWN,
        "is_only_new": is_only_new,
    }
    return render(request, "trust/report_list.html", context)


def _line_of(report: Report) -> Piece:
    """Return the line of a report: when it was written, and how far the team is; for ``trust/_report_line.html``."""
    return Piece(
        shape={
            "state": report.state,
            "state_label": label_of(report, "state"),
            "outcome": label_of(report, "outcome"),
        },
        texts={"link": link_to("trust:report-detail", report.number), "moment": when(report.made_at)},
    )


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def report_detail(request: MemberRequest, number: str) -> HttpResponse:
    """Show one report with its notes; the form adds a note, changes the state, or both."""
    report = _find(request, number)
    ReportLook.objects.note(viewer=request.user, reports=[report], on=timezone.now().astimezone(UTC).date())
    form = DecideForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        values = form.cleaned_data
        try:
            if values["state"]:
                with transaction.atomic():
                    _check_as_opened(request, report)
                    decide_report(report=report, by=request.user, now=timezone.now(), **values)
            else:
                keep_note(report=report, text=values["text"], by=request.user, now=timezone.now())
        except TrustError as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("trust:report-detail", number)
    return _detail(request, report, form=form, name_form=NameForm())


@never_cache
@login_required
@require_POST
def report_name(request: MemberRequest, number: str) -> HttpResponse:
    """Record which account the report is about."""
    report = _find(request, number)
    form = NameForm(request.POST)
    if form.is_valid():
        about = form.cleaned_data["account"]
        try:
            name_person(report=report, about=about, by=request.user, now=timezone.now())
        except TrustError as refusal:
            form.add_error("account", str(refusal))
        else:
            if about == request.user:
                return redirect("trust:report-list")
            return redirect("trust:report-detail", number)
    return _detail(request, report, form=DecideForm(), name_form=form)


@never_cache
@login_required
@require_POST
def report_reopen(request: MemberRequest, number: str) -> HttpResponse:
    """Open the account again that the team closed."""
    try:
        reopen_account(
            report=_find(request, number),
            text=request.POST.get("text", "")[: longest(Note, "text")],
            by=request.user,
            now=timezone.now(),
        )
    except (TrustError, RegistrationError) as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The account is open again. What ended stays ended."))
    return redirect("trust:report-detail", number)


@never_cache
@login_required
@require_POST
def report_step_aside(request: MemberRequest, number: str) -> HttpResponse:
    """Stop reading this report."""
    try:
        step_aside(report=_find(request, number), by=request.user, now=timezone.now())
    except TrustError as refusal:
        messages.error(request, str(refusal))
        return redirect("trust:report-detail", number)
    messages.success(request, _("You do not see this report any more."))
    return redirect("trust:report-list")


def _readable(request: MemberRequest) -> ReportQuerySet:
    """Return the reports the visitor may read; 404 for who has no seat, as for a page that does not exist."""
    _check_seat(request.user, on=timezone.now().astimezone(UTC).date())
    return Report.objects.not_kept_from(request.user)


def _check_seat(member: Member, *, on: date) -> None:
    if not _SEATS.rows({"member": member, "on": on}):
        raise Http404


def _find(request: MemberRequest, number: str) -> Report:
    return get_object_or_404(_readable(request).select_related("reporter", "about", "clinic"), number=number)


def _detail(request: MemberRequest, report: Report, *, form: DecideForm, name_form: NameForm) -> HttpResponse:
    context: dict[str, Any] = {
        "report": report,
        "notes": report.notes.select_related("written_by"),
        "opened": versions.opened_at(_facts(report)),
        "others": _others_about(request, report.about),
        "form": form,
        "name_form": name_form,
        "longest_note": longest(Note, "text"),
    }
    return render(request, "trust/report_detail.html", context, status=422 if form.errors or name_form.errors else 200)


def _facts(report: Report) -> dict[str, Any]:
    """Return what the page of a report shows that others on the team can change."""
    facts = versions.columns_of(report, ("state", "outcome", "about"))
    return {**facts, "notes": list(report.notes.values_list("pk", flat=True))}


def _check_as_opened(request: MemberRequest, report: Report) -> None:
    """Lock the report; ReportMoveNotAllowed where a colleague wrote or decided something since the page was opened."""
    locked = Report.objects.select_for_update(no_key=True).get(pk=report.pk)
    if versions.changed_since(request.POST.get(versions.FIELD, ""), _facts(locked)):
        raise ReportMoveNotAllowed(
            _("Somebody else on the team wrote or decided something since you opened this page. Read it, then go on.")
        )


def _others_about(request: MemberRequest, about: Member | None) -> int:
    """Return how many other reports, of those this reader may see, are about the same person."""
    return _readable(request).filter(about=about).count() - 1 if about is not None else 0
