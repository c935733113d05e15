"""The buttons of an issue: asking that it is sent, confirming, taking back, pausing, going on and stopping."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.formats import date_format
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from letsconnect.base.lines import isolated
from letsconnect.base.once_more import ConfirmationPage, PeopleConcerned
from letsconnect.base.templatetags.when import when
from mailings.admin.newsletter_pages import NewsletterPages
from mailings.domain.newsletters import NewsletterState, SendTime
from mailings.models import Letter, Newsletter
from mailings.newsletters import checking, sending
from mailings.newsletters.concerned import who_still_waits, who_would_get
from mailings.newsletters.forms import SettingsForm

CHANGE = "admin:mailings_newsletter_change"
S = NewsletterState
_ACTS: dict[str, Callable[..., Newsletter]] = {
    "ask": sending.ask_to_send,
    "take-back": sending.take_back,
    "confirm": sending.confirm,
    "pause": sending.pause,
    "resume": sending.resume,
    "stop": sending.stop,
}
_OF_WHOEVER_WRITES = {"ask", "take-back"}


@dataclass(frozen=True)
class Button:
    """A button of an issue; one that asks once more is a link to the page that does."""

    act: str
    label: str
    asks_once_more: bool


class NewsletterActs(NewsletterPages[Newsletter]):
    """The buttons of the page of an issue."""

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def act_view(self, request: HttpRequest, issue_id: int, act: str) -> HttpResponse:
        """Do what a button says; sending and stopping are asked once more on a page of their own."""
        if act in _OF_WHOEVER_WRITES:
            self.check_may_write(request)
        else:
            self.check_may_send(request)
        newsletter = self.find(request, issue_id)
        if act not in _ACTS:
            return redirect(CHANGE, issue_id)
        if asks_once_more(act, reader=request.user):
            question = _question(act, newsletter)
            if not question.is_answered_by(request):
                return self._asked(request, newsletter, act, question)
        elif request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        self.press(
            request,
            newsletter,
            lambda seen: _ACTS[act](newsletter=seen, by=request.user, now=now()),
            form=SettingsForm.of,
        )
        return redirect(CHANGE, issue_id)

    def _asked(
        self, request: HttpRequest, newsletter: Newsletter, act: str, question: ConfirmationPage
    ) -> HttpResponse:
        """Show the page that asks once more; where somebody was quicker, lead back to the issue as it stands."""
        if act not in [button.act for button in buttons_of(newsletter, reader=request.user)]:
            state = _("The issue is in another state by now: %(state)s.") % {"state": newsletter.get_state_display()}
            self.message_user(request, state, messages.WARNING)
            return redirect(CHANGE, newsletter.pk)
        context = {
            **self.admin_site.each_context(request),
            **question.context(request, back=reverse(CHANGE, args=[newsletter.pk])),
            "opts": self.opts,
            "opened": self.opened(request, newsletter, form=SettingsForm.of),
        }
        return TemplateResponse(request, "admin/once_more.html", context)


def buttons_of(newsletter: Newsletter, *, reader: Any) -> list[Button]:
    """Return what this reader can press on an issue as it stands; the actions decide."""
    asked_by_me = newsletter.asked_by_id == reader.pk
    may_confirm = reader.is_coordinator and not asked_by_me
    offered = {
        S.DRAFT: ["ask"],
        S.ASKED: [*(["confirm"] if may_confirm else []), *(["take-back"] if may_confirm or asked_by_me else [])],
        S.SENDING: ["pause", "stop"] if reader.is_coordinator else [],
        S.PAUSED: ["resume", "stop"] if reader.is_coordinator else [],
    }
    labels = _labels(reader)
    acts = offered.get(S(newsletter.state), [])
    return [Button(act, labels[act], asks_once_more(act, reader=reader)) for act in acts]


def asks_once_more(act: str, *, reader: Any) -> bool:
    """Tell whether an act writes to people or cannot be taken back; asking a second person does neither."""
    return act in ("confirm", "stop") or (act == "ask" and sending.sends_at_once(reader))


def _labels(reader: Any) -> dict[str, str]:
    ask = _("Ask a second person to confirm") if settings.NEWSLETTER_NEEDS_TWO else _("Send it")
    return {
        "ask": ask if reader.is_coordinator else _("Ask a coordinator to send it"),
        "confirm": _("Confirm: send it"),
        "take-back": _("Take it back"),
        "pause": _("Pause"),
        "resume": _("Go on"),
        "stop": _("Stop for good"),
    }


def _question(act: str, newsletter: Newsletter) -> ConfirmationPage:
    return _about_stopping(newsletter) if act == "stop" else _about_sending(newsletter)


def _about_sending(newsletter: Newsletter) -> ConfirmationPage:
    people = who_would_get(newsletter)
    letters = ngettext("%(count)d reader gets a letter.", "%(count)d readers get a letter.", people.total) % {
        "count": people.total
    }
    button = ngettext("Send it to %(count)d reader", "Send it to %(count)d readers", people.total) % {
        "count": people.total
    }
    return ConfirmationPage(
        title=_("Send issue %(issue)s?") % {"issue": isolated(newsletter)},
        sentences=(
            letters,
            *_fallbacks(people),
            _when_sent(newsletter),
            _("A letter that has left cannot be taken back."),
        ),
        button=button,
        people=people.total,
        concerned=people,
        refusals=tuple(checking.why_not_to_send(newsletter)),
    )


def _about_stopping(newsletter: Newsletter) -> ConfirmationPage:
    people, have_it = who_still_waits(newsletter), Letter.objects.of_issue(newsletter).perhaps_read().count()
    never = ngettext(
        "%(count)d reader whose letter has not left never gets it.",
        "%(count)d readers whose letters have not left never get it.",
        people.total,
    ) % {"count": people.total}
    keep = ngettext("%(count)d reader has it, and keeps it.", "%(count)d readers have it, and keep it.", have_it)
    button = ngettext(
        "Stop for good: %(count)d reader never gets it", "Stop for good: %(count)d readers never get it", people.total
    ) % {"count": people.total}
    return ConfirmationPage(
        title=_("Stop issue %(issue)s for good?") % {"issue": isolated(newsletter)},
        sentences=(never, keep % {"count": have_it}, _("It cannot be sent again. To hold it for a while, pause it.")),
        button=button,
        people=people.total,
        concerned=people,
    )


def _fallbacks(people: PeopleConcerned) -> list[str]:
    if not people.fallbacks:
        return []
    sentence = ngettext(
        "%(count)d reader gets another language than theirs, with a line that says so.",
        "%(count)d readers get another language than theirs, with a line that says so.",
        people.fallbacks,
    )
    return [sentence % {"count": people.fallbacks}]


def _when_sent(newsletter: Newsletter) -> str:
    if newsletter.send_time == SendTime.MORNING and newsletter.send_on is not None:
        day = date_format(newsletter.send_on)
        return _("It goes out on %(day)s at 09:00 of each reader's own clock.") % {"day": day}
    if newsletter.send_at is not None and newsletter.send_at > now():
        return _("It goes out at one moment for everybody: %(moment)s.") % {"moment": when(newsletter.send_at)}
    return _("It goes out now.")
