"""What the members' pages show of topic requests: never who asked, and no small number."""

from collections.abc import Collection

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from clinics.domain.clinics import ClinicState
from clinics.domain.requests import TopicRequestState, shown_count
from clinics.models import TopicRequest, TopicRequestQuerySet
from letsconnect.base.folding import plain
from letsconnect.base.labels import label_of
from letsconnect.base.pieces import Piece, link_to
from letsconnect.base.small_counts import SMALLEST_COUNT_SHOWN
from registrations.models import heir_at
from registrations.reference.names import language_name
from registrations.skills.names import names_of

Choices = list[tuple[str, str]]


def how_many_want_it(supporters: int) -> str:
    """Say how many people want it; a small number would tell who is meant."""
    count = shown_count(supporters)
    if count is None:
        return _("Fewer than %(count)d people want it so far.") % {"count": SMALLEST_COUNT_SHOWN}
    return ngettext("%(count)d person wants it.", "%(count)d people want it.", count) % {"count": count}


def skills_and_languages(requests: TopicRequestQuerySet) -> tuple[Choices, Choices]:
    """Return the skills and the languages that these requests are about, by name, to choose from."""
    pairs = list(requests.order_by().annotate(heir=heir_at("skill")).values_list("heir", "language").distinct())
    names = names_of({skill for skill, _code in pairs if skill is not None})
    skills = sorted(((str(key), name) for key, name in names.items()), key=lambda pair: plain(pair[1]))
    reader = get_language() or "en"
    languages = {(code, language_name(code, reader)) for _skill, code in pairs}
    return skills, sorted(languages, key=lambda pair: plain(pair[1]))


def line_of(request: TopicRequest, *, is_wanted: bool, csrf_token: str, is_mine: bool = False) -> Piece:
    """Return the line of a request for ``clinics/_topic.html``; ``is_wanted`` says whether the reader wants it."""
    clinic = public_clinic(request)
    return Piece(
        shape={
            "state": request.state,
            "state_label": label_of(request, "state"),
            "is_wanted": is_wanted,
            "is_going_on": request.is_going_on,
            "is_mine": is_mine,
            "has_clinic": clinic is not None,
            "has_answer": is_mine and bool(request.answer),
        },
        texts={
            "link": link_to("clinics:topic-detail", request.pk),
            "support": link_to("clinics:topic-support", request.pk),
            "take_back": link_to("clinics:topic-take-back", request.pk),
            "clinic": link_to("clinics:clinic-detail", request.clinic_id or 0),
            "csrf_token": csrf_token,
            "topic": str(request),
            "language": request.language_in_words,
            "asked_on": date_format(localtime(request.made_at), "DATE_FORMAT"),
            "wanted": how_many_want_it(request.supporters) if request.is_going_on else "",
            "answer": request.answer,
        },
    )


def public_clinic(request: TopicRequest) -> object | None:
    """Return the clinic of a request where everybody may see it: not while it is a draft."""
    clinic = request.clinic
    return None if clinic is None or clinic.state == ClinicState.DRAFT else clinic


def may_be_opened(request: TopicRequest, *, wanted: Collection[int], reader_key: int) -> bool:
    """Tell whether a reader may open it: what was withdrawn, only those who had to do with it."""
    is_theirs = request.pk in wanted or request.member_id == reader_key
    return request.state != TopicRequestState.WITHDRAWN or is_theirs
