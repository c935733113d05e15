"""The tab of the texts: what the clinic is about, in each language, beside the text it is translated from."""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from clinics.admin.tabs import ClinicDesk, Tab, ask_who_is_told, say_who_is_told
from clinics.domain.clinics import ClinicError
from clinics.domain.texts import WRITTEN_WHILE, TextState
from clinics.models import Clinic, ClinicText
from clinics.notices.changes import WrittenSoFar
from clinics.planning.languages import languages_wanted
from clinics.texts.forms import PARTS, FirstTextForm, FirstTextRows, OneLanguageForm
from clinics.texts.languages import likely_languages
from clinics.texts.writing import drop_text, save_text
from letsconnect.base.admin import DeskInline
from letsconnect.base.languages import best_of
from letsconnect.base.once_more import ConfirmationPage, NotConfirmed, goes_back
from letsconnect.base.versions import ChangedMeanwhile
from registrations.reference.languages import LANGUAGES
from registrations.reference.typed_fields import language_field, show_first
from registrations.requests import signed_in


class ClinicTextInline(DeskInline, admin.StackedInline):
    """The first text of a clinic, on the page where it is made."""

    model = ClinicText
    form = FirstTextForm
    formset = FirstTextRows

    def get_extra(self, request: HttpRequest, obj: Clinic | None = None, **kwargs: Any) -> int:
        return 0 if obj and obj.texts.exists() else 1


