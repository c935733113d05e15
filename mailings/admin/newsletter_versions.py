"""The page of one version: writing it beside the one it is translated from, and looking at what readers will see."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from letsconnect.base.languages import speaking
from letsconnect.base.once_more import ConfirmationPage
from letsconnect.base.versions import ChangedMeanwhile
from mailings.admin.newsletter_pages import NewsletterPages
from mailings.domain.newsletters import NewsletterRefused, NewsletterState, VersionState
from mailings.models import NewsletterVersion
from mailings.newsletters import checking, wikitext, writing
from mailings.newsletters.archive import page_context
from mailings.newsletters.composing import MARKS, body_of, letter_of
from mailings.newsletters.copy_to_oneself import send_test_copy
from mailings.newsletters.filling import fillings_for, origin_in_words
from mailings.newsletters.forms import SectionForm, VersionForm
from mailings.newsletters.translating import changes_in_source, source_of
from mailings.sending.plain_text import flowed

CHANGE = "admin:mailings_newsletterversion_change"
LOOKS = ("mail", "dark", "narrow", "text", "page")
_NARROW = "html { max-width: 320px; margin: 0 auto; }"  # put into the letter, as a small screen shows it
_ON_DARK_SCREENS = "@media (prefers-color-scheme: dark)"  # whatever the screen of the desk is
# A letter is a page of its own, in a sandbox: no script, no form, no request to anywhere. The page of the archive may
# fetch our own style sheets, which come only to a page of the same origin.
_OF_A_LETTER = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'self'"
_OF_A_PAGE = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; sandbox allow-same-origin; "
    "frame-ancestors 'self'"
)


@admin.register(NewsletterVersion)
class NewsletterVersionAdmin(NewsletterPages[NewsletterVersion]):
    """Versions. Their list is the page of the issue."""

    liaisons_may = coordinators_may = editors_may = frozenset({"view"})
    version_columns = ("state", "subject", "preview", "translated_from")
    list_display = ["newsletter", "language", "state", "subject"]
    search_folded = ("subject",)
    on_phones = ("newsletter", "language", "state", "subject")
    list_filter = ["language", "state"]
    list_select_related = ["newsletter"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[NewsletterVersion]:
        rows = super().get_queryset(request)
        return rows.select_related("newsletter").prefetch_related("sections")

    def get_urls(self) -> list[URLPattern]:
        wrap, name = self.admin_site.admin_view, "mailings_newsletterversion"
        return [
            path("<int:version_id>/save/", wrap(self.save_view), name=f"{name}_save"),
            path("<int:version_id>/drop/", wrap(self.drop_view), name=f"{name}_drop"),
            path("<int:version_id>/section/<int:key>/drop/", wrap(self.drop_section_view), name=f"{name}_drop_section"),
            path("<int:version_id>/test/", wrap(self.test_view), name=f"{name}_test"),
            path("<int:version_id>/preview/", wrap(self.preview_view), name=f"{name}_preview"),
            path("<int:version_id>/wikitext/", wrap(self.wikitext_view), name=f"{name}_wikitext"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return self._version_page(request, self.find(request, object_id))

    def _version_page(
        self, request: HttpRequest, version: NewsletterVersion, form: VersionForm | None = None, differences: Any = ()
    ) -> HttpResponse:
        form, source = form or VersionForm.of(version), source_of(version)
        rows = _rows(form, source)
        to_mend = [row for row in rows if row["problems"]]
        status = 422 if form.errors else 200
        is_draft = version.newsletter.state == NewsletterState.DRAFT
        context = {
            "title": f"{version.newsletter} · {version.get_language_display()}",
            "version": version,
            "issue": version.newsletter,
            "form": form,
            "differences": differences,
            "opened": self.opened(request, version, form=VersionForm.of),
            "rows": rows,
            "source": source,
            "changes": changes_in_source(version, source),
            "section_form": SectionForm(),
            "may_write": _can_be_written(version),
            # What was typed is shown also where it came too late, so that it can be copied.
            "shows_fields": form.is_bound or _can_be_written(version),
            "may_go_back": is_draft and version.state == VersionState.READY,
            "is_draft": is_draft,
            "to_mend": to_mend,
            "troubles": [] if to_mend else checking.problems_of_letter(version),
            "looks": _looks(),
        }
        return self.page(request, "version", context, status=status)

    @method_decorator(require_POST)
    def save_view(self, request: HttpRequest, version_id: int) -> HttpResponse:
        """Store what was typed, and then do what the button says besides: add, drop, move or fill in a section, mark
        the version as ready, send a copy of it.

        So no button loses what was typed. A version that is ready has nothing to type: its buttons come without.
        """
        self.check_may_write(request)
        version, press = self.find(request, version_id), request.POST.get("press", "save")
        if press == "draft" or (press == "taken" and "subject" not in request.POST):
            return self._press_without_fields(request, version, press)
        form = VersionForm(request.POST, version=version)
        if not form.is_valid():
            return self._version_page(request, version, form)
        try:
            with self.as_opened(request, version, form=VersionForm.of) as seen:
                writing.save_version(
                    version=seen,
                    subject=form.cleaned_data["subject"],
                    preview=form.cleaned_data["preview"],
                    sections=form.texts,
                    by=request.user,
                    now=timezone.now(),
                )
        except NewsletterRefused as refusal:
            form.add_error(None, str(refusal))
            return self._version_page(request, self.find(request, version_id), form)
        except ChangedMeanwhile as changed:
            current = self.find(request, version_id)
            form = VersionForm(changed.comparison.data, version=current)
            form.add_error(None, str(changed))
            return self._version_page(request, current, form, changed.comparison.differences)
        return self._do_besides(request, self.find(request, version_id), press)

    def _press_without_fields(self, request: HttpRequest, version: NewsletterVersion, press: str) -> HttpResponse:
        act = writing.back_to_draft if press == "draft" else writing.take_over_changes
        done = self.press(
            request, version, lambda seen: act(version=seen, by=request.user, now=timezone.now()), form=VersionForm.of
        )
        if done is not None:
            said = _("It is a draft again, and can be changed.") if press == "draft" else _("Saved.")
            self.message_user(request, said, messages.SUCCESS)
        return redirect(CHANGE, version.pk)

    def _do_besides(self, request: HttpRequest, version: NewsletterVersion, press: str) -> HttpResponse:
        """Do what a button says with what was saved, and go back to the section it is about."""
        what, _dash, about = press.partition("-")
        key, _dash, filling = about.partition("-")
        number = int(key) if key.isascii() and key.isdecimal() and len(key) < 18 else 0
        act: dict[str, Any] = {"version": version, "by": request.user, "now": timezone.now()}
        said, level, place = _("Saved."), messages.SUCCESS, number if what in ("up", "down", "fill") else 0
        try:
            if what == "ready":
                writing.mark_ready(**act)
                said = _("Saved, and marked as ready.")
            elif what == "taken":
                writing.take_over_changes(**act)
            elif what == "test":
                send_test_copy(**act)
                said = _("Saved. A copy is on its way to you.")
            elif what in ("up", "down"):
                writing.move_section(key=number, up=what == "up", **act)
            elif what == "drop":
                if writing.says_something(version, number):
                    return redirect("admin:mailings_newsletterversion_drop_section", version.pk, number)
                writing.drop_section(key=number, **act)
            elif what == "fill":
                said, level = _what_was_filled_in(writing.fill_in_section(key=number, name=filling, **act))
            elif what == "add":
                section = SectionForm(request.POST)
                if section.is_valid():
                    values = section.cleaned_data
                    place = writing.add_section(kind=values["kind"] or "other", title=values["own_title"], **act).pk
        except NewsletterRefused as refusal:
            self.say_why(request, refusal)
        else:
            self.message_user(request, said, level)
        return redirect(f"{reverse(CHANGE, args=[version.pk])}{f'#section-{place}' if place else ''}")

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def drop_section_view(self, request: HttpRequest, version_id: int, key: int) -> HttpResponse:
        """Ask once more, and then remove a section with its text."""
        self.check_may_write(request)
        version = self.find(request, version_id)
        section = next((each for each in version.sections.all() if each.pk == key), None)
        if section is not None and _can_be_written(version):
            name = section.title or section.get_kind_display()
            question = _question_before_deleting(
                _("Drop the section “%(section)s”?") % {"section": name}, _("Drop this section")
            )
            if not question.is_answered_by(request):
                return self._asked(request, version, question)
        dropped = self.press(
            request,
            version,
            lambda seen: writing.drop_section(version=seen, key=key, by=request.user, now=timezone.now()),
            form=VersionForm.of,
        )
        if dropped is not None:
            self.message_user(request, _("The section is dropped."), messages.SUCCESS)
        return redirect(CHANGE, version_id)

    def _asked(self, request: HttpRequest, version: NewsletterVersion, question: ConfirmationPage) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            **question.context(request, back=reverse(CHANGE, args=[version.pk])),
            "opts": self.opts,
            "opened": self.opened(request, version, form=VersionForm.of),
        }
        return TemplateResponse(request, "admin/once_more.html", context)

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def drop_view(self, request: HttpRequest, version_id: int) -> HttpResponse:
        """Ask once more, and then remove a version with all that was written in it."""
        self.check_may_write(request)
        version = self.find(request, version_id)
        if version.newsletter.state == NewsletterState.DRAFT:
            title = _("Remove the version in %(language)s?") % {"language": version.get_language_display()}
            question = _question_before_deleting(title, _("Remove this version"))
            if not question.is_answered_by(request):
                return self._asked(request, version, question)
        newsletter = self.press(
            request,
            version,
            lambda seen: writing.drop_version(version=seen, by=request.user, now=timezone.now()),
            form=VersionForm.of,
        )
        if newsletter is None:
            return redirect(CHANGE, version_id)
        self.message_user(request, _("The version is removed."), messages.SUCCESS)
        return redirect("admin:mailings_newsletter_change", newsletter.pk)

    @method_decorator(require_POST)
    def test_view(self, request: HttpRequest, version_id: int) -> HttpResponse:
        """Send a copy to whoever presses the button, and to nobody else."""
        self.check_may_write(request)
        letter = self.press(
            request,
            self.find(request, version_id),
            lambda seen: send_test_copy(version=seen, by=request.user, now=timezone.now()),
            form=VersionForm.of,
        )
        if letter is not None:
            self.message_user(request, _("A copy of what is saved is on its way to you."), messages.SUCCESS)
        return redirect(CHANGE, version_id)

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def preview_view(self, request: HttpRequest, version_id: int) -> HttpResponse:
        """Show in a frame what readers would see of what is saved, or of what was typed; nothing is stored."""
        version = self.find(request, version_id)
        values: QueryDict = request.POST if request.method == "POST" else request.GET
        if request.method == "POST" and "subject" in values:
            form = VersionForm(values, version=version)
            if not form.is_valid():
                return _in_frame(_refused(form), policy=_OF_A_LETTER, status=422)
            version = form.typed_into(version)
        look = values.get("look", "")
        if look == "page":
            return _in_frame(_as_page(request, version), policy=_OF_A_PAGE)
        return _in_frame(_as_letter(version, look), policy=_OF_A_LETTER)

    @method_decorator(require_safe)
    def wikitext_view(self, request: HttpRequest, version_id: int) -> HttpResponse:
        """Return the version as wikitext, for delivery on wikis."""
        version = self.find(request, version_id)
        name = f"newsletter-{version.newsletter.number}-{version.language}.txt"
        return HttpResponse(
            wikitext.from_sections(version),
            content_type="text/plain; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )


def _can_be_written(version: NewsletterVersion) -> bool:
    return version.newsletter.state == NewsletterState.DRAFT and version.state == VersionState.DRAFT


def _question_before_deleting(title: str, button: str) -> ConfirmationPage:
    sentence = _("What is written in it is deleted and cannot be brought back.")
    return ConfirmationPage(title=title, sentences=(sentence,), button=button, people=0)


def _what_was_filled_in(lines: int) -> tuple[str, int]:
    if not lines:
        return _("The portal has nothing to fill in here that is not there already."), messages.INFO
    filled = ngettext("%(count)d line was filled in.", "%(count)d lines were filled in.", lines) % {"count": lines}
    return filled, messages.SUCCESS


def _looks() -> list[tuple[str, str]]:
    labels = {
        "mail": _("Email"),
        "dark": _("Email, dark"),
        "narrow": _("Email, narrow"),
        "text": _("Email as plain text"),
        "page": _("Page of the archive"),
    }
    return [(look, labels[look]) for look in LOOKS]


def _rows(form: VersionForm, source: NewsletterVersion | None) -> list[dict[str, Any]]:
    """Return each section with its fields, beside the text it is translated from: that of the same kind and turn."""
    theirs = list(source.sections.all()) if source else []
    rows = []
    for section in form.sections:
        beside = next((other for other in theirs if other.kind == section.kind), None)
        if beside is not None:
            theirs.remove(beside)
        rows.append(
            {
                "section": section,
                "kind": section.title or section.get_kind_display(),
                "title": form[f"title_{section.pk}"],
                "body": form[f"body_{section.pk}"],
                "problems": checking.problems_of_section(section, since=section.newsletter_version.newsletter.asked_at),
                "beside": beside,
                "fillings": fillings_for(section.kind),
                "origins": origin_in_words(section.origin),
            }
        )
    return rows


def _as_letter(version: NewsletterVersion, look: str) -> str:
    letter = letter_of(body_of(version))
    if look == "text":
        text = flowed(letter.text)
        for mark in MARKS.values():
            text = text.replace(mark, "…")
        style = "white-space: pre-wrap; overflow-wrap: anywhere"
        return format_html('<!DOCTYPE html><pre dir="auto" style="{}">{}</pre>', style, text)
    html = letter.html
    for mark in MARKS.values():
        html = html.replace(mark, "#")
    html = html.replace(_ON_DARK_SCREENS, "@media all" if look == "dark" else "@media not all", 1)
    return html.replace("</head>", f"<style>{_NARROW if look == 'narrow' else ''}</style></head>", 1)


def _as_page(request: HttpRequest, version: NewsletterVersion) -> str:
    with speaking(version.language):
        return render_to_string("mailings/newsletter_detail.html", page_context(body_of(version)), request)


def _refused(form: VersionForm) -> str:
    problems = [
        (form[name].label if name in form.fields else "", error)
        for name, errors in form.errors.items()
        for error in errors
    ]
    return format_html("<!DOCTYPE html><ul>{}</ul>", format_html_join("", "<li>{}: {}</li>", problems))


def _in_frame(html: str, *, policy: str, status: int = 200) -> HttpResponse:
    headers = {"Content-Security-Policy": policy, "X-Frame-Options": "SAMEORIGIN"}
    return HttpResponse(html, status=status, headers=headers)
