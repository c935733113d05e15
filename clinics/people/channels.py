"""Interpretation channels: adding, changing and removing them; the planners' side."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from clinics.domain.clinics import ClinicMoveNotAllowed
from clinics.domain.people import ChannelRefused
from clinics.locking import lock_theirs
from clinics.models import Channel, Clinic
from clinics.seats.choices import tell_listeners
from clinics.texts.call_links import check_no_call_link, check_not_in_texts
from letsconnect.base import acts
from letsconnect.base.lines import one_line
from registrations.models import Member
from registrations.reference.languages import LANGUAGES


@transaction.atomic
def add_channel(
    *, clinic: Clinic, language: str, name: str = "", material_days_before: int | None = None, by: Member, now: datetime
) -> Channel:
    """Plan interpretation into a language.

    ChannelRefused for one that is spoken there, or has a channel; CallLinkInText for a name that gives the
    link of the call away.
    """
    clinic = _lock_to_plan(clinic, by=by)
    if language not in LANGUAGES:
        raise ChannelRefused(_("Choose a language."))
    if language == clinic.floor_language:
        raise ChannelRefused(_("This is the language spoken at the clinic: nobody interprets into it."))
    if clinic.channels.filter(language=language).exists():
        raise ChannelRefused(_("There is a channel for this language already."))
    check_no_call_link(clinic, name)
    channel = Channel(clinic=clinic, language=language, floor_language=clinic.floor_language, name=one_line(name))
    if material_days_before is not None:
        channel.material_days_before = material_days_before
    channel.save(force_insert=True)
    acts.record(by=by, verb="add_channel", on=clinic, now=now, became=language)
    return channel


@transaction.atomic
def change_channel(
    *,
    channel: Channel,
    name: str,
    material_days_before: int,
    meeting_link: str | None = None,
    by: Member,
    now: datetime,
) -> Channel:
    """Change what the channel is called, when the interpreters have the material, and the call it has of its own.

    ChannelRefused for a link that is none, CallLinkInText for one that others read; None leaves it as it is.
    """
    clinic = _lock_to_plan(channel.clinic, by=by)
    channel = _read(clinic, channel)
    called, link = one_line(name), channel.meeting_link
    if meeting_link is not None:
        link = _checked(meeting_link.strip())
    if link != channel.meeting_link:
        check_not_in_texts(clinic, link)
    check_no_call_link(clinic, called, also=link)
    changes = {"name": called, "material_days_before": material_days_before, "meeting_link": link}
    changed = [column for column, value in changes.items() if getattr(channel, column) != value]
    if changed:
        for column in changed:
            setattr(channel, column, changes[column])
        channel.save(update_fields=changed)
        acts.record(by=by, verb="change_channel", on=clinic, now=now, became=channel.language)
    return channel


def _checked(link: str) -> str:
    """Return a link that can be stored, or none; ChannelRefused, saying why, for what is no link to a call."""
    try:
        Channel._meta.get_field("meeting_link").clean(link, None)
    except ValidationError as refusal:
        raise ChannelRefused(" ".join(refusal.messages)) from refusal
    return link


@transaction.atomic
def remove_channel(*, channel: Channel, by: Member, now: datetime) -> None:
    """Give up a channel; ChannelRefused while somebody interprets there, or is asked to.

    Whoever wanted to listen there keeps their seat, hears the language spoken, and is told.
    """
    clinic = _lock_to_plan(channel.clinic, by=by)
    channel = _read(clinic, channel)
    if channel.interpreters.asked_or_coming().exists():
        raise ChannelRefused(_("Somebody interprets there, or is asked to: tell them first that they are not needed."))
    tell_listeners(channel, now=now)
    channel.interpreters.all().delete()
    channel.delete()
    acts.record(by=by, verb="remove_channel", on=clinic, now=now, was=channel.language)


def check_floor_language(clinic: Clinic, language: str) -> None:
    """Raise ChannelRefused if the clinic is interpreted into the language in which it is to be held."""
    if clinic.channels.filter(language=language).exists():
        raise ChannelRefused(_("There is an interpretation channel into this language. Remove it first."))


def _lock_to_plan(clinic: Clinic, *, by: Member) -> Clinic:
    clinic = lock_theirs(clinic, by=by)
    if not clinic.is_to_come:
        raise ClinicMoveNotAllowed(_("Only the channels of a clinic still to come can be changed."))
    return clinic


def _read(clinic: Clinic, channel: Channel) -> Channel:
    channel_now = clinic.channels.filter(pk=channel.pk).first()
    if channel_now is None:
        raise ChannelRefused(_("This channel has been removed meanwhile."))
    channel_now.clinic = clinic
    return channel_now