class LanguageForm(forms.Form):
    """In which other language to write."""

    language = language_field(label=gettext_lazy("Another language"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        show_first(self, "language", likely_languages())


@dataclass(frozen=True)
class LanguageTab:
    """One language of the clinic: what its link says, and how its text stands."""

    text: ClinicText
    standing: str
    is_here: bool


def _view(desk: ClinicDesk, request: HttpRequest, clinic: Clinic) -> HttpResponse:
    """Show, or save and make ready, the text of the language that the address names."""
    wanted = languages_wanted(clinic)
    if request.method != "POST" and _is_typed(request):
        another = _another(request)
        if another.is_valid():
            return redirect(_url(clinic, another.cleaned_data["language"]))
    language = _language(request, clinic, wanted)
    if request.method != "POST":
        return _draw(desk, request, clinic, _form(clinic, language), wanted)
    if not desk.has_change_permission(request):
        raise Http404
    press = request.POST.get("press", "save")
    if press in ("draft", "drop"):
        return _press(desk, request, clinic, language, press)
    return _save(desk, request, clinic, language, wanted, is_ready=press == "ready")


def _another(request: HttpRequest) -> LanguageForm:
    """Return the form that asks for another language, with what was typed into it."""
    return LanguageForm(request.GET) if _is_typed(request) else LanguageForm()


def _is_typed(request: HttpRequest) -> bool:
    """Tell whether the address names a language in words: a link names it by its code."""
    typed = request.GET.get("language", "")
    return bool(typed) and typed not in LANGUAGES


def _language(request: HttpRequest, clinic: Clinic, wanted: Sequence[str]) -> str:
    asked = request.GET.get("language", "")
    if asked in LANGUAGES:
        return asked
    if asked and request.method == "POST":
        raise Http404
    written = {text.language for text in clinic.texts.all()}
    return clinic.floor_language if clinic.floor_language in written or not written else min(written)


def _text(clinic: Clinic, language: str) -> ClinicText:
    """Return the text in this language, a new one where nobody has written it.

    Always an object of its own: a form writes into it what was typed, even what it refuses.
    """
    texts = {text.language: text for text in clinic.texts.all()}
    return copy(texts[language]) if language in texts else ClinicText(clinic=clinic, language=language)


def _form(clinic: Clinic, language: str, data: QueryDict | None = None, *, is_ready: bool = False) -> OneLanguageForm:
    text = _text(clinic, language)
    becomes = TextState.READY if is_ready else text.state
    return OneLanguageForm(data, instance=text, becomes=becomes)


def _opened(language: str) -> Any:
    """Return what makes the unchanged form of this language, for versions."""
    return partial(_form, language=language)


def _url(clinic: Clinic, language: str) -> str:
    return f"{TEXTS.url(clinic)}?{urlencode({'language': language})}"


def _save(
    desk: ClinicDesk, request: HttpRequest, clinic: Clinic, language: str, wanted: Sequence[str], *, is_ready: bool
) -> HttpResponse:
    """Store what was typed; nothing of it is lost where it cannot be stored."""
    form = _form(clinic, language, request.POST, is_ready=is_ready)
    differences: Sequence[Any] = ()
    if goes_back(request):
        return _draw(desk, request, clinic, form, wanted)
    if form.is_valid():
        try:
            with desk.as_opened(request, clinic, form=_opened(language)) as seen:
                text = form.save(commit=False)
                text.clinic, was = seen, text.state
                text.state = TextState.READY if is_ready else was
                before = WrittenSoFar.now()
                save_text(text=text, by=signed_in(request), now=timezone.now())
                ask_who_is_told(request, seen, since=before)
        except NotConfirmed as asked:
            return desk.asked_before_saving(request, asked.question, back=_url(clinic, language))
        except ClinicError as refusal:
            form.add_error(None, str(refusal))
        except ChangedMeanwhile as changed:
            clinic = desk.clinic_for(request, clinic.pk)
            form = _form(clinic, language, changed.comparison.data, is_ready=is_ready)
            form.add_error(None, str(changed))
            differences = changed.comparison.differences
        else:
            is_new = is_ready and was != TextState.READY
            said = pgettext("a clinic's text", "Saved, and marked as ready.") if is_new else _("Saved.")
            messages.success(request, said)
            say_who_is_told(request, clinic)
            return redirect(_url(clinic, language))
    status = 422 if clinic.state in WRITTEN_WHILE else 409
    return _draw(desk, request, clinic, form, wanted, differences=differences, status=status)


def _press(desk: ClinicDesk, request: HttpRequest, clinic: Clinic, language: str, press: str) -> HttpResponse:
    """Make a text a draft again, or remove it after asking once more."""
    back, named = _url(clinic, language), _text(clinic, language)
    if press == "drop":
        question = ConfirmationPage(
            title=_("Remove the text in %(language)s?") % {"language": named.language_in_words},
            sentences=(pgettext("a clinic's text", "What is written in it is deleted and cannot be brought back."),),
            button=_("Remove this text"),
            people=0,
        )
        if not question.is_answered_by(request):
            opened = desk.opened(request, clinic, form=_opened(language))
            return desk.asked_once_more(request, question, back=back, opened=opened, carried=[("press", "drop")])
    try:
        with desk.as_opened(request, clinic, form=_opened(language)) as seen:
            text, by, now = _text(seen, language), signed_in(request), timezone.now()
            if text.pk is None:
                raise Http404
            if press == "drop":
                drop_text(text=text, by=by, now=now)
            else:
                text.state = TextState.DRAFT
                save_text(text=text, by=by, now=now)
    except (ClinicError, ChangedMeanwhile) as refusal:
        messages.error(request, str(refusal))
        return redirect(back)
    said = _("The text is removed.") if press == "drop" else _("It is a draft again. Readers do not see it any more.")
    messages.success(request, said)
    return redirect(TEXTS.url(clinic) if press == "drop" else back)


def _draw(
    desk: ClinicDesk,
    request: HttpRequest,
    clinic: Clinic,
    form: OneLanguageForm,
    wanted: Sequence[str],
    *,
    differences: Sequence[Any] = (),
    status: int = 200,
) -> HttpResponse:
    text = _text(clinic, form.instance.language)
    may_write = clinic.state in WRITTEN_WHILE and desk.has_change_permission(request)
    others = {other.language: other for other in clinic.texts.all() if other.language != text.language}
    source = others.get(clinic.floor_language) if text.language != clinic.floor_language else None
    if source is None and text.pk is None:
        source = best_of(others, clinic.floor_language, then=clinic.floor_language)
    another = _another(request)
    context = {
        "languages": _tabs(clinic, text, wanted),
        "another": another if may_write else None,
        "media": another.media,
        "text": text,
        "is_told": clinic.announced_at is not None,
        "form": form,
        "rows": [(form[name], getattr(text, name), getattr(source, name, "")) for name in PARTS],
        "source": source,
        "may_write": may_write,
        "shows_fields": may_write or form.is_bound,  # what was typed too late can be copied
        "differences": differences,
        "opened": desk.opened(request, clinic, form=_opened(text.language)),
    }
    return desk.draw(request, clinic, "texts", context, status=status)


def _tabs(clinic: Clinic, here: ClinicText, wanted: Sequence[str]) -> list[LanguageTab]:
    """Return a link for each language there is a text in, or should be: the floor language first."""
    codes = [text.language for text in clinic.texts.all()]
    texts = [_text(clinic, code) for code in dict.fromkeys((*wanted, *codes, here.language))]
    return [LanguageTab(text, _standing(text), is_here=text.language == here.language) for text in texts]


def _standing(text: ClinicText) -> str:
    if text.pk is None:
        return pgettext("a clinic's text in a language", "missing")
    return str(TextState(text.state).label)


TEXTS = Tab("texts", gettext_lazy("Texts"), _view)
