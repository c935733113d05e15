"""What is done with a clinic at the desk: announce, hold, archive; each on a page of its own that asks once more."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, ngettext, pgettext_lazy
from django.utils.translation import gettext as _

from clinics.admin.tabs import ClinicDesk
from clinics.announcing.emails import sample_of_announcement
from clinics.announcing.readers import ReadersCounted
from clinics.domain import clinics
from clinics.domain.clinics import ClinicError, ClinicState
from clinics.models import Clinic
from clinics.planning.missing import Lack, what_is_missing, why_not_to_announce
from clinics.planning.plans import announce_clinic, archive_clinic, hold_clinic
from clinics.requests.letters import count_to_tell_of
from letsconnect.base.languages import language_or_default
from letsconnect.base.once_more import BACK, ConfirmationPage, PeopleConcerned
from letsconnect.base.versions import ChangedMeanwhile
from mailings.rendering import Rendered
from registrations.requests import signed_in

_ACTS = {
    "announce": (gettext_lazy("Announce"), announce_clinic),
    "hold": (gettext_lazy("It was held"), hold_clinic),
    "archive": (pgettext_lazy("verb", "Archive"), archive_clinic),
}
_BECOMES = {"announce": ClinicState.ANNOUNCED, "hold": ClinicState.HELD, "archive": ClinicState.ARCHIVED}


@dataclass(frozen=True)
class Sample:
    """A letter as it would read in one language, chosen on the page that asks once more."""

    language: str
    subject: str
    text: str

    @classmethod
    def of(cls, request: HttpRequest, render: Callable[[str, str], Rendered]) -> Self:
        """Render it in the language that was asked for, or in the planner's own, in their time zone."""
        asked = request.POST.get("sample", "")
        language = asked if asked in dict(settings.LANGUAGES) else language_or_default(get_language() or "")
        letter = render(language, timezone.get_current_timezone_name())
        return cls(language, letter.subject, letter.text)


class ActsDesk(ClinicDesk):
    """The pages of the acts."""

    def get_urls(self) -> list[Any]:
        act = self.admin_site.admin_view(self.act_view)
        return [
            path("<int:clinic_id>/<slug:act>/do/", act, name="clinics_clinic_act"),
            *super().get_urls(),
        ]

    def acts_of(self, clinic: Clinic) -> list[tuple[str, str]]:
        """Return what can be done with a clinic now: what the link says, and where it leads."""
        acts = [
            (name, label) for name, (label, _act) in _ACTS.items() if clinics.may_become(clinic.state, _BECOMES[name])
        ]
        if timezone.now() < clinic.ends_at:
            acts = [(name, label) for name, label in acts if name != "hold"]
        return [(str(label), reverse("admin:clinics_clinic_act", args=[clinic.pk, name])) for name, label in acts]

    def act_view(self, request: HttpRequest, clinic_id: int, act: str) -> HttpResponse:
        """Announce, hold or archive one clinic; a page asks once more, and says what comes of it."""
        clinic, back = self.clinic_for(request, clinic_id), reverse("admin:clinics_clinic_change", args=[clinic_id])
        if act in _ACTS and clinics.may_become(clinic.state, _BECOMES[act]):
            question = question_about([clinic]) if act == "announce" else _question(clinic, act)
            if not question.is_answered_by(request):
                sample = None
                if act == "announce" and not question.refusals:
                    sample = Sample.of(
                        request, lambda language, zone: sample_of_announcement(clinic, language=language, zone=zone)
                    )
                lacks = what_is_missing(clinic, now=timezone.now()) if act == "announce" else ()
                return self.ask_with_sample(request, clinic, question, sample, lacks=lacks)
        if request.method == "POST" and act in _ACTS:
            try:
                with self.as_opened(request, clinic) as seen:
                    self.act(request, act, seen)
            except ChangedMeanwhile as changed:
                messages.error(request, str(changed))
        return redirect(back)

    def ask_with_sample(
        self,
        request: HttpRequest,
        clinic: Clinic,
        question: ConfirmationPage,
        sample: Sample | None,
        carried: Sequence[tuple[str, Any]] = (),
        lacks: Sequence[Lack] = (),
    ) -> HttpResponse:
        """Ask once more before one clinic is changed, with what it lacks and a letter as people would read it."""
        context = {
            **self.admin_site.each_context(request),
            **question.context(request, back=reverse("admin:clinics_clinic_change", args=[clinic.pk])),
            "opts": self.opts,
            "opened": self.opened(request, clinic),
            "carried": carried,
            "brings_back": BACK if carried else "",
            "sample": sample,
            "languages": settings.LANGUAGES,
            "lacks": [lack.sentence for lack in lacks if lack.sentence not in " ".join(question.refusals)],
        }
        return TemplateResponse(request, "clinics/admin/once_more.html", context)

    def act(self, request: HttpRequest, act: str, clinic: Clinic) -> None:
        try:
            _label, action = _ACTS[act]
            changed = action(clinic=clinic, by=signed_in(request), now=timezone.now())
        except ClinicError as refusal:
            messages.error(request, f"{clinic}: {refusal}")
        else:
            state = ClinicState(changed.state).label
            messages.success(request, _("%(clinic)s: %(state)s") % {"clinic": changed, "state": state})


