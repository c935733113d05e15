"""My data: what is stored about me and who looked at it, as a page and as files."""

import json
from datetime import date

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.serializers.json import DjangoJSONEncoder
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from mailings.ledger.reachable import why_not_written_to
from mailings.models import Subscription
from mailings.subscriptions.links import preferences_path
from registrations import events
from registrations.domain.registrations import IN_THE_PROGRAMME, MAY_WITHDRAW, UNTIL_THEY_RETURN
from registrations.models import Block, Member, Registration
from registrations.privacy import my_data as held
from registrations.requests import MemberRequest

FILES = {"json": "application/json", "html": "text/html; charset=utf-8"}


@never_cache
@login_required
@require_safe
def my_data(request: MemberRequest) -> HttpResponse:
    """Show everything stored about the member, who looked at it, and what they can do about it."""
    now = timezone.now()
    registration = Registration.objects.of(request.user)
    sections = held.everything(request.user, now=now, registration=registration)
    context = {
        "registration": registration,
        "suppression": why_not_written_to(request.user),
        "takes_part": registration is not None and registration.state in IN_THE_PROGRAMME,
        "may_withdraw": registration is not None and registration.state in MAY_WITHDRAW,
        "is_resting": registration is not None and registration.is_resting(on=now.date()),
        "is_paused": _lies_ahead(registration.paused_until if registration else None, today=now.date()),
        "is_away": _lies_ahead(registration.away_until if registration else None, today=now.date()),
        "has_no_end": registration is not None and registration.paused_until == UNTIL_THEY_RETURN,
        "preferences": _preferences(request.user),
        "blocks": Block.objects.filter(member=request.user).select_related("blocked").order_by("made_at"),
        "looks": [section for section in sections if section.key == "looks"],
        "subjects": _by_subject(sections),
    }
    return render(request, "registrations/my_data.html", context)


def _by_subject(sections: list[events.Section]) -> list[tuple[str, list[events.Section]]]:
    """Return what is held by what it is about; what the page says elsewhere does not stand here again."""
    held_here = [section for section in sections if section.key not in ("looks", "blocks", "letter_texts")]
    titles = {
        "base": _("Account and signing in"),
        "registrations": _("Registration and agreements"),
        "matching": _("Matches and sessions"),
        "clinics": _("Learning clinics"),
        "mailings": _("Emails"),
    }
    by_subject: dict[str, list[events.Section]] = {subject: [] for subject in (*titles, "")}
    for section in held_here:
        by_subject[section.subject if section.subject in titles else ""].append(section)
    return [(titles.get(subject, _("Everything else")), some) for subject, some in by_subject.items() if some]


def _preferences(member: Member) -> str:
    """Return the path of the page on which they choose their letters, or "" if they never subscribed."""
    subscription = Subscription.objects.filter(member=member).first()
    return preferences_path(subscription) if subscription else ""


def _lies_ahead(day: date | None, *, today: date) -> bool:
    """Tell whether the end of a pause or an absence is still to come; days that are past stay stored."""
    return day is not None and day > today


@never_cache
@login_required
@require_safe
def download(request: MemberRequest, kind: str) -> HttpResponse:
    """Send everything as a file: JSON for programs, HTML for people, with the same facts."""
    if kind not in FILES:
        raise Http404
    now = timezone.now()
    sections = held.everything(request.user, now=now)
    if kind == "json":
        content = as_json(sections, made_at=now.isoformat())
    else:
        content = render_to_string("registrations/my_data_file.html", {"sections": sections, "now": now}, request)
    response = HttpResponse(content, content_type=FILES[kind])
    response["Content-Disposition"] = f'attachment; filename="lets-connect-my-data.{kind}"'
    return response


def as_json(sections: list[events.Section], *, made_at: str) -> str:
    """Write the sections as JSON for programs: codes instead of words, moments in UTC."""
    content = {
        "portal": settings.SITE_NAME,
        "site": settings.SITE_URL,
        "made_at": made_at,
        "language": get_language(),
        "sections": [
            {
                "key": section.key,
                "title": section.title,
                "rows": [{item.key: item.value for item in row} for row in section.rows],
            }
            for section in sections
        ],
    }
    return json.dumps(content, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)
