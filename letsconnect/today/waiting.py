"""What waits at the desk, one line for each kind: which rows, since when, in which words, and the list of just these.

All kinds are counted in one statement. The list behind a line finds its rows by the same rule, from what the reader may
see: a test compares the number with the list for every seat.
"""

from datetime import date, datetime, time
from typing import Any

from django.db.models import Case, DateTimeField, F, Min, OuterRef, QuerySet, Subquery, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import ngettext_lazy

from clinics.models import TopicRequest
from letsconnect.base.admin import LONG_ASKED
from letsconnect.base.models import RECENT_ACTS, MassAct
from letsconnect.base.querysets import how_many_since
from letsconnect.base.statements import StatementOfSeats
from letsconnect.today.kinds import Now, WaitingKind, coordinators, editors, list_of
from letsconnect.today.of_clinics import KINDS_OF_CLINICS
from mailings.domain.newsletters import NewsletterState
from mailings.models import Letter, Newsletter
from matching.domain.matches import MatchState
from matching.models import Concern, Match, MatchApproval, SharerRequest
from matching.rounds.under_way import rounds_under_way
from registrations.domain.registrations import RegistrationState, SkillState
from registrations.models import ImportUpload, Member, OverruledDecision, Registration, Skill, SkillSuggestion
from trust.models import Report

_CHANGED = Case(
    When(state=RegistrationState.SUBMITTED, then=Coalesce("submitted_at", "changed_at")), default=F("changed_at")
)
_SUGGESTED = Subquery(
    SkillSuggestion.objects.filter(skill=OuterRef("pk"))
    .order_by()
    .values("skill")
    .annotate(first=Min("made_at"))
    .values("first"),
    output_field=DateTimeField(),
)

_HALF_APPROVED = Subquery(
    MatchApproval.objects.filter(match=OuterRef("pk")).order_by("approved_at").values("approved_at")[:1]
)