def _question(clinic: Clinic, act: str) -> ConfirmationPage:
    """Return the page that asks before a clinic is said to be held, or is archived: neither can be taken back."""
    label, _action = _ACTS[act]
    if act == "hold":
        title = _("Was “%(clinic)s” held?")
        sentence = _("From then on its page says that it took place. This cannot be taken back.")
    else:
        title, sentence = (
            _("Archive “%(clinic)s”?"),
            _("An archived clinic is only looked at. This cannot be taken back."),
        )
    return ConfirmationPage(title=title % {"clinic": clinic}, sentences=(sentence,), button=str(label), people=0)


def question_about(planned: Sequence[Clinic]) -> ConfirmationPage:
    """Return the page that asks before clinics are announced: to how many readers, by the language they read of them.

    Of several clinics those that lack something are named, and stay as they are.
    """
    now = timezone.now()
    refusals = {clinic.pk: _why_not(clinic, now) for clinic in planned}
    ready = [clinic for clinic in planned if not refusals[clinic.pk]]
    readers = ReadersCounted.now()
    asked_for = count_to_tell_of(ready)
    people = readers.of_any(ready) + asked_for
    why_not = tuple(f"{clinic}: {refusals[clinic.pk]}" for clinic in planned if refusals[clinic.pk])
    written = ngettext("It writes to %(count)d reader.", "It writes to %(count)d readers.", people) % {"count": people}
    button = ngettext("Announce to %(count)d reader", "Announce to %(count)d readers", people) % {"count": people}
    each = _("“%(clinic)s”: %(people)d, of whom %(fallbacks)d read of it in another language than theirs")
    counts = [(clinic, readers.of(clinic)) for clinic in ready]
    lines = [each % {"clinic": clinic, "people": of.total, "fallbacks": of.fallbacks} for clinic, of in counts]
    if asked_for:
        text = ngettext(
            "%(count)d of them asked for it or supported that, and gets an email of its own.",
            "%(count)d of them asked for it or supported that, and get an email of their own.",
            asked_for,
        )
        written = " ".join([written, text % {"count": asked_for}])
    end = _("Those announced within a day come in one email. An email that has left cannot be taken back.")
    return ConfirmationPage(
        title=_("Announce “%(clinic)s”?") % {"clinic": planned[0]}
        if len(planned) == 1
        else _("Announce these clinics?"),
        sentences=(written, *(lines if len(planned) > 1 else ()), *(why_not if ready else ()), end),
        button=button,
        people=people,
        concerned=counts[0][1] if len(planned) == 1 and counts else PeopleConcerned(),
        refusals=() if ready else why_not,
    )


def _why_not(clinic: Clinic, now: datetime) -> str:
    if clinic.state != ClinicState.DRAFT:
        return _("it is %(state)s already.") % {"state": ClinicState(clinic.state).label}
    return why_not_to_announce(clinic, now=now)
