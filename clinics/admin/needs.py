"""The desk's page of needs: skills ranked by what 1:1 matches cannot serve, and the button that plans a clinic."""

from datetime import date
from typing import Any, NamedTuple

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from clinics.domain.clinics import ClinicError
from clinics.models import RaisedNeed, TopicRequest, TopicSupport
from clinics.needs.counting import (
    ByRegion,
    ShownCount,
    SkillNeed,
    WhoseNeeds,
    exact_for,
    of_one_filter,
    shown,
    shown_by_region,
    shown_of_speakers,
    skill_needs,
)
from clinics.needs.forms import WhoseNeedsForm
from clinics.planning.from_needs import clinics_to_come_on, plan_clinic_from, wanted_on_skill
from letsconnect.base.admin import WorkingGroupAdmin
from letsconnect.base.keys import keys_among
from letsconnect.base.paging import page_of
from letsconnect.base.small_counts import SMALLEST_COUNT_SHOWN
from registrations.domain.registrations import Region
from registrations.models import Member, Skill
from registrations.reference.names import language_name
from registrations.requests import signed_in

NEEDS = "admin:clinics_topicrequest_needs"
MOST_IN_WORDS = 50


class NeedLine(NamedTuple):
    """One skill on the page, its numbers in words for this reader. How many want a clinic is told exactly, as on the
    pages of requests, because the working group decides by it; how many of another region, as in its table.
    """

    need: SkillNeed
    wishes: str
    sharers: str
    waiting: str
    rounds: str
    supporters: str
    link: str


def in_words(count: ShownCount) -> str:
    """Return a number of people as the reader may know it."""
    if count.total is not None:
        return str(count.total)
    few = _("fewer than %(count)d elsewhere") % {"count": SMALLEST_COUNT_SHOWN}
    # Translators: how many people in the reader's own region, and that there are a few in others, as in "3 + fewer than
    # 5 elsewhere".
    return _("%(own)d + %(few)s") % {"own": count.own, "few": few} if count.own else few


class NeedsDesk(WorkingGroupAdmin[TopicRequest]):
    """The pages of needs, below those of topic requests."""

    def get_urls(self) -> list[Any]:
        needs, need = (self.admin_site.admin_view(view) for view in (self.needs_view, self.need_view))
        return [
            path("needs/", needs, name="clinics_topicrequest_needs"),
            path("needs/<int:skill_id>/", need, name="clinics_topicrequest_need"),
            *super().get_urls(),
        ]

    def needs_view(self, request: HttpRequest) -> HttpResponse:
        """Rank the skills, page by page; below, what people asked for and raised in words of their own."""
        reader, chosen, form = self._asked(request)
        on = timezone.now().date()
        needs = skill_needs(chosen, on=on)
        page, everywhere = page_of(needs, request), _everywhere(needs, chosen, reader, on=on)
        query = f"?region={chosen.region}&language={chosen.language}"
        wordy, raised = _in_own_words(chosen, reader)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Needs that matches cannot serve"),
            "opts": self.opts,
            "form": form,
            "counts_all_languages": chosen != form.chosen(),
            "page": page,
            "lines": [_line(need, everywhere[need.skill], reader, chosen, query) for need in page],
            "in_words": wordy,
            "raised": raised,
        }
        return TemplateResponse(request, "clinics/admin/needs.html", context)

    def need_view(self, request: HttpRequest, skill_id: int) -> HttpResponse:
        """Show one skill by region, and plan a clinic on it."""
        reader, chosen, form = self._asked(request)
        skill = get_object_or_404(Skill.objects.with_names(), pk=skill_id).heir
        now = timezone.now()
        if request.method == "POST":
            seen = keys_among(request.POST.get("seen", "").split("-"))
            wanted = wanted_on_skill(skill, language=form.chosen().language, region=chosen.region, seen=seen, by=reader)
            try:
                clinic = plan_clinic_from(wanted=wanted, by=reader, now=now)
            except ClinicError as refusal:
                messages.error(request, str(refusal))
            else:
                messages.success(request, _planned(len(wanted.requests)))
                return redirect("admin:clinics_clinic_who_wants", clinic.pk)
        needs = {need.skill: need for need in skill_needs(chosen, on=now.date())}
        need = needs.get(skill.pk) or SkillNeed(skill.pk)
        everywhere = _everywhere([need], chosen, reader, on=now.date())[skill.pk]
        planned = clinics_to_come_on(skill, now=now)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Need: %(skill)s") % {"skill": skill},
            "opts": self.opts,
            "skill": skill,
            "line": _line(need, everywhere, reader, chosen, ""),
            "regions": _by_region(need, everywhere, reader, chosen),
            "chosen": chosen,
            "counts_all_languages": chosen != form.chosen(),
            "language_in_words": language_name(chosen.language, get_language() or "en") if chosen.language else "",
            "region_in_words": str(Region(chosen.region).label) if chosen.region else "",
            "planned": planned,
            "seen": "-".join(str(clinic.pk) for clinic in planned),
            "requests": TopicRequest.objects.going_on().about(skill.pk).with_names().counting_supporters(),
            "raised": RaisedNeed.objects.standing().filter(Q(skill=skill) | Q(skill__merged_into=skill)),
            "back": reverse(NEEDS),
        }
        return TemplateResponse(request, "clinics/admin/need.html", context)

    def _asked(self, request: HttpRequest) -> tuple[Member, WhoseNeeds, WhoseNeedsForm]:
        if not self.has_view_permission(request):
            raise PermissionDenied
        form, reader = WhoseNeedsForm(request.GET), signed_in(request)
        return reader, of_one_filter(form.chosen(), reader), form


