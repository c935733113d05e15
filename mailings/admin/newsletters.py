"""Issues of the newsletter: the list, the page of one, sending it, and who got it."""

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from letsconnect.base.access_log import PeopleShown
from letsconnect.base.languages import listed
from letsconnect.base.numbers_read import read_numbers
from letsconnect.base.paging import page_of
from letsconnect.base.templatetags.when import when
from letsconnect.base.versions import FIELD, ChangedMeanwhile
from mailings.admin.newsletter_acts import CHANGE, NewsletterActs, buttons_of, still_to_go_out
from mailings.domain.letters import LetterState
from mailings.domain.newsletters import NewsletterRefused, NewsletterState, SendTime, VersionState
from mailings.models import Letter, Newsletter
from mailings.newsletters import audiences, checking, writing
from mailings.newsletters.forms import IssueForm, NewVersionForm, SettingsForm, month_of
from mailings.newsletters.recipients import recipients_of

LOOK = "letters"  # a word of `registrations.domain.looks.LookKind`
S = NewsletterState


@admin.register(Newsletter)
class NewsletterAdmin(NewsletterActs):
    """Issues. The whole working group and the editors write them and ask for them to be sent; coordinators send."""

    liaisons_may = editors_may = frozenset({"view", "add"})
    coordinators_may = frozenset({"view", "add"})
    version_columns = ("state", "month", "audience", "send_time", "send_at", "send_on", "asked_by")
    list_display = ["__str__", "state", "languages", "recipients", "sent"]
    on_phones = ("__str__", "state", "languages", "sent")
    list_filter = ["state"]
    ordering = ["-number"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Newsletter]:
        return super().get_queryset(request).prefetch_related("versions").select_related("asked_by", "confirmed_by")

    @admin.display(description=gettext_lazy("versions"))
    def languages(self, newsletter: Newsletter) -> str:
        """Return the languages of an issue, with a mark behind those that are not ready."""
        versions = sorted(newsletter.versions.all(), key=lambda version: version.language)
        return listed(
            f"{version.get_language_display()}{'' if version.state == VersionState.READY else ' …'}"
            for version in versions
        )

    @admin.display(description=gettext_lazy("sent at"), ordering="frozen_at")
    def sent(self, newsletter: Newsletter) -> str:
        return when(newsletter.frozen_at)

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("<int:issue_id>/settings/", wrap(self.settings_view), name="mailings_newsletter_settings"),
            path("<int:issue_id>/version/", wrap(self.version_view), name="mailings_newsletter_version"),
            path("<int:issue_id>/<slug:act>/do/", wrap(self.act_view), name="mailings_newsletter_act"),
            path("<int:issue_id>/readers/", wrap(self.readers_view), name="mailings_newsletter_readers"),
            *super().get_urls(),
        ]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        self.check_may_write(request)
        today = timezone.localdate()
        form = IssueForm(request.POST if request.method == "POST" else None, initial={"month": today.replace(day=1)})
        if request.method == "POST" and form.is_valid():
            newsletter = writing.make_issue(
                month=month_of(form.cleaned_data),
                language=form.cleaned_data["language"],
                by=request.user,
                now=timezone.now(),
            )
            return redirect(CHANGE, newsletter.pk)
        return self.page(request, "issue_new", {"title": _("New issue"), "form": form})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return self._issue_page(request, self.find(request, object_id))

    def _issue_page(
        self,
        request: HttpRequest,
        newsletter: Newsletter,
        form: SettingsForm | None = None,
        differences: Any = (),
        opened: str = "",
    ) -> HttpResponse:
        form = form or SettingsForm.of(newsletter)
        versions = sorted(newsletter.versions.all(), key=lambda version: version.language)
        context = {
            "title": _("Issue %(issue)s") % {"issue": newsletter},
            "issue": newsletter,
            "versions": versions,
            "form": form,
            "differences": differences,
            "opened": opened or self.opened(request, newsletter, form=SettingsForm.of),
            "version_form": NewVersionForm(versions=versions, first_language=newsletter.first_language),
            "may_write": newsletter.state == S.DRAFT,
            "may_send": self.has_coordinator_permission(request),
            "may_confirm": newsletter.asked_by_id != request.user.pk,
            "recipients": recipients_of(newsletter) if newsletter.is_frozen else None,
            "is_in_archive": newsletter.published_at is not None and newsletter.published_at <= timezone.now(),
            "goes_out": still_to_go_out(newsletter),
            "buttons": buttons_of(newsletter, reader=request.user),
        }
        if not newsletter.is_frozen:
            context |= self._readers_to_be(
                form.audience, [each for each in versions if each.state == VersionState.READY]
            )
            context["troubles"] = checking.why_not_to_send(newsletter)
        elif newsletter.state == S.PAUSED:
            context["gone_wrong"] = checking.links_gone_wrong(newsletter)
        return self.page(request, "issue", context)

    def _readers_to_be(self, audience: dict[str, list[str]], ready: list[Any]) -> dict[str, Any]:
        """Count who would get the issue: by language, in which version, and who is outside."""
        try:
            chosen = audiences.readers(audience)
        except LookupError:
            return {}
        counts = audiences.count_by_language(chosen, [version.language for version in ready])
        labels = {narrowing.name: narrowing.label for narrowing in audiences.narrowings()}
        return {
            "counts": counts,
            "readers": sum(line.readers for line in counts),
            "fallbacks": sum(line.readers for line in counts if line.version and line.version.is_fallback),
            "without": sum(line.readers for line in counts if line.version is None),
            "outside": [(labels[name], count) for name, count in audiences.outside(audience).items()],
        }

    @method_decorator(require_POST)
    def settings_view(self, request: HttpRequest, issue_id: int) -> HttpResponse:
        """Store whom the issue is for and when it goes out, and then ask that it is sent, if that button was pressed.

        The button "Count" stores nothing: it shows how many readers are left by what is chosen, and what is found by
        what was typed. It is a POST, because an address would keep what was typed, and the token of the form.
        """
        self.check_may_write(request)
        newsletter, form = self.find(request, issue_id), SettingsForm(request.POST)
        if "count" in request.POST:
            return self._issue_page(request, newsletter, form, opened=request.POST.get(FIELD, ""))
        if not form.is_valid():
            return self._issue_page(request, newsletter, form)
        try:
            with self.as_opened(request, newsletter, form=SettingsForm.of) as seen:
                saved = writing.change_issue(
                    newsletter=seen,
                    month=month_of(form.cleaned_data),
                    audience=form.audience,
                    send_time=SendTime(form.cleaned_data["send_time"]),
                    send_at=form.cleaned_data["send_at"],
                    send_on=form.cleaned_data["send_on"],
                    by=request.user,
                    now=timezone.now(),
                )
        except NewsletterRefused as refusal:
            self.say_why(request, refusal)
        except ChangedMeanwhile as changed:
            form = SettingsForm(changed.comparison.data)
            form.add_error(None, str(changed))
            return self._issue_page(request, self.find(request, issue_id), form, changed.comparison.differences)
        else:
            if request.POST.get("press") == "ask":
                return self.ask_after_saving(request, saved)
            self.message_user(request, _("Saved."), messages.SUCCESS)
        return redirect(CHANGE, issue_id)

    @method_decorator(require_POST)
    def version_view(self, request: HttpRequest, issue_id: int) -> HttpResponse:
        """Add a version in one more language and open it."""
        self.check_may_write(request)
        newsletter = self.find(request, issue_id)
        form = NewVersionForm(
            request.POST, versions=newsletter.versions.all(), first_language=newsletter.first_language
        )
        if not form.is_valid():
            self.message_user(request, _("Choose a language that has no version yet."), messages.ERROR)
            return redirect(CHANGE, issue_id)
        version = self.press(
            request,
            newsletter,
            lambda seen: writing.add_version(
                newsletter=seen,
                language=form.cleaned_data["language"],
                translated_from=form.cleaned_data["translated_from"],
                by=request.user,
                now=timezone.now(),
            ),
            form=SettingsForm.of,
        )
        if version is None:
            return redirect(CHANGE, issue_id)
        return redirect("admin:mailings_newsletterversion_change", version.pk)

    @method_decorator(require_safe)
    def readers_view(self, request: HttpRequest, issue_id: int) -> HttpResponse:
        """List who got the issue, in which language, and of all others why not. Each of them can read who looked."""
        self.check_may_send(request)
        newsletter = self.find(request, issue_id)
        letters = Letter.objects.of_issue(newsletter).select_related("member").order_by("address", "pk")
        offered = {"state": LetterState.values, "language": list(dict(settings.LANGUAGES))}
        asked = {name: request.GET.get(name) for name in offered}
        chosen = {name: value for name, value in asked.items() if value in offered[name]}
        page = page_of(letters.filter(Q(**chosen)), request)
        members = {letter.member_id for letter in page if letter.member_id is not None}
        bare = {letter.address for letter in page if letter.member_id is None and letter.address}
        self.note_look(request, PeopleShown(members=members, addresses=bare), kind=LOOK)
        read_numbers(letter.member for letter in page)
        context = {
            "title": _("Who got issue %(issue)s") % {"issue": newsletter},
            "issue": newsletter,
            "page": page,
            "chosen": chosen,
            "recipients": recipients_of(newsletter),
            "states": LetterState.choices,
        }
        return self.page(request, "readers", context)
