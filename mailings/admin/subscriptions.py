"""Who gets bulk mail, for coordinators, and bringing a list of people who agreed elsewhere."""

import csv
import io
from collections import Counter
from collections.abc import Iterable
from dataclasses import astuple, replace
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from letsconnect.base import encodings, links
from letsconnect.base.access_log import PeopleShown
from letsconnect.base.admin import WorkingGroupAdmin
from letsconnect.base.encodings import UnreadableFile
from letsconnect.base.spreadsheets import harmless
from letsconnect.base.stored_words import in_words
from letsconnect.base.zone_names import zone_in_words
from mailings.domain.consents import ConsentOutcome, ConsentRow
from mailings.models import Subscription
from mailings.newsletters.audiences import LANGUAGE
from mailings.subscriptions.consent_files import LARGEST, ConsentFile, read_file
from mailings.subscriptions.consent_lists import take_consents, what_would_come

LOOK = "letters"
PURPOSE = "mailings.consents"
KEPT_FOR = timedelta(hours=2)  # between the page that shows what would come of a list and the button that does it
SHOWN = 500
_TOO_LARGE = gettext_lazy("The file is larger than 1 MB. Please split it.")

Line = tuple[int, str, ConsentOutcome]  # number of the row, address, what came of it


class ConsentListForm(forms.Form):
    """One file of people who agreed elsewhere."""

    file = forms.FileField(
        label=gettext_lazy("CSV file"),
        help_text=gettext_lazy(
            "Its first line names the columns: address, source (where they agreed), date (like 2026-01-31) and, if you "
            "know it, language (a code like fr). At most 10,000 rows."
        ),
        error_messages={
            "required": gettext_lazy("Please choose a file."),
            "empty": gettext_lazy("The file is empty."),
        },
    )
    encoding = forms.ChoiceField(
        label=gettext_lazy("Code page"),
        required=False,
        choices=[
            ("", gettext_lazy("found by itself")),
            *((page, gettext_lazy(name)) for page, name in encodings.CODE_PAGES.items()),
        ],
        help_text=gettext_lazy("Only where letters read wrong."),
    )

    def __init__(self, *args: Any, is_too_large: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_too_large:  # nothing of it was kept, so to Django there is none
            self.fields["file"].error_messages["required"] = _TOO_LARGE

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            raise forms.ValidationError(str(_TOO_LARGE))
        return file


class ReadsFilter(admin.SimpleListFilter):
    """The language in which letters go to a reader: a member's is that of their account."""

    title = gettext_lazy("language")
    parameter_name = "reads"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(settings.LANGUAGES)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Subscription]) -> QuerySet[Subscription]:
        return queryset.alias(reads=LANGUAGE).filter(reads=self.value()) if self.value() else queryset


