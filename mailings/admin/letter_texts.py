"""The page at the desk that shows what a letter said; who looks is told to its recipient and to those whom it names."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from letsconnect.base.access_log import PeopleShown
from letsconnect.base.admin import WorkingGroupAdmin
from letsconnect.base.keys import keys_among
from letsconnect.base.numbers_read import read_numbers
from mailings import kinds
from mailings.models import Letter
from mailings.newsletters import sent_letters


class LetterTexts(WorkingGroupAdmin[Letter]):
    """The page of what a letter said, for the desk of the letters."""

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("<int:letter_id>/text/", wrap(self.text_view), name="mailings_letter_text"),
            *super().get_urls(),
        ]

    @admin.display(description=gettext_lazy("what it said"))
    def shown_text(self, letter: Letter) -> str:
        """Return a link to what the letter said: whoever follows it is logged, whoever reads this page only is not."""
        if not Letter.objects.filter(pk=letter.pk).readable(timezone.now()).exists():
            return "–"
        address = reverse("admin:mailings_letter_text", args=[letter.pk])
        return format_html('<a href="{}">{}</a>', address, _("Read what was sent"))

    @method_decorator(require_safe)
    def text_view(self, request: HttpRequest, letter_id: int) -> HttpResponse:
        """Show what a letter said, for 90 days."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        rows = self.get_queryset(request).select_related("member")
        letter, now = get_object_or_404(rows, pk__in=keys_among([str(letter_id)])), timezone.now()
        is_kept_from_us = sent_letters.is_kept_from_the_desk(letter, reader=request.user)
        sent = None if is_kept_from_us else sent_letters.what_was_sent(letter, now=now)
        self.note_look(request, self.people_on([letter]), kind="letter_text" if sent else "letter")
        if sent:
            named = sent_letters.people_in(letter)
            self.note_look(request, PeopleShown(members=named), kind="letter_naming")
        read_numbers([letter.member])
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": kinds.label_of(letter.kind),
            "letter": letter,
            "sent": sent,
            "is_kept_from_us": is_kept_from_us,
            "is_over": sent_letters.is_over(letter, now=now),
        }
        return TemplateResponse(request, "mailings/admin/letter_text.html", context)
