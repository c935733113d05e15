"""The form of a seat on the page of a clinic: `{% sign_up_form %}`, and in the page's head `{% sign_up_media %}`.

Most who read it have typed nothing yet: what they are shown is drawn once for all of them.
"""

from collections.abc import Sequence
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from clinics.domain.clinics import ClinicPhase
from clinics.signing_up.context import SignUpShown
from clinics.signing_up.forms import SignUpForm
from letsconnect.base.drawn import drawn_once
from letsconnect.base.pieces import Piece, draw, link_to
from letsconnect.templatetags.codex import in_codex

register = template.Library()


@register.simple_tag(takes_context=True)
def sign_up_form(context: dict[str, Any]) -> SafeString:
    """Draw the form for this reader. `sign_up` of the page says what it asks, `phase` what there is."""
    shown, clinic = context["sign_up"], context["clinic"]
    form = shown.form
    asks_address = "email" in form.fields
    shape = {
        "asks_address": asks_address,
        "has_newest_letter": asks_address and shown.has_newest_letter,
        "is_full": context["phase"] == ClinicPhase.FULL,
        "was_warned": bool(shown.warnings),
        "opens_choices": form.shows_choices,
    }
    texts = {
        "csrf_token": str(context.get("csrf_token", "")),
        "action": link_to("clinics:rsvp-make", clinic.pk),
        "sign_in_url": context["sign_in_url"],
        "told_first": _told_first(shown),
        "who": draw_fields(form, ("zone", "email") if asks_address else ()),
        "part": _part(shown),
        "choices": draw_fields(form, form.names_of_choices()),
        "agreements": _agreements(form),
    }
    return draw([Piece(shape, texts)], "clinics/_sign_up.html")


@register.simple_tag(takes_context=True)
def sign_up_media(context: dict[str, Any]) -> SafeString:
    """Draw the style sheets and scripts of the form: the same for every form of a seat."""
    shown: SignUpShown | None = context.get("sign_up")
    return drawn_once(("media", SignUpForm), lambda: str(shown.form.media)) if shown else SafeString("")


def draw_fields(form: SignUpForm, names: Sequence[str]) -> SafeString:
    """Draw fields that are the same for everybody while nothing stands in them: then once for all."""

    def drawn() -> str:
        return "".join(in_codex(form[name]) for name in names)

    if form.is_untouched(names):
        return drawn_once(("fields", SignUpForm, tuple(names)), drawn)
    return SafeString(drawn())  # each drawn by its template


def _told_first(shown: SignUpShown) -> SafeString:
    """Draw what must be said first, and the versions of what is agreed to: for most the versions and no more."""

    def drawn() -> str:
        return render_to_string("clinics/_told_first.html", {"sign_up": shown})

    if shown.warnings or shown.form.is_bound:
        return SafeString(drawn())  # drawn by a template
    return drawn_once(("versions", tuple(shown.form.versions_shown())), drawn)


def _part(shown: SignUpShown) -> SafeString:
    """Draw what is asked at some clinics only: which language to listen in, and whether to come to the whole series."""
    if not {"listens_in", "all_parts"} & set(shown.form.fields):
        return SafeString("")
    return render_to_string("clinics/_sign_up_part.html", {"form": shown.form, "parts": shown.parts})


def _agreements(form: SignUpForm) -> SafeString:
    """Draw the boxes of what is agreed to, of which nobody has ticked one when they first see them."""

    def drawn() -> str:
        return render_to_string("clinics/_agreements.html", {"form": form})

    documents = form.names_of_agreements()
    if form.is_untouched(documents):
        return drawn_once(("agreements", tuple(documents)), drawn)
    return SafeString(drawn())  # drawn by a template