def _in_own_words(chosen: WhoseNeeds, reader: Member) -> tuple[list[TopicRequest], list[RaisedNeed]]:
    """Return what people asked for, and what was raised, on no skill: what most people want first.

    Of another region than the reader's only what five of its people want: a shorter list would tell who asked.
    """
    asked, raised = TopicRequest.objects.going_on().filter(skill=None), RaisedNeed.objects.standing().filter(skill=None)
    if chosen.language:
        asked, raised = asked.filter(language=chosen.language), raised.filter(language=chosen.language)
    if chosen.region:
        raised = raised.filter(region=chosen.region)
        is_own = chosen.region in exact_for(reader, [chosen.region])
        asked = asked.filter(member__region=chosen.region) if is_own else asked.filter(pk__in=_wanted_by_some(chosen))
    most_wanted = asked.annotate(wanted=Count("supports", distinct=True)).order_by("-wanted", "-pk")
    return list(most_wanted[:MOST_IN_WORDS]), list(raised.order_by("-people", "-pk")[:MOST_IN_WORDS])


def _wanted_by_some(chosen: WhoseNeeds) -> QuerySet[Any, Any]:
    """Return the requests that as many people of this region want as are told as a number."""
    theirs = TopicSupport.objects.filter(member__region=chosen.region).order_by().values("request")
    return theirs.annotate(people=Count("pk")).filter(people__gte=SMALLEST_COUNT_SHOWN).values("request")


def _everywhere(needs: list[SkillNeed], chosen: WhoseNeeds, reader: Member, *, on: date) -> dict[int, SkillNeed]:
    """Return the same needs of everybody: what is told of another region, or of who speaks a language, depends on what
    is told of the rest.

    Otherwise the numbers of the parts, asked for one by one and taken from the sum, would tell the hidden ones.
    """
    by_skill = {need.skill: need for need in needs}
    is_of_foreign_region = chosen.region not in ("", *exact_for(reader, [chosen.region]))
    if reader.is_coordinator or not (chosen.language or is_of_foreign_region):
        return by_skill
    return by_skill | {need.skill: need for need in skill_needs(WhoseNeeds(), on=on)}


def _line(need: SkillNeed, everywhere: SkillNeed, reader: Member, chosen: WhoseNeeds, query: str) -> NeedLine:
    is_own = chosen.region in exact_for(reader, [chosen.region])

    def in_figures(here: ByRegion, all_regions: ByRegion) -> str:
        if not chosen.region:
            return in_words(shown(here, reader, among=all_regions))
        return _figure(
            here.get(chosen.region, 0) if is_own else shown_by_region(all_regions, reader).get(chosen.region, 0)
        )

    waiting = in_figures(need.waiting, everywhere.waiting)
    return NeedLine(
        need=need,
        wishes=in_figures(need.wishes, everywhere.wishes),
        sharers=in_words(shown(need.sharers, reader, among=everywhere.sharers)),
        waiting=waiting,
        rounds=str(need.rounds) if waiting.isdecimal() else _figure(None),
        supporters=in_figures(need.supporters, everywhere.supporters)
        if chosen.region
        else str(need.supporters.total()),
        link=reverse("admin:clinics_topicrequest_need", args=[need.skill]) + query,
    )


def _figure(count: int | None) -> str:
    """Return the number of one region. Where it is hidden nothing else is said: it may be hidden to hide another."""
    # Translators: where a number of people stands that is not told, because it is small or would tell a small one.
    return pgettext("number of people", "not told") if count is None else str(count)


def _by_region(
    need: SkillNeed, everywhere: SkillNeed, reader: Member, chosen: WhoseNeeds
) -> list[tuple[str, list[str]]]:
    """Return the rows of the table by region: wishes, sharers, who waited, supporters."""

    def of_all(here: ByRegion, all_people: ByRegion) -> dict[str, int | None]:
        if chosen.language and not reader.is_coordinator:
            return shown_of_speakers(here, reader, among=all_people)
        return shown_by_region(all_people, reader)

    def of_chosen(here: ByRegion, all_people: ByRegion) -> dict[str, int | None]:
        return {r: count for r, count in of_all(here, all_people).items() if chosen.region in ("", r)}

    columns = [
        of_chosen(need.wishes, everywhere.wishes),
        of_all(need.sharers, everywhere.sharers),
        of_chosen(need.waiting, everywhere.waiting),
        of_chosen(need.supporters, everywhere.supporters),
    ]
    regions = [region for region in (*Region.values, "") if any(region in column for column in columns)]
    return [
        (
            str(Region(region).label) if region else _("no region"),
            [_figure(column.get(region, 0)) for column in columns],
        )
        for region in regions
    ]


def _planned(requests: int) -> str:
    if not requests:
        return _("A draft is made.")
    return ngettext(
        "A draft is made, for %(count)d request too: its people are told that it is planned.",
        "A draft is made, for %(count)d requests too: their people are told that it is planned.",
        requests,
    ) % {"count": requests}
