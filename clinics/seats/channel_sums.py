"""In which language somebody listened is forgotten 90 days after a clinic; how many did is kept."""

from collections import Counter
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import get_language

from clinics.models import ENDS_AT, ChannelSum, Clinic, Rsvp
from letsconnect.base.small_counts import SMALLEST_COUNT_SHOWN, too_small
from registrations.reference.names import language_name

CHANNELS_KEPT_FOR = timedelta(days=90)  # after the end of the clinic
AT_ONCE = 100


def listened_to(clinic: Clinic) -> list[tuple[str, int | None]]:
    """Return in which languages how many listened, once it is not known any more who; None where it were few."""
    counts = {row.language: row.count for row in ChannelSum.objects.filter(clinic=clinic)}
    reader = get_language() or "en"
    hidden = too_small(counts, least=SMALLEST_COUNT_SHOWN)
    in_order = sorted(counts, key=lambda language: (language in hidden, -counts[language], language))
    return [
        (language_name(language, reader), None if language in hidden else counts[language]) for language in in_order
    ]


@transaction.atomic
def fold_channels(now: datetime) -> int:
    """Make sums of the languages people listened in at clinics so long ago; return of how many clinics."""
    over = Clinic.objects.alias(_ends=ENDS_AT).filter(_ends__lte=now - CHANNELS_KEPT_FOR)
    chosen = Rsvp.objects.filter(channel__isnull=False, clinic__in=over.values("pk"))
    old = Clinic.objects.filter(pk__in=chosen.order_by().values("clinic")).order_by("pk")[:AT_ONCE]
    clinics = list(
        Clinic.objects.filter(pk__in=[clinic.pk for clinic in old]).select_for_update(no_key=True).order_by("pk")
    )
    for clinic in clinics:
        languages = clinic.rsvps.going().values_list("channel__language", flat=True)
        counted = Counter(language or clinic.floor_language for language in languages)
        sums = [ChannelSum(clinic=clinic, language=language, count=count) for language, count in counted.items()]
        ChannelSum.objects.bulk_create(sums, ignore_conflicts=True)
        clinic.rsvps.update(channel=None)
    return len(clinics)
