"""The tab of the languages of a clinic: interpretation channels, who interprets, and which languages nobody does."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, ngettext, pgettext_lazy
from django.utils.translation import gettext as _

from clinics.admin.people import SomebodyForm, act_on_people, rows_of
from clinics.admin.tabs import ClinicDesk, Tab
from clinics.domain.clinics import ClinicError
from clinics.domain.people import MATERIAL_DAYS_BEFORE, MAY_STILL_COME, ChannelRefused, ClinicRole, Turn
from clinics.domain.wishes import ANSWERS_OF_THE_DESK
from clinics.models import Channel, Clinic, LanguageNeed
from clinics.people.asking import Part
from clinics.people.channels import add_channel, change_channel, remove_channel
from clinics.people.gaps import asked_for_gaps, language_gaps
from clinics.signing_up.language_needs import answer_language_need, needed_languages
from clinics.texts.call_links import WordsToPeopleForm
from clinics.texts.languages import asked_for_likely_languages, likely_languages
from letsconnect.base import versions
from letsconnect.base.access_log import PeopleShown, people_on
from letsconnect.base.choices import EMPTY, offer
from letsconnect.base.fields import LineFormField, longest
from letsconnect.base.query_batches import QueryBatch
from letsconnect.base.statements import Inquiry
from letsconnect.base.versions import ChangedMeanwhile
from registrations.reference.typed_fields import language_field, show_first
from registrations.requests import signed_in


class ChannelForm(WordsToPeopleForm):
    """A channel to add."""

    channel_language = language_field(label=gettext_lazy("Language"))
    channel_name = LineFormField(
        label=gettext_lazy("Name of the channel"),
        required=False,
        max_length=longest(Channel, "name"),
        help_text=gettext_lazy("As the call shows it."),
    )
    material_days_before = forms.IntegerField(
        label=gettext_lazy("Material is due, days before the start"),
        min_value=0,
        max_value=60,
        initial=MATERIAL_DAYS_BEFORE,
    )

    def __init__(self, data: Any = None, *, clinic: Clinic) -> None:
        super().__init__(data, clinic=clinic)
        show_first(self, "channel_language", likely_languages())


class InterpreterForm(SomebodyForm):
    """Somebody who is to interpret: at which channel, and whether they lead."""

    place = forms.ChoiceField(label=gettext_lazy("Channel and turn"))

    def __init__(self, *args: Any, channels: list[Channel], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._channels = {str(channel.pk): channel for channel in channels}
        turns = [(str(turn.value), str(turn.label)) for turn in Turn]
        offer(
            self,
            "place",
            [
                EMPTY,
                *(
                    (f"{key}:{turn}", f"{channel.language_in_words}: {label}")
                    for key, channel in self._channels.items()
                    for turn, label in turns
                ),
            ],
        )

    def part(self) -> Part:
        key, _colon, turn = self.cleaned_data["place"].partition(":")
        return Part(ClinicRole.INTERPRETER, self._channels[key], turn)


_SHOWN = "interpreters_shown"  # read for this page already


def _facts(clinic: Clinic) -> Mapping[str, Any]:
    batch = QueryBatch()
    people, channels = (batch.add(versions.values_of(rows)) for rows in (clinic.people.all(), clinic.channels.all()))
    batch.run()
    return {"people": versions.of_all(people), "channels": versions.of_all(channels)}


def _people(clinic: Clinic) -> PeopleShown:
    shown = vars(clinic).get(_SHOWN)
    return people_on(clinic.people.interpreters() if shown is None else shown, ("member",))


def _act_on_channels(request: HttpRequest, clinic: Clinic, form: ChannelForm) -> None:
    planner, now, pressed = signed_in(request), timezone.now(), request.POST["do"]
    if pressed == "add_channel":
        values = form.cleaned_data
        add_channel(
            clinic=clinic,
            language=values["channel_language"],
            name=values["channel_name"],
            material_days_before=values["material_days_before"],
            by=planner,
            now=now,
        )
        return
    key = request.POST.get("channel", "")
    channels = clinic.channels.filter(pk=int(key)) if key.isascii() and key.isdecimal() and len(key) < 18 else None
    channel = channels.first() if channels is not None else None
    if channel is None:
        raise ChannelRefused(_("This channel has been removed meanwhile."))
    channel.clinic = clinic
    if pressed == "remove_channel":
        remove_channel(channel=channel, by=planner, now=now)
    else:
        typed = request.POST.get("material_days_before", "")
        is_number = typed.isascii() and typed.isdecimal() and len(typed) < 4 and int(typed) <= 60
        days = int(typed) if is_number else channel.material_days_before
        name = request.POST.get("channel_name", "")[: longest(Channel, "name")]
        link = request.POST.get("channel_link")
        change_channel(channel=channel, name=name, material_days_before=days, meeting_link=link, by=planner, now=now)


_ANSWERS = {f"say_{answer}": answer for answer in ANSWERS_OF_THE_DESK}


def _answer_need(
    desk: ClinicDesk, request: HttpRequest, clinic: Clinic, draw: Callable[..., HttpResponse]
) -> HttpResponse:
    """Tell those who need a language what comes of it; it changes nothing that another window shows."""
    if not desk.may_change(request, clinic):
        raise PermissionDenied
    answer, language = _ANSWERS[request.POST["do"]], request.POST.get("language", "")
    try:
        number = answer_language_need(
            clinic=clinic, language=language, answer=answer, by=signed_in(request), now=timezone.now()
        )
    except ClinicError as refusal:
        return draw(None, str(refusal))
    text = ngettext("%(number)d person is told.", "%(number)d people are told.", number) % {"number": number}
    messages.success(request, text)
    return redirect(f"{LANGUAGES.url(clinic)}#needed")


def _view(desk: ClinicDesk, request: HttpRequest, clinic: Clinic) -> HttpResponse:
    planner, channels = signed_in(request), list(clinic.channels.all())
    for channel in channels:
        channel.clinic = clinic

    def draw(
        form: SomebodyForm | None, refusal: str, *, status: int = 422, channel_form: ChannelForm | None = None
    ) -> HttpResponse:
        rows, typed = rows_of(clinic.people.interpreters(), clinic), channel_form or ChannelForm(clinic=clinic)
        vars(clinic)[_SHOWN] = [row["person"] for row in rows]
        by_channel: dict[int, list[dict[str, Any]]] = {channel.pk: [] for channel in channels}
        for row in rows:
            by_channel.setdefault(row["person"].channel_id, []).append(row)
        taken = {
            f"{row['person'].channel_id}:{row['person'].turn}" for row in rows if row["person"].state in MAY_STILL_COME
        }
        needed = needed_languages(LanguageNeed.objects.at(clinic))
        context = {
            "channels": [(channel, by_channel[channel.pk]) for channel in channels],
            "needed": [(need, need.name(get_language() or "en")) for need in needed],
            "may_answer": desk.may_change(request, clinic) and timezone.now() < clinic.starts_at,
            "gaps": [(gap, gap.name(get_language() or "en")) for gap in language_gaps(clinic)],
            "material_late": {channel.pk for channel in channels if channel.material_due_on < timezone.localdate()},
            "has_free_turn": len(taken) < len(channels) * len(Turn),
            "form": form or InterpreterForm(planner=planner, clinic=clinic, channels=channels),
            "channel_form": typed,
            "media": typed.media,
            "refusal": refusal,
            "may_write": desk.may_change(request, clinic),
            "opened": desk.opened(request, clinic),
        }
        return desk.draw(request, clinic, "languages", context, status=status)

    if request.method != "POST":
        return draw(None, "", status=200)
    if request.POST.get("do", "") in _ANSWERS:
        return _answer_need(desk, request, clinic, draw)
    if "channel" not in request.POST.get("do", ""):
        form = InterpreterForm(request.POST, planner=planner, clinic=clinic, channels=channels)
        return act_on_people(desk, request, clinic, LANGUAGES, form, draw)
    if not desk.may_change(request, clinic):
        raise PermissionDenied
    channel_form = ChannelForm(request.POST if request.POST["do"] == "add_channel" else None, clinic=clinic)
    if channel_form.is_bound and not channel_form.is_valid():
        return draw(None, "", channel_form=channel_form)
    try:
        with desk.as_opened(request, clinic) as seen:
            _act_on_channels(request, seen, channel_form)
    except (ChangedMeanwhile, ClinicError) as refusal:
        for channel in channels:  # what was typed is not lost
            if str(channel.pk) == request.POST.get("channel"):
                channel.name = request.POST.get("channel_name", channel.name)
                channel.meeting_link = request.POST.get("channel_link", channel.meeting_link)
        return draw(None, str(refusal), channel_form=channel_form if channel_form.is_bound else None)
    messages.success(request, _("Saved."))
    return redirect(f"{LANGUAGES.url(clinic)}#channels")


def _asked(clinic: Clinic) -> list[Inquiry[Any]]:
    return [asked_for_likely_languages(), *asked_for_gaps(clinic)]


LANGUAGES = Tab(
    "languages",
    pgettext_lazy("part of a clinic's page", "Languages"),
    _view,
    facts=_facts,
    people=_people,
    asked=_asked,
)
