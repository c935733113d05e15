"""Why two people are not matched: the rules against it, or what it would cost everybody else."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from letsconnect.base import hours
from letsconnect.base.keys import keys_among
from letsconnect.base.querysets import as_own
from matching.admin.desk import DeskAdmin
from matching.admin.forms import TwoPeopleForm
from matching.admin.two_people import people_to_name, week_of
from matching.domain.matches import MatchingError
from matching.models import Round
from matching.models.rounds import RoundQuerySet
from matching.rounds import explanations
from matching.words import levels, reasons
from registrations.models import Registration
from registrations.requests import signed_in


@dataclass(frozen=True)
class WhyNotAnswer:
    """What is said about two people, and what it is read from."""

    heading: str
    sentences: list[str]
    basis: str = ""


class WhyNotPage(DeskAdmin[Round]):
    """One page that answers a question; asking changes nothing but who looked."""

    def why_not_view(self, request: HttpRequest) -> HttpResponse:
        round_ = self._round(request)
        chosen = [request.GET.get(side, "") for side in ("learner", "sharer")]
        people = people_to_name(signed_in(request), *chosen)
        context: dict[str, Any] = {"title": _("Why not this pair?"), "round": round_}
        form = TwoPeopleForm(request.GET if "sharer" in request.GET else None, people=people)
        if "learner" in request.GET and not form.is_bound:
            form.initial = {"learner": request.GET["learner"]}
        if form.is_valid():
            learner, sharer = form.chosen
            self.note_looks(request, learner, sharer)
            context["answer"] = answer(round_, learner, sharer)
            context["zone"] = signed_in(request).zone
            monday = hours.next_monday(timezone.now().date())
            context["week"] = week_of(learner, sharer, reader=signed_in(request), start=monday)
        return self.page(request, "why_not", {**context, "form": form}, names=people)

    def _round(self, request: HttpRequest) -> Round | None:
        """The round asked about, else the last one that was computed."""
        if keys := keys_among([request.GET.get("round", "")]):
            return get_object_or_404(self.get_queryset(request), pk=keys[0])
        return as_own(self.get_queryset(request), RoundQuerySet).decidable().first()


def answer(round_: Round | None, learner: Registration, sharer: Registration) -> WhyNotAnswer:
    """Say why the two are not matched, from what the round was computed from."""
    names = {"learner": reasons.called_at_desk(learner), "sharer": reasons.called_at_desk(sharer)}
    heading = gettext("%(learner)s learning from %(sharer)s") % names
    if round_ is None:
        return WhyNotAnswer(heading, [gettext("No round has been computed yet.")])
    try:
        why = explanations.why_not(round_, learner, sharer)
    except MatchingError as refusal:
        return WhyNotAnswer(heading, [str(refusal)])
    basis = gettext("Read from what %(round)s was computed from.") % {"round": round_}
    if why.is_matched:
        return WhyNotAnswer(heading, [gettext("They are matched in this round.")], basis)
    if why.loss is None:
        return WhyNotAnswer(heading, reasons.why_not_a_pair(why.rules, learner, sharer), basis)
    sentences = [gettext("No rule keeps them apart."), levels.loss(why.loss.amounts)]
    return WhyNotAnswer(heading, sentences, basis)
