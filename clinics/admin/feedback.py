"""Quotes at the desk: putting one on the page of its clinic, or taking it off. Nobody is named but as they chose."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from clinics.admin.tabs import ClinicDesk
from clinics.domain.feedback import NotYourQuote
from clinics.feedback.quoting import hide_quote, leave_quote, publish_quote
from clinics.models import Quote
from letsconnect.base import versions
from letsconnect.base.lines import isolated
from letsconnect.base.once_more import ConfirmationPage
from registrations.requests import signed_in


class QuotesDesk(ClinicDesk):
    """The address of one quote of a clinic."""

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.quote_view)
        return [
            path("<int:clinic_id>/quotes/<int:quote_id>/", view, name="clinics_clinic_quote"),
            *super().get_urls(),
        ]

    def quote_view(self, request: HttpRequest, clinic_id: int, quote_id: int) -> HttpResponse:
        """Ask before a quote is published or hidden, then do it; one that was changed meanwhile is read again first."""
        clinic, back = self.clinic_for(request, clinic_id), reverse("admin:clinics_clinic_after", args=[clinic_id])
        if not self.has_change_permission(request):
            raise PermissionDenied
        quote = Quote.objects.filter(clinic=clinic, pk=quote_id).first()
        if quote is None:
            messages.error(request, _("Its author took this quote back."))
            return redirect(back)
        question, is_left = _question(quote), "leave" in request.POST
        if not is_left and not question.is_answered_by(request):
            return self.asked_once_more(request, question, back=back, opened=quote.version)
        opened, by, now = request.POST.get(versions.FIELD, ""), signed_in(request), timezone.now()
        act = hide_quote if quote.published_at else leave_quote if is_left else publish_quote
        try:
            is_done = act(quote=quote, seen_version=opened, by=by, now=now)
        except NotYourQuote as refusal:
            messages.error(request, str(refusal))
            return redirect(back)
        if is_done:
            messages.success(request, _("Saved."))
        else:
            messages.error(request, _("This quote was changed or taken back meanwhile. Please read it again."))
        return redirect(back)


def _question(quote: Quote) -> ConfirmationPage:
    """Return the page that asks before everybody can read a quote, or nobody any more."""
    said = _("“%(text)s” — %(name)s") % {"text": isolated(quote.text), "name": quote.said_by}
    if quote.published_at:
        return ConfirmationPage(
            title=_("Take this quote off the clinic's page?"),
            sentences=(said,),
            button=_("Take it off the clinic's page"),
            people=0,
        )
    return ConfirmationPage(
        title=_("Show this quote on the clinic's page?"),
        sentences=(said, _("Everybody can read it there, under this name. Its author can take it back at any time.")),
        button=_("Show it on the clinic's page"),
        people=0,
    )
