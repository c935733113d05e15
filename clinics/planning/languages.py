"""In which languages a clinic should be described: those spoken and interpreted there, and those of who is told."""

from typing import Any

from clinics.announcing.readers import ReadersCounted, asked_for_readers
from clinics.models import Channel, Clinic
from letsconnect.base.statements import Inquiry, Statement


def languages_wanted(clinic: Clinic) -> list[str]:
    """Return the floor language, those of its channels, and those in which people want announcements and are told."""
    channels = sorted(_CHANNELS.rows({"clinic": clinic.pk}))
    regions = clinic.regions_told
    readers = sorted(
        {reads for region, reads, _count in ReadersCounted.now().parts if regions is None or region in regions}
    )
    return list(dict.fromkeys((clinic.floor_language, *channels, *readers)))


def asked_for_languages(clinic: Clinic) -> list[Inquiry[Any]]:
    """Return what `languages_wanted` asks."""
    return [_CHANNELS.asked({"clinic": clinic.pk}), asked_for_readers()]


_CHANNELS = Statement(
    lambda clinic: Channel.objects.filter(clinic=clinic).order_by().values_list("language", flat=True)
)
