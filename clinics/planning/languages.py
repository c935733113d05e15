"""In which languages a clinic should be described: those spoken and interpreted there, and those of who is told."""

from clinics.announcing.readers import ReadersCounted
from clinics.models import Clinic


def languages_wanted(clinic: Clinic) -> list[str]:
    """Return the floor language, those of its channels, and those in which people want announcements and are told."""
    channels = sorted(clinic.channels.values_list("language", flat=True))
    regions = clinic.regions_told
    readers = sorted(
        {reads for region, reads, _count in ReadersCounted.now().parts if regions is None or region in regions}
    )
    return list(dict.fromkeys((clinic.floor_language, *channels, *readers)))
