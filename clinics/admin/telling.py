"""Moving and cancelling a clinic at the desk: what is wanted, then once more with whom it writes to and a sample."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinics.admin.acts import ActsDesk, Sample
from clinics.domain.clinics import ClinicError, may_be_cancelled
from clinics.forms import START, CancelForm, NewStartForm
from clinics.models import Clinic
from clinics.planning.linked import issues_that_invite_to
from clinics.planning.other_hours import what_is_forgotten, why_it_stands
from clinics.planning.plans import cancel_clinic, reschedule
from clinics.planning.recipients import recipients_of
from clinics.planning.samples import sample_of_cancellation, sample_of_move
from letsconnect.base.once_more import ConfirmationPage, PeopleConcerned, goes_back
from letsconnect.base.templatetags.when import when
from letsconnect.base.versions import ChangedMeanwhile
from letsconnect.base.wall_clock import NotOneMoment
from registrations.requests import signed_in


class TellingDesk(ActsDesk):
    """The acts that write to everybody who is to come."""

    def get_urls(self) -> list[Any]:
        move, cancel = self.admin_site.admin_view(self.move_view), self.admin_site.admin_view(self.cancel_view)
        return [
            path("<int:clinic_id>/move/", move, name="clinics_clinic_move"),
            path("<int:clinic_id>/cancel/", cancel, name="clinics_clinic_cancel"),
            *super().get_urls(),
        ]

    def tellings_of(self, clinic: Clinic) -> list[tuple[str, str]]:
        """Return what nobody plans to do, though it can be done: the page shows it less than the next act."""
        if not clinic.is_to_come:
            return []
        move = (_("Move this clinic"), reverse("admin:clinics_clinic_move", args=[clinic.pk]))
        cancel = (_("Cancel this clinic"), reverse("admin:clinics_clinic_cancel", args=[clinic.pk]))
        return [move, cancel] if _may_be_cancelled(clinic) else [move]

    def move_view(self, request: HttpRequest, clinic_id: int) -> HttpResponse:
        """Ask for another start, then once more with both starts and a sample, then move and write to everybody."""
        clinic = self.clinic_for(request, clinic_id)
        form = NewStartForm(request.POST or None, instance=self.clinic_for(request, clinic_id))
        form.initial.update(
            {name: request.GET[name] for name in START if name in request.GET}
        )  # an hour that was found
        is_filled_in = clinic.is_to_come and request.method == "POST" and form.is_valid() and not goes_back(request)
        if not is_filled_in or (starts_at := form.starts_at) is None:
            return self._asked(request, clinic, _("Move this clinic"), form)
        recipients = recipients_of(clinic)
        question = _question_of_move(clinic, starts_at, recipients)
        if not question.is_answered_by(request):
            carried = [(name, form[name].value()) for name in form.fields if form[name].value() is not None]
            sample = Sample.of(
                request,
                lambda language, zone: sample_of_move(
                    clinic, starts_at=starts_at, to=signed_in(request), language=language, zone=zone
                ),
            )
            return self.ask_with_sample(request, clinic, question, sample if recipients.total else None, carried)
        start = {name: form.cleaned_data[name] for name in START}
        try:
            with self.as_opened(request, clinic) as seen:
                moved = reschedule(clinic=seen, **start, by=signed_in(request), now=timezone.now())
        except (ChangedMeanwhile, ClinicError, NotOneMoment) as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _moved(moved, recipients))
        return redirect("admin:clinics_clinic_change", clinic_id)

    def cancel_view(self, request: HttpRequest, clinic_id: int) -> HttpResponse:
        """Ask why, then once more with a sample that gives the reason, then cancel and write to everybody."""
        clinic = self.clinic_for(request, clinic_id)
        form = CancelForm(request.POST or None, clinic=clinic)
        if not _may_be_cancelled(clinic) or request.method != "POST" or not form.is_valid() or goes_back(request):
            refusal = "" if _may_be_cancelled(clinic) else _("Only a clinic that has not begun can be cancelled.")
            return self._asked(request, clinic, _("Cancel this clinic"), form, refusal)
        reason, recipients = form.cleaned_data["reason"], recipients_of(clinic)
        question = _question_of_cancellation(clinic, recipients)
        if not question.is_answered_by(request):
            sample = Sample.of(
                request,
                lambda language, zone: sample_of_cancellation(
                    clinic, reason=reason, to=signed_in(request), language=language, zone=zone
                ),
            )
            carried = [("reason", reason)]
            return self.ask_with_sample(request, clinic, question, sample if recipients.total else None, carried)
        try:
            with self.as_opened(request, clinic) as seen:
                cancel_clinic(clinic=seen, reason=reason, by=signed_in(request), now=timezone.now())
        except ChangedMeanwhile as changed:
            form.add_error(None, str(changed))
            return self._asked(request, self.clinic_for(request, clinic_id), _("Cancel this clinic"), form)
        except ClinicError as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(
                request, _("The clinic is cancelled. %(letters)s") % {"letters": _letters_written(recipients)}
            )
        return redirect("admin:clinics_clinic_change", clinic_id)

    def _asked(self, request: HttpRequest, clinic: Clinic, title: str, form: Any, refusal: str = "") -> HttpResponse:
        """Show the first page of an act: its form, and whom it would write to."""
        recipients = recipients_of(clinic)
        if not clinic.is_to_come:
            refusal = _("Only a clinic still to come can be moved or cancelled.")
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": self.opts,
            "clinic": clinic,
            "form": form,
            "refusal": refusal,
            "sentences": (*_sentences_of(clinic, recipients), *_without(recipients)),
            "opened": self.opened(request, clinic),
        }
        return TemplateResponse(request, "clinics/admin/act.html", context)


def _may_be_cancelled(clinic: Clinic) -> bool:
    return may_be_cancelled(state=clinic.state, starts_at=clinic.starts_at, now=timezone.now())


def _question_of_move(clinic: Clinic, starts_at: datetime, recipients: PeopleConcerned) -> ConfirmationPage:
    line = _("From %(was)s to %(becomes)s.") % {"was": when(clinic.starts_at), "becomes": when(starts_at)}
    people = recipients.total
    button = ngettext("Move, and send %(count)d email", "Move, and send %(count)d emails", people)
    return ConfirmationPage(
        title=_("Move “%(clinic)s”?") % {"clinic": clinic},
        sentences=(line, *what_is_forgotten(clinic), *_asked_again(clinic), *_sentences_of(clinic, recipients)),
        button=button % {"count": people} if people else _("Move it"),
        people=people,
        concerned=recipients,
        refusals=(_("This is when it starts already."),) if starts_at == clinic.starts_at else _stands(clinic),
    )


def _question_of_cancellation(clinic: Clinic, recipients: PeopleConcerned) -> ConfirmationPage:
    people = recipients.total
    button = ngettext("Cancel, and send %(count)d email", "Cancel, and send %(count)d emails", people)
    end = _("A cancelled clinic stays cancelled. An email that has left cannot be taken back.")
    return ConfirmationPage(
        title=_("Cancel “%(clinic)s”?") % {"clinic": clinic},
        sentences=(*what_is_forgotten(clinic), *_sentences_of(clinic, recipients), end),
        button=button % {"count": people} if people else _("Cancel this clinic"),
        people=people,
        concerned=recipients,
        refusals=_stands(clinic),
    )


def _stands(clinic: Clinic) -> tuple[str, ...]:
    return (refusal,) if (refusal := why_it_stands(clinic)) else ()


def _sentences_of(clinic: Clinic, recipients: PeopleConcerned) -> tuple[str, ...]:
    """Return whom the act writes to, and which issues of the newsletter it holds."""
    sentence = _(
        "Issue %(number)s of the newsletter is being sent and invites to this clinic: it is held until a coordinator "
        "decides."
    )
    return (
        _letters_written(recipients),
        *(sentence % {"number": issue.number} for issue in issues_that_invite_to(clinic)),
    )


def _asked_again(clinic: Clinic) -> tuple[str, ...]:
    """Return how many of the clinic's people are asked again: their yes was said to the hour that goes."""
    people = clinic.people.asked_or_coming().count()
    text = ngettext(
        "%(count)d person who shares, hosts, helps or interprets is asked again: a yes was to the old hour.",
        "%(count)d people who share, host, help or interpret are asked again: a yes was to the old hour.",
        people,
    )
    return (text % {"count": people},) if people else ()


def _letters_written(recipients: PeopleConcerned) -> str:
    written = ngettext("%(count)d email goes out.", "%(count)d emails go out.", recipients.total)
    return written % {"count": recipients.total}


def _without(recipients: PeopleConcerned) -> tuple[str, ...]:
    """Return how many of those who are to come cannot be written to, if any."""
    without = ngettext(
        "%(count)d more cannot be written to.", "%(count)d more cannot be written to.", recipients.without
    )
    return (without % {"count": recipients.without},) if recipients.without else ()


def _moved(clinic: Clinic, recipients: PeopleConcerned) -> str:
    words = {"moment": when(clinic.starts_at), "letters": _letters_written(recipients)}
    return _("The clinic is moved: it begins %(moment)s. %(letters)s") % words
