"""Every component of the portal's pages, from left to right and from right to left, light and dark, for whoever changes
how they look. Only where the mailbox of the demo is."""

from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from letsconnect.base.fields import LineFormField
from letsconnect.base.themes import THEMES, dressed
from mailings.views.mailbox import here_only

SCENES = tuple(sorted(path.stem for path in (settings.BASE_DIR / "templates" / "scenes").iterdir()))
_KINDS = ("notice", "warning", "error", "success")
_NAMES = ("Ada Lovelace", "نور مصطفى", "सिमरन कौर", "田中太郎", "José", "user_2024", "ნინო", "")
_BUTTONS = tuple(
    (f"cdx-button--action-{action} cdx-button--weight-{weight}", f"{action}, {weight}")
    for weight in ("primary", "normal", "quiet")
    for action in ("progressive", "destructive", "default")
)
# A frame on a page of ours, with our own scripts and without a way to send anything.
_POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self' data:; "
    "form-action 'none'; frame-ancestors 'self'"
)
_WORDS = {
    "en": (
        "Learn from one another",
        "Somebody wrote this, in a few words that fill more than a line on a small screen.",
    ),
    "ar": ("نتعلّم بعضنا من بعض", "كتب أحدهم هذا، في كلمات قليلة تملأ أكثر من سطر على شاشة صغيرة."),
}


class EveryField(forms.Form):
    """One field of each kind."""

    text = LineFormField(max_length=5)
    address = forms.EmailField(required=False, help_text="name@example.org")
    story = forms.CharField(widget=forms.Textarea(attrs={"rows": 2}), required=False)
    choice = forms.ChoiceField(choices=settings.LANGUAGES)
    radio = forms.ChoiceField(choices=settings.LANGUAGES[:2], widget=forms.RadioSelect)
    boxes = forms.MultipleChoiceField(choices=settings.LANGUAGES, widget=forms.CheckboxSelectMultiple, required=False)
    agree = forms.BooleanField()
    locked = LineFormField(disabled=True, required=False, initial="…")
    sent = forms.FileField(required=False)


@require_safe
@never_cache
@here_only
def styles(request: HttpRequest) -> HttpResponse:
    """Show the sheet four times, side by side."""
    sheets = [(f"language={language}&theme={theme}", language, theme) for language in _WORDS for theme in THEMES]
    return render(request, "letsconnect/styles.html", {"sheets": sheets})


@require_safe
@never_cache
@here_only
def sheet(request: HttpRequest) -> HttpResponse:
    """Show every component in the language and the theme that the address names."""
    language, theme = request.GET.get("language", ""), request.GET.get("theme", "")
    language = language if language in _WORDS else "en"
    with translation.override(language):
        response = render(request, "letsconnect/styles_sheet.html", _shown(request, *_WORDS[language]))
    if theme in THEMES:
        response.content = dressed(response.content, theme)
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


def _shown(request: HttpRequest, title: str, words: str) -> dict[str, Any]:
    return {
        "title": title,
        "words": words,
        "kinds": _KINDS,
        "names": _NAMES,
        "buttons": _BUTTONS,
        "scenes": [(scene, f"scenes/{scene}.html") for scene in SCENES],
        "fresh": EveryField(prefix="fresh", initial={"boxes": ["fr"], "radio": "en"}),
        "refused": EveryField({"refused-text": "123456", "refused-address": "…"}, prefix="refused"),
    }
