"""Where the call of a clinic is stands in no text that others read: the portal hands it out when the doors open.

Every form in which planners type such a text asks here, and so does the form of the link itself.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any
from urllib.parse import unquote

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from clinics.domain.clinics import ClinicState
from clinics.domain.texts import CallLinkInText
from clinics.models import Channel, Clinic
from letsconnect.base.folding import plain

# What of a clinic and of its rows others read.
_OF_CLINIC = ("place", "partner", "icebreaker", "quiz_link", "outcome")
_OF_TEXTS = ("title", "audience", "summary", "preparation", "outcomes")
_OF_PEOPLE = ("name", "role_line", "group")


_ENCODED_NAME = re.compile(r"xn--[a-z0-9-]+", re.IGNORECASE)
_SLASHES = re.compile(r"(\.?:443|\.)?\s*/[\s/]*")  # with what browsers leave away in front of the first


def holds_the_link(text: str, links: Collection[str]) -> bool:
    """Tell whether a text gives away where the call is, in any spelling that a browser takes for the same."""
    ways = [_as_browsers_read(link).partition(":/")[2] for link in links if link]
    bare = [re.split("[?#]", way)[0].rstrip("/") for way in ways]
    said = _as_browsers_read(text) if bare else ""
    return any(link in said for link in bare)


def _as_browsers_read(text: str) -> str:
    """Return a text with one spelling of each address in it: letters and names decoded and folded, one slash."""
    named = _ENCODED_NAME.sub(lambda name: _name_of(name[0]), unquote(text))
    return _SLASHES.sub("/", plain(named))


def _name_of(encoded: str) -> str:
    try:
        return encoded.encode("ascii").decode("idna")
    except UnicodeError:
        return encoded


def links_of_call(clinic: Clinic) -> list[str]:
    """Return the links of the one call, and of the channels that have a call of their own."""
    channels = clinic.channels.values_list("meeting_link", flat=True) if clinic.pk else ()
    return [link for link in (clinic.meeting_link, *channels) if link]


def links_of_calls_to_come() -> list[str]:
    """Return the links of all calls that are still to be kept: for a text that belongs to no clinic, or to several."""
    to_come = Clinic.objects.filter(state__in=(ClinicState.DRAFT, ClinicState.ANNOUNCED))
    own = to_come.exclude(meeting_link="").values_list("meeting_link", flat=True)
    of_channels = Channel.objects.filter(clinic__in=to_come.values("pk")).exclude(meeting_link="")
    return [*own, *of_channels.values_list("meeting_link", flat=True)]


def refusal() -> str:
    return _(
        "This is the link of the call. Only the portal hands it out, when the doors open: please put it "
        "in no text or email."
    )


def check_no_call_link(clinic: Clinic, text: str, *, also: str = "") -> None:
    """Raise CallLinkInText if a text gives away where the call is, or will be: for what is typed in no form."""
    if holds_the_link(text, [*links_of_call(clinic), also]):
        raise CallLinkInText(refusal())


def refuse_call_link(form: forms.BaseForm, clinic: Clinic, *, links: Iterable[str] | None = None) -> None:
    """Add an error to each field in which somebody typed a text that gives away where the call is."""
    secret = links_of_call(clinic) if links is None else list(links)
    for name, value in list(form.cleaned_data.items()) if secret else ():
        if isinstance(value, str) and name != "meeting_link" and holds_the_link(value, secret):
            form.add_error(name, ValidationError(refusal(), code="link"))


class WordsOfNoClinicForm(forms.BaseForm):
    """What planners type that belongs to no clinic, or to several: without the link of any call that is to come."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        refuse_call_link(self, Clinic(), links=links_of_calls_to_come())
        return cleaned


class WordsToPeopleForm(forms.Form):
    """What planners of one clinic write to its people: without the link of its call."""

    def __init__(self, data: Any = None, *, clinic: Clinic) -> None:
        super().__init__(data)
        self.clinic = clinic

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        refuse_call_link(self, self.clinic)
        return cleaned


def refuse_call_link_in_rows(formset: forms.BaseFormSet, clinic: Clinic) -> None:
    """Do the same in each row of a table of forms."""
    _refuse_in_rows(formset, clinic, links_of_call(clinic))


def refuse_links_to_come_in_rows(formset: forms.BaseFormSet) -> None:
    """Do the same in rows that belong to no clinic."""
    _refuse_in_rows(formset, Clinic(), links_of_calls_to_come())


def _refuse_in_rows(formset: forms.BaseFormSet, clinic: Clinic, links: list[str]) -> None:
    for form in formset.forms:
        if hasattr(form, "cleaned_data"):
            refuse_call_link(form, clinic, links=links)


def check_not_in_texts(clinic: Clinic, link: str, *, also: str = "") -> None:
    """Raise CallLinkInText where a link that becomes that of the call stands in a text of the clinic, or in what
    becomes one.
    """
    if link and holds_the_link("\n".join([also, *(_texts_of(clinic) if clinic.pk else ())]), [link]):
        raise CallLinkInText(
            _("This link stands already in what others read of the clinic. Take it out there first, or use another.")
        )


def _texts_of(clinic: Clinic) -> Iterator[str]:
    yield from (getattr(clinic, name) for name in _OF_CLINIC)
    yield clinic.series.name if clinic.series else ""
    rows = [
        clinic.texts.values_list(*_OF_TEXTS),
        clinic.agenda.values_list("title", "speaker"),
        clinic.resources.values_list("title", "url", "licence_words"),
        clinic.channels.values_list("name"),
        clinic.people.values_list(*_OF_PEOPLE),
        clinic.checklist.values_list("title"),
    ]
    yield from (text for table in rows for row in table for text in row)
