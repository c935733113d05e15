"""Remembering who of the working group opened whose page; the person reads it on theirs."""

from datetime import UTC
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from registrations.domain import LookKind
from registrations.models import Look, Member, Registration


class NotesLooks:
    """Goes before the admin class of a table about people; it notes what was shown, at most once a day each.

    Besides what it remembers, opening a page changes nothing.
    """

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        response = super().change_view(request, object_id, form_url, extra_context)
        if response.status_code == 200:
            self.note_look(request, self.get_object(request, object_id))
        return response

    def note_look(self, request: HttpRequest, shown: Member | Registration) -> None:
        on = timezone.now().astimezone(UTC).date()
        if isinstance(shown, Member):
            Look.objects.note_account(viewer=request.user, member=shown, on=on)
        else:
            Look.objects.note(viewer=request.user, registrations=[shown], what=LookKind.REGISTRATION, on=on)
