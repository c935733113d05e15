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
from mailings.domain.newsletters import NewsletterRefused, NewsletterState, SendTime, morning_is_over
from mailings.models import Letter, Newsletter
from mailings.newsletters import checking, correcting, sending
from mailings.newsletters.concerned import who_still_waits, who_would_get
from mailings.newsletters.forms import SettingsForm
from mailings.newsletters.freezing import due_at

CHANGE = "admin:mailings_newsletter_change"
S = NewsletterState
_ACTS: dict[str, Callable[..., Newsletter]] = {
    "ask": sending.ask_to_send,
    "take-back": sending.take_back,
    "confirm": sending.confirm,
    "pause": sending.pause,
    "resume": sending.resume,
    "correct": correcting.take_back_to_correct,
    "stop": sending.stop,
}
_OF_WHOEVER_WRITES = {"ask", "take-back"}
IN_SPITE_OF = "in_spite_of"  # what somebody has read before the issue went on all the same
_FIRST_ZONE = "Etc/GMT-14"  # where a day begins first


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
        if asks_once_more(act, newsletter, reader=request.user):
            question = _question(act, newsletter)
            if not question.is_answered_by(request):
                return self._asked(request, newsletter, act, question)
        elif request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        given = {"in_spite_of": request.POST.getlist(IN_SPITE_OF)} if act == "resume" else {}
        done = self.press(
            request,
            newsletter,
            lambda seen: _ACTS[act](newsletter=seen, by=request.user, now=now(), **given),
            form=SettingsForm.of,
        )
        if done is not None:
            self.message_user(request, _what_was_done(act, done), messages.SUCCESS)
        return redirect(CHANGE, issue_id)

    def ask_after_saving(self, request: HttpRequest, newsletter: Newsletter) -> HttpResponse:
        """Ask that an issue is sent as its page has just been saved: what stands on the page is what is asked for."""
        if asks_once_more("ask", newsletter, reader=request.user):
            return redirect("admin:mailings_newsletter_act", newsletter.pk, "ask")
        try:
            asked = sending.ask_to_send(newsletter=newsletter, by=request.user, now=now())
        except NewsletterRefused as refusal:
            self.message_user(request, _("Saved."), messages.SUCCESS)
            self.say_why(request, refusal)
        else:
            self.message_user(request, _what_was_done("ask", asked), messages.SUCCESS)
        return redirect(CHANGE, newsletter.pk)

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
            "carried": [(IN_SPITE_OF, sentence) for sentence in checking.links_gone_wrong(newsletter)],
        }
        return TemplateResponse(request, "admin/once_more.html", context)


def buttons_of(newsletter: Newsletter, *, reader: Any) -> list[Button]:
    """Return what this reader can press on an issue as it stands; the actions decide."""
    asked_by_me = newsletter.asked_by_id == reader.pk
    may_confirm = reader.is_coordinator and not asked_by_me
    correct = ["correct"] if correcting.can_be_corrected(newsletter) else []
    offered = {
        S.DRAFT: ["ask"],
        S.ASKED: [*(["confirm"] if may_confirm else []), *(["take-back"] if may_confirm or asked_by_me else [])],
        S.SENDING: ["pause", "stop"] if reader.is_coordinator else [],
        S.PAUSED: ["resume", *correct, "stop"] if reader.is_coordinator else [],
    }
    labels = _labels(reader)
    acts = offered.get(S(newsletter.state), [])
    return [Button(act, labels[act], asks_once_more(act, newsletter, reader=reader)) for act in acts]


def asks_once_more(act: str, newsletter: Newsletter, *, reader: Any) -> bool:
    """Tell whether an act writes to people or cannot be taken back; asking a second person does neither.

    Going on with a paused issue was confirmed before, unless what it leads to has changed since.
    """
    if act == "resume":
        return newsletter.state == S.PAUSED and bool(checking.links_gone_wrong(newsletter))
    return act in ("confirm", "stop") or (act == "ask" and sending.sends_at_once(reader))


def _labels(reader: Any) -> dict[str, str]:
    ask = _("Ask a second person to confirm") if settings.NEWSLETTER_NEEDS_TWO else _("Send it")
    return {
        "ask": ask if reader.is_coordinator else _("Ask a coordinator to send it"),
        "confirm": _("Confirm: send it"),
        "take-back": _("Take it back"),
        "pause": _("Pause"),
        "resume": _("Go on"),
        "correct": _("Make it a draft again, to correct it"),
        "stop": _("Stop for good"),
    }