KINDS = (
    *KINDS_OF_CLINICS,
    WaitingKind(
        "registrations",
        lambda reader, _at: Registration.objects.visible_to(reader).waiting_for(reader),
        _CHANGED,
        ngettext_lazy("%(count)d registration waits for review", "%(count)d registrations wait for review", "count"),
        list_of("registrations_registration"),
        (("show", "waiting"),),
    ),
    WaitingKind(
        "skills",
        lambda reader, _at: Skill.objects.to_decide_for(reader),
        _SUGGESTED,
        ngettext_lazy(
            "%(count)d skill was suggested: accept it, merge it or retire it",
            "%(count)d skills were suggested: accept, merge or retire them",
            "count",
        ),
        list_of("registrations_skill"),
        (("state", SkillState.SUGGESTED.value), ("waits", "decision")),
        whose=coordinators,
    ),
    WaitingKind(
        "uploads",
        lambda reader, _at: ImportUpload.objects.visible_to(reader).to_decide(),
        "uploaded_at",
        ngettext_lazy(
            "%(count)d file of the old form is read: look at what was guessed, and import it",
            "%(count)d files of the old form are read: look at what was guessed, and import them",
            "count",
        ),
        list_of("registrations_importupload"),
        (("waits", "decision"),),
        whose=coordinators,
    ),
    WaitingKind(
        "doubtful_addresses",
        lambda _reader, _at: Member.objects.with_doubtful_address(),
        "joined_at",
        ngettext_lazy(
            "%(count)d account has an address of which nobody knows whose it is",
            "%(count)d accounts have an address of which nobody knows whose it is",
            "count",
        ),
        list_of("registrations_member"),
        (("has_doubtful_address__exact", "1"),),
        whose=coordinators,
    ),
    WaitingKind(
        "matches",
        lambda reader, _at: Match.objects.visible_to(reader).waiting_at_desk(reader),
        "proposed_at",
        ngettext_lazy("%(count)d match waits for your decision", "%(count)d matches wait for your decision", "count"),
        list_of("matching_match"),
        (("waits", "decision"),),
    ),
    WaitingKind(
        "matches_half_mine",
        lambda reader, _at: Match.objects.visible_to(reader).half_approved_for(reader),
        _HALF_APPROVED,
        ngettext_lazy(
            "%(count)d match waits only for you: the other region has approved it",
            "%(count)d matches wait only for you: the other region has approved them",
            "count",
        ),
        list_of("matching_match"),
        (("waits", "me"),),
    ),
    WaitingKind(
        "matches_half_others",
        lambda reader, _at: Match.objects.visible_to(reader).half_approved_for_others(reader),
        _HALF_APPROVED,
        ngettext_lazy(
            "%(count)d half-approved match waits for another region",
            "%(count)d half-approved matches wait for another region",
            "count",
        ),
        list_of("matching_match"),
        (("waits", "others"),),
    ),
    WaitingKind(
        "matches_approved",
        lambda reader, _at: Match.objects.visible_to(reader).to_publish(),
        "approved_at",
        ngettext_lazy(
            "%(count)d match is approved and not published",
            "%(count)d matches are approved and not published",
            "count",
        ),
        list_of("matching_match"),
        (("state__exact", MatchState.APPROVED.value),),
    ),
    WaitingKind(
        "rounds",
        lambda reader, _at: rounds_under_way(reader),
        "created_at",
        ngettext_lazy("%(count)d round is under way", "%(count)d rounds are under way", "count"),
        list_of("matching_round"),
        (("waits", "step"),),
    ),
    WaitingKind(
        "concerns",
        lambda reader, _at: Concern.objects.visible_to(reader).open(),
        "raised_at",
        ngettext_lazy("%(count)d person or pair to look after", "%(count)d people or pairs to look after", "count"),
        list_of("matching_concern"),
    ),
    WaitingKind(
        "sharer_requests",
        lambda reader, at: SharerRequest.objects.visible_to(reader).unheard_by(reader, since=at.now - LONG_ASKED),
        "made_at",
        ngettext_lazy(
            "%(count)d learner asked for somebody more than a week ago",
            "%(count)d requests for somebody are older than a week",
            "count",
        ),
        list_of("matching_sharerrequest"),
        (("waits", "week"),),
    ),
    WaitingKind(
        "topics",
        lambda reader, at: TopicRequest.objects.looked_after_by(reader).open_since(at.now - LONG_ASKED),
        "made_at",
        ngettext_lazy(
            "%(count)d topic request is older than a week",
            "%(count)d topic requests are older than a week",
            "count",
        ),
        list_of("clinics_topicrequest"),
        (("waits", "week"),),
    ),
    WaitingKind(
        "letters",
        lambda reader, _at: Letter.objects.visible_to(reader).needing_a_person(),
        "owed_at",
        ngettext_lazy("%(count)d email needs a person", "%(count)d emails need a person", "count"),
        list_of("mailings_letter"),
        (("needs", "person"),),
        whose=coordinators,
    ),
    WaitingKind(
        "overruled",
        lambda reader, _at: OverruledDecision.objects.unread(reader),
        "noted_at",
        ngettext_lazy("%(count)d decision of yours was changed", "%(count)d decisions of yours were changed", "count"),
        "admin:registrations_workinggroupseat_overruled",
    ),
    WaitingKind(
        "mass_acts",
        lambda reader, at: MassAct.objects.filter(by=reader).left_undone(since=at.now - RECENT_ACTS),
        "finished_at",
        ngettext_lazy(
            "%(count)d act of yours on many is over, and some rows were left as they were",
            "%(count)d acts of yours on many are over, and some rows were left as they were",
            "count",
        ),
        list_of("base_massact"),
        (("waits", "undone"),),
    ),
    WaitingKind(
        "reports",
        lambda reader, at: Report.objects.readable_by(reader, on=at.on).waiting(),
        "made_at",
        ngettext_lazy(
            "%(count)d report waits for the trust team", "%(count)d reports wait for the trust team", "count"
        ),
        "trust:report-list",
        (("show", "new"),),
    ),
    WaitingKind(
        "issues",
        lambda _reader, _at: Newsletter.objects.filter(state=NewsletterState.DRAFT),
        "made_at",
        ngettext_lazy(
            "%(count)d issue of the newsletter is being written",
            "%(count)d issues of the newsletter are being written",
            "count",
        ),
        list_of("mailings_newsletter"),
        (("state__exact", NewsletterState.DRAFT.value),),
        whose=editors,
    ),
)


def kinds_for(member: Member) -> list[WaitingKind]:
    return [kind for kind in KINDS if kind.whose(member)]


def _counts(reader: Member, now: datetime, tomorrow_ends: datetime, on: date, today: date) -> QuerySet[Any, Any]:
    """The number of each kind, and the moment of the oldest, in one row; its SQL holds the days."""
    at = Now(now, on, today, tomorrow_ends)
    counted = {f"waiting_{kind.name}": how_many_since(kind.rows(reader, at), kind.moment) for kind in kinds_for(reader)}
    return Member.objects.filter(pk=reader.pk).annotate(**counted).values_list(*counted)


_COUNTS = StatementOfSeats(_counts, asks_who_reads=True)


def counts_for(member: Member, at: Now) -> dict[str, tuple[int, datetime | None]]:
    """Return, by the name of the kind, how many rows wait for this member and since when; only where any do."""
    moments = {"now": at.now, "tomorrow_ends": at.tomorrow_ends}
    if member.is_staff:
        [row] = _COUNTS.rows(member, moments, on=at.on, today=at.today)
    else:  # for an editor it asks of no moment, so it is no statement that is kept with one
        [row] = _counts(member, **moments, on=at.on, today=at.today)
    names = [kind.name for kind in kinds_for(member)]
    return {
        name: (counted[0], _moment(counted[1]))
        for name, counted in zip(names, row, strict=True)
        if counted and counted[0]
    }


def _moment(text: str | None) -> datetime | None:
    """Return the moment that the database wrote as text; of a day, when it began by the reader's clock."""
    if text is None:
        return None
    if "T" in text:
        return datetime.fromisoformat(text)
    return datetime.combine(date.fromisoformat(text), time.min, timezone.get_current_timezone())