@admin.register(Subscription)
class SubscriptionAdmin(WorkingGroupAdmin[Subscription]):
    """Nobody types into a row: readers choose by themselves, and lists are brought as files."""

    look = look_at_list = LOOK
    shows = ("member",)
    liaisons_may = frozenset()
    coordinators_may = frozenset({"view", "add"})
    list_display = ["address", "state", "reads", "source", "source_text", "agreed_at"]
    on_phones = ("address", "state", "reads", "agreed_at")
    list_filter = ["state", "source", ReadsFilter]
    list_select_related = ["member"]
    search_folded = ("member__folded_name",)
    search_addresses = ("address",)
    search_help_text = gettext_lazy("A whole address.")
    ordering = ["-agreed_at", "-pk"]
    fields = [
        ("member", "address"),
        ("reads", "clock"),
        ("wants_newsletter", "wants_announcements", "wants_digest"),
        ("state", "paused_at", "left_at"),
        ("source", "source_text"),
        ("agreed_at", "confirmed_at"),
    ]
    readonly_fields = ["reads", "clock"]
    actions = None
    show_full_result_count = False

    @admin.display(description=gettext_lazy("language"), ordering=LANGUAGE)
    def reads(self, subscription: Subscription) -> str:
        """Return the language in which letters go: a member's is that of their account."""
        return dict(settings.LANGUAGES).get((subscription.member or subscription).language, "")

    @admin.display(description=gettext_lazy("time zone"))
    def clock(self, subscription: Subscription) -> str:
        return zone_in_words((subscription.member or subscription).zone)

    def people_on(self, rows: Iterable[Subscription]) -> PeopleShown:
        """Return the people these subscriptions are of: members, or else bare addresses."""
        subscriptions = list(rows)
        people = super().people_on(subscriptions)
        people.addresses.update(row.address for row in subscriptions if row.member_id is None)
        return people

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Read a file and say line by line what would come of it; then, by a button of that page, do it.

        Nothing is stored in between: the page itself holds what was read, signed, so that what is done is what it said.
        """
        if not self.has_add_permission(request):
            raise PermissionDenied
        if "read" in request.POST:
            return self._press(request)
        posted = (request.POST, request.FILES) if request.method == "POST" else ()
        form = ConsentListForm(*posted, is_too_large=getattr(request, "has_too_large_file", False))
        if request.method == "POST" and form.is_valid():
            try:
                file = read_file(
                    form.cleaned_data["file"].read(), encoding=form.cleaned_data["encoding"], now=timezone.now()
                )
            except UnreadableFile as error:
                form.add_error("file", in_words(str(error)))
            else:
                return self._report_page(request, file, what_would_come(file.consents), is_done=False)
        return self._page(request, {"form": form})

    def _press(self, request: HttpRequest) -> HttpResponse:
        """Do what the page said, or send what it said as a file."""
        file = _unsigned(request.POST["read"], by=request.user.pk)
        if file is None:
            form = ConsentListForm()
            self.message_user(request, _("That page is too old. Please bring the file again."), "error")
            return self._page(request, {"form": form})
        if "report" in request.POST:
            return self._report_file(request, _lines(file, file.outcomes or what_would_come(file.consents)))
        outcomes = take_consents(consents=file.consents, by=request.user, now=timezone.now())
        return self._report_page(request, replace(file, outcomes=outcomes), outcomes, is_done=True)

    def _report_page(
        self, request: HttpRequest, file: ConsentFile, outcomes: list[ConsentOutcome], *, is_done: bool
    ) -> HttpResponse:
        lines = _lines(file, outcomes)
        self._note(request, lines)
        left_out = [line for line in lines if line[2] != ConsentOutcome.TAKEN]
        counts = {outcome: sum(line[2] == outcome for line in lines) for outcome in ConsentOutcome}
        context = {
            "form": ConsentListForm(),
            "counts": [(outcome.label, count) for outcome, count in counts.items() if count],
            "taken": counts[ConsentOutcome.TAKEN],
            "languages": _by_language(file, outcomes),
            "rows": len(lines),
            "left_out": left_out[:SHOWN],
            "more": max(0, len(left_out) - SHOWN),
            "guess": in_words(file.guess),
            "samples": [consent.source for consent in file.consents if not consent.source.isascii()][:5],
            "is_done": is_done,
            "read": _signed(file, by=request.user.pk),
        }
        return self._page(request, context)

    def _report_file(self, request: HttpRequest, lines: list[Line]) -> HttpResponse:
        self._note(request, lines)
        out = io.StringIO(newline="")
        writer = csv.writer(out)
        writer.writerow([_("Row"), _("Address"), _("Code"), _("What came of it")])
        writer.writerows([number, harmless(address), outcome, outcome.label] for number, address, outcome in lines)
        response = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="consents-report.csv"'
        return response

    def _note(self, request: HttpRequest, lines: list[Line]) -> None:
        self.note_look(request, PeopleShown(addresses={address for _number, address, _outcome in lines}), kind=LOOK)

    def _page(self, request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
        title = _("Bring a list of people who agreed elsewhere")
        values = {**self.admin_site.each_context(request), "opts": self.opts, "title": title, **context}
        return TemplateResponse(request, "mailings/admin/consents.html", values)


def _lines(file: ConsentFile, outcomes: list[ConsentOutcome]) -> list[Line]:
    """Return one line for each row, in their order."""
    taken = (
        (consent.number, consent.address, outcome) for consent, outcome in zip(file.consents, outcomes, strict=True)
    )
    return sorted([*taken, *file.rejected])


def _by_language(file: ConsentFile, outcomes: list[ConsentOutcome]) -> list[tuple[str, int]]:
    """Count those who are subscribed by the language that the list names, most first."""
    names = {**dict(settings.LANGUAGES), "": _("the list names none: their own, if we know it")}
    pairs = zip(file.consents, outcomes, strict=True)
    counts = Counter(consent.language for consent, outcome in pairs if outcome == ConsentOutcome.TAKEN)
    return [(names[language], count) for language, count in counts.most_common()]


def _signed(file: ConsentFile, *, by: int | None) -> str:
    consents = [[*astuple(consent)[:-1], consent.agreed_at.isoformat()] for consent in file.consents]
    return links.sign(PURPOSE, [by, consents, file.rejected, file.guess, file.outcomes], is_long=True)


def _unsigned(token: str, *, by: int | None) -> ConsentFile | None:
    """Return what a page held, or None if it is too old, forged or another person's."""
    match links.unsign(PURPOSE, token, max_age=KEPT_FOR):
        case [int(reader), list(consents), list(rejected), str(guess), list(outcomes)] if reader == by:
            return ConsentFile(
                [
                    ConsentRow(number, address, language, source, datetime.fromisoformat(moment))
                    for number, address, language, source, moment in consents
                ],
                [(number, address, ConsentOutcome(outcome)) for number, address, outcome in rejected],
                guess,
                [ConsentOutcome(outcome) for outcome in outcomes],
            )
    return None