def _what_was_done(act: str, newsletter: Newsletter) -> str:
    if act == "ask" and newsletter.state == S.ASKED:
        return _("A second person is asked to confirm: coordinators see it on the first page of the desk.")
    if act in ("ask", "confirm"):
        return _("Its readers are counted. Each email goes out when its time has come.")
    return {
        "pause": _("It is paused."),
        "resume": _("It goes on."),
        "stop": _("It is stopped for good."),
    }.get(act, _("It is a draft again, and can be changed."))


def _question(act: str, newsletter: Newsletter) -> ConfirmationPage:
    if act == "resume":
        return _about_going_on(newsletter)
    return _about_stopping(newsletter) if act == "stop" else _about_sending(newsletter)


def _about_sending(newsletter: Newsletter) -> ConfirmationPage:
    people = who_would_get(newsletter)
    letters = ngettext("%(count)d reader gets an email.", "%(count)d readers get an email.", people.total) % {
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
            _("An email that has left cannot be taken back."),
        ),
        button=button,
        people=people.total,
        concerned=people,
        refusals=tuple(checking.why_not_to_send(newsletter)),
    )


def _about_going_on(newsletter: Newsletter) -> ConfirmationPage:
    people = who_still_waits(newsletter)
    letters = ngettext("%(count)d reader gets an email.", "%(count)d readers get an email.", people.total) % {
        "count": people.total
    }
    button = ngettext(
        "Send it to %(count)d reader all the same", "Send it to %(count)d readers all the same", people.total
    ) % {"count": people.total}
    return ConfirmationPage(
        title=_("Go on with issue %(issue)s all the same?") % {"issue": isolated(newsletter)},
        sentences=(letters, *checking.links_gone_wrong(newsletter), _they_have_it(newsletter)),
        button=button,
        people=people.total,
        concerned=people,
    )


def _they_have_it(newsletter: Newsletter) -> str:
    have_it = Letter.objects.of_issue(newsletter).perhaps_read().count()
    keep = ngettext("%(count)d reader has it, and keeps it.", "%(count)d readers have it, and keep it.", have_it)
    return keep % {"count": have_it}


def _about_stopping(newsletter: Newsletter) -> ConfirmationPage:
    people = who_still_waits(newsletter)
    never = ngettext(
        "%(count)d reader whose email has not left never gets it.",
        "%(count)d readers whose emails have not left never get it.",
        people.total,
    ) % {"count": people.total}
    button = ngettext(
        "Stop for good: %(count)d reader never gets it", "Stop for good: %(count)d readers never get it", people.total
    ) % {"count": people.total}
    return ConfirmationPage(
        title=_("Stop issue %(issue)s for good?") % {"issue": isolated(newsletter)},
        sentences=(never, _they_have_it(newsletter), _("It cannot be sent again. To hold it for a while, pause it.")),
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


def still_to_go_out(newsletter: Newsletter) -> str:
    """Return when an issue goes out that is asked for or on its way; "" where all its letters are due."""
    if newsletter.state not in (S.ASKED, S.SENDING, S.PAUSED):
        return ""
    is_later = newsletter.send_on is not None or (newsletter.send_at is not None and newsletter.send_at > now())
    if is_later:
        return _when_sent(newsletter)
    return _("It goes out as soon as it is confirmed.") if newsletter.state == S.ASKED else ""


def _when_sent(newsletter: Newsletter) -> str:
    if newsletter.send_time == SendTime.MORNING and newsletter.send_on is not None:
        day, moment = date_format(newsletter.send_on), now()
        if morning_is_over(on=newsletter.send_on, now=moment):
            return _("09:00 of %(day)s has passed everywhere, so it goes out now.") % {"day": day}
        if due_at(newsletter, _FIRST_ZONE, now=moment) == moment:
            return _(
                "It goes out on %(day)s at 09:00 of each reader's own clock, and now to those for whom that has passed."
            ) % {"day": day}
        return _("It goes out on %(day)s at 09:00 of each reader's own clock.") % {"day": day}
    if newsletter.send_at is not None and newsletter.send_at > now():
        return _("It goes out at one moment for everybody: %(moment)s.") % {"moment": when(newsletter.send_at)}
    return _("It goes out now.")
