"""Writing to those who come to a clinic, at the desk: whom and what, then once more with a sample in each language."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinics.admin.acts import ActsDesk, Sample
from clinics.domain.clinics import ClinicError
from clinics.domain.writing import NotToBeWrittenTo, ToWhom, check_may_be_written_to
from clinics.models import Clinic, ClinicMessage
from clinics.writing.choosing import counted, meant_by
from clinics.writing.emails import sample as sample_of_message
from clinics.writing.forms import WriteForm
from clinics.writing.words import to_whom_in_words
from clinics.writing.writing import write_to_those_who_come
from letsconnect.base.once_more import BACK, ConfirmationPage, goes_back
from registrations.requests import signed_in


class WritingDesk(ActsDesk):
    """The page on which a planner writes to those who come."""

    def get_urls(self) -> list[Any]:
        write = self.admin_site.admin_view(self.write_view)
        return [path("<int:clinic_id>/write/", write, name="clinics_clinic_write"), *super().get_urls()]

    def write_view(self, request: HttpRequest, clinic_id: int) -> HttpResponse:
        """Ask whom and what, then once more with how many it goes to and how it reads, then owe the letters."""
        clinic = self.clinic_for(request, clinic_id)
        refusal = _why_not(clinic)
        form = WriteForm(request.POST or None, clinic=clinic)
        if refusal or request.method != "POST" or goes_back(request) or not form.is_valid():
            return self._write_form(request, clinic, form, refusal)
        meant = meant_by(form.to_whom, clinic)
        concerned = counted(meant, clinic, list(form.texts))
        total = concerned.total
        button = ngettext("Send %(count)d email", "Send %(count)d emails", total) % {"count": total}
        question = ConfirmationPage(
            title=_("Write to those who come to “%(clinic)s”?") % {"clinic": clinic},
            sentences=(
                _goes_to(total, form),
                _("Your name stands in it, and nobody's address. An email that has left cannot be taken back."),
            ),
            button=button,
            people=total,
            concerned=concerned,
            refusals=() if total else (_("Nobody is among those you chose whom emails reach."),),
        )
        if not question.is_answered_by(request):
            return self._write_once_more(request, clinic, form, question)
        now = timezone.now()
        try:
            message = write_to_those_who_come(
                clinic=clinic,
                to_whom=form.to_whom,
                texts=form.texts,
                pressed=form.cleaned_data["pressed"],
                by=signed_in(request),
                now=now,
            )
        except ClinicError as refused:
            form.add_error(None, str(refused))
            return self._write_form(request, clinic, form, "")
        if message.made_at < now:
            messages.info(request, _("This was sent already: nobody gets it twice."))
        else:
            sent = ngettext("%(count)d email goes out.", "%(count)d emails go out.", total) % {"count": total}
            messages.success(request, sent)
        return redirect("admin:clinics_clinic_write", clinic_id)

    def _write_form(self, request: HttpRequest, clinic: Clinic, form: WriteForm, refusal: str) -> HttpResponse:
        written = ClinicMessage.objects.filter(clinic=clinic).select_related("by").prefetch_related("texts")
        context = {
            **self.admin_site.each_context(request),
            "title": _("Write to those who come"),
            "opts": self.opts,
            "clinic": clinic,
            "form": form,
            "refusal": refusal,
            "written": [(message, to_whom_in_words(ToWhom.of(message.to_whom))) for message in written[:20]],
        }
        return TemplateResponse(request, "clinics/admin/write.html", context)

    def _write_once_more(
        self, request: HttpRequest, clinic: Clinic, form: WriteForm, question: ConfirmationPage
    ) -> HttpResponse:
        by, texts = signed_in(request), form.texts
        sample = Sample.of(
            request,
            lambda language, zone: sample_of_message(clinic, by=by, texts=texts, language=language, zone=zone),
        )
        context = {
            **self.admin_site.each_context(request),
            **question.context(request, back=reverse("admin:clinics_clinic_who_comes", args=[clinic.pk])),
            "opts": self.opts,
            "carried": form.carried(),
            "sample": sample,
            "languages": settings.LANGUAGES,
            "brings_back": BACK,
        }
        return TemplateResponse(request, "clinics/admin/once_more.html", context)


def _goes_to(people: int, form: WriteForm) -> str:
    sentence = ngettext("It goes to %(count)d person: %(people)s.", "It goes to %(count)d people: %(people)s.", people)
    return sentence % {"count": people, "people": to_whom_in_words(form.to_whom)}


def _why_not(clinic: Clinic) -> str:
    try:
        check_may_be_written_to(state=clinic.state, ends_at=clinic.ends_at, now=timezone.now())
    except NotToBeWrittenTo as refusal:
        return str(refusal)
    return ""
