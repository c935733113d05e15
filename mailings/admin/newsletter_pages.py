"""What the pages of the newsletter share: the working group and editors write, coordinators send and see addresses."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse

from letsconnect.base.admin import WorkingGroupAdmin
from letsconnect.base.keys import keys_among
from letsconnect.base.versioned_admin import FormOf, Row
from letsconnect.base.versions import ChangedMeanwhile
from mailings.domain.newsletters import NewsletterRefused


class NewsletterPages(WorkingGroupAdmin[Row]):
    """A table of which every change is an action: nobody types into a row."""

    unscoped_because = "the whole working group and all editors write the newsletter"
    shows_nobody_because = "who got it stands on a page of its own, which notes whom it shows"
    actions = None

    def page(self, request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
        values = {**self.admin_site.each_context(request), "opts": self.opts, **context}
        return TemplateResponse(request, f"mailings/admin/{template}.html", values, status=status)

    def find(self, request: HttpRequest, number: int | str) -> Any:
        """Return the row of that number among those the reader may see, or answer that there is none."""
        return get_object_or_404(self.get_queryset(request), pk__in=keys_among([str(number)]))

    def press(self, request: HttpRequest, row: Any, act: Callable[[Any], Any], *, form: FormOf) -> Any:
        """Do what a button says to the row as its page showed it, and return what came of it.

        Where it is refused, say why and return None.
        """
        try:
            with self.as_opened(request, row, form=form) as seen:
                return act(seen)
        except (NewsletterRefused, ChangedMeanwhile) as refusal:
            self.say_why(request, refusal)
            return None

    def say_why(self, request: HttpRequest, refusal: Exception) -> None:
        for sentence in str(refusal).splitlines():
            self.message_user(request, sentence, messages.ERROR)

    def check_may_write(self, request: HttpRequest) -> None:
        if not self.has_seat(request):
            raise PermissionDenied

    def check_may_send(self, request: HttpRequest) -> None:
        if not self.has_coordinator_permission(request):
            raise PermissionDenied
