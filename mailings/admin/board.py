"""The board of the mail: the first page about letters, with the buttons for those that a person has to decide about."""

from collections.abc import Callable, Iterator
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from letsconnect.base.admin import FixedFilter, WorkingGroupAdmin
from letsconnect.base.clocks import database_now
from letsconnect.base.keys import keys_among
from letsconnect.base.numbers_read import read_numbers
from letsconnect.base.querysets import as_own
from letsconnect.base.versions import ChangedMeanwhile
from mailings import kinds
from mailings.domain.letters import CannotSendAgain, LetterState, NotForAPerson
from mailings.domain.newsletters import NewsletterState
from mailings.ledger import board, by_hand
from mailings.ledger.lateness import lateness
from mailings.models import Letter, LetterQuerySet, Newsletter
from mailings.newsletters.checking import links_gone_wrong

SHOWN = 20
_DECISIONS: dict[str, Callable[..., Letter]] = {"again": by_hand.send_again, "arrived": by_hand.mark_as_sent}
BOARD = "admin:mailings_letter_board"


class KindFilter(FixedFilter):
    """The kinds of letter by their names; the two sides of a match are one."""

    title = gettext_lazy("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        lines = {kinds.line_of(name) for name in kinds.names()} - {kinds.line_of(name) for name in kinds.confidential()}
        return sorted(((line, kinds.label_of(line)) for line in lines), key=lambda choice: choice[1])

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Letter]) -> models.QuerySet[Letter]:
        line = self.value()
        if not line:
            return queryset
        return queryset.filter(kind__in=[line, *(name for name in kinds.names() if kinds.line_of(name) == line)])


def why_refused(letter: Letter, refusal: Exception) -> str:
    """Return the sentence that says why nothing can be decided about a letter."""
    if isinstance(refusal, CannotSendAgain):
        text = _("The text of email %(number)s was never kept, so it cannot be sent again.")
    else:
        text = _("Email %(number)s is not one to decide about: it is neither uncertain nor failed.")
    return text % {"number": letter.pk}


class LetterBoard(WorkingGroupAdmin[Letter]):
    """The board, for the desk of the letters."""

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("board/", wrap(self.board_view), name="mailings_letter_board"),
            path("<int:letter_id>/<slug:decision>/decide/", wrap(self.decide_view), name="mailings_letter_decide"),
            *super().get_urls(),
        ]

    @method_decorator(require_safe)
    def board_view(self, request: HttpRequest) -> HttpResponse:
        """Show how the ledger stands. Whoever stands on the page can read who looked."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        now, letters = database_now(), as_own(self.get_queryset(request), LetterQuerySet)
        unsettled = letters.needing_a_person().select_related("member", "newsletter").order_by("owed_at", "pk")
        # Failed letters may be many; those of which nobody knows whether they arrived come first.
        shown = [
            *unsettled.filter(state=LetterState.UNCERTAIN)[:SHOWN],
            *unsettled.filter(state=LetterState.FAILED)[:SHOWN],
        ]
        self.note_look(request, self.people_on(shown), kind="letters")
        read_numbers(letter.member for letter in shown)
        lines, issues, late = board.by_kind(letters), board.by_issue(), lateness(now=now)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("How the mail stands"),
            "kinds": lines,
            "written": sum(line.total for line in lines),
            "issues": issues,
            "paused": _paused(issues),
            "oldest_at": now - late.oldest_owed if late.oldest_owed is not None else None,
            "tick_at": now - late.tick if late.tick is not None else None,
            "speed": board.sending_speed(now=now),
            "unsettled": [self._line(request, letter) for letter in shown],
            "more": unsettled.count() - len(shown),
        }
        return TemplateResponse(request, "mailings/admin/board.html", context)

    def _line(self, request: HttpRequest, letter: Letter) -> dict[str, Any]:
        return {
            "letter": letter,
            "label": kinds.label_of(letter.kind),
            "about": self.about(letter),
            "opened": self.opened(request, letter),
            "decisions": list(_decisions_about(letter)),
        }

    def about(self, letter: Letter) -> tuple[str, str]:
        """Return the words and the address of what a letter is about, "" where the desk has no page of it."""
        if letter.newsletter is not None:
            words = _("Issue %(issue)s") % {"issue": letter.newsletter}
            return words, reverse("admin:mailings_newsletter_change", args=[letter.newsletter_id])
        for model, page in self.admin_site._registry.items():
            if model._meta.label_lower == letter.about_type:
                words = f"{model._meta.verbose_name} {letter.about_id}"
                if "view" not in getattr(page, "coordinators_may", ()):
                    return words, ""
                name = f"admin:{model._meta.app_label}_{model._meta.model_name}_change"
                return words, reverse(name, args=[letter.about_id])
        return "", ""

    @method_decorator(require_POST)
    def decide_view(self, request: HttpRequest, letter_id: int, decision: str) -> HttpResponse:
        """Send an uncertain or failed letter again, or mark an uncertain one as arrived."""
        if not self.has_coordinator_permission(request):
            raise PermissionDenied
        letter = get_object_or_404(self.get_queryset(request), pk__in=keys_among([str(letter_id)]))
        if decision not in _DECISIONS:
            return redirect(BOARD)
        try:
            with self.as_opened(request, letter) as seen:
                _DECISIONS[decision](letter=seen, by=request.user, now=timezone.now())
        except ChangedMeanwhile as changed:
            self.message_user(request, str(changed), messages.ERROR)
        except (NotForAPerson, CannotSendAgain) as refusal:
            self.message_user(request, why_refused(letter, refusal), messages.ERROR)
        else:
            said = _("The email counts as sent.") if decision == "arrived" else _("The email is sent again.")
            self.message_user(request, said, messages.SUCCESS)
        return redirect(BOARD)


def _paused(issues: list[board.StatesOfIssue]) -> list[tuple[Newsletter, list[str]]]:
    """Return the issues that are paused, each with what is wrong with the pages it leads to."""
    paused = [line.issue for line in issues if line.issue.state == NewsletterState.PAUSED]
    return [(issue, links_gone_wrong(issue)) for issue in paused]


def _decisions_about(letter: Letter) -> Iterator[tuple[str, str]]:
    if letter.state == LetterState.UNCERTAIN:
        yield "arrived", _("It arrived")
    if kinds.is_registered(letter.kind) and letter.kind not in kinds.urgent():
        yield "again", _("Send again")
