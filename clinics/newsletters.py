"""What clinics bring to the newsletter: readers by a clinic they come to, and lines about clinics to come or held."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from clinics.cards import titles_of
from clinics.domain.clinics import ForWhom, RsvpState
from clinics.models import Clinic, ClinicQuerySet, ClinicResource, ClinicText, Rsvp
from letsconnect.base.keys import keys_among
from letsconnect.base.labels import label_of
from letsconnect.base.languages import listed
from letsconnect.base.templatetags.when import moment_in_words
from letsconnect.base.zones import in_zone
from mailings.domain.newsletters import SectionKind
from mailings.newsletters import audiences, filling
from mailings.newsletters.filling import FilledLine
from mailings.newsletters.markdown import escaped
from registrations.reference.names import language_name

MOST_LINES = 30
MOST_HITS, LATEST_SHOWN = 10, 3
# What a reader is at a clinic. Who was offered a seat has not said yes, so they still wait.
_SEATS = {"going": (RsvpState.GOING,), "waiting": (RsvpState.WAITING, RsvpState.OFFERED)}


def clinics_to_come(_since: datetime, now: datetime) -> list[FilledLine]:
    """Return a line for each announced clinic that has not begun, soonest first, in the language that is active."""
    to_come = Clinic.objects.announced().filter(starts_at__gt=now).order_by("starts_at", "pk")
    return _lines(to_come)


def clinics_held(since: datetime, now: datetime) -> list[FilledLine]:
    """Return a line for each clinic that ended since the last issue, in their order, in the language that is active."""
    return _lines(Clinic.objects.ended_between(since, now))


def _lines(clinics: ClinicQuerySet) -> list[FilledLine]:
    with_texts = list(clinics.prefetch_related("texts")[:MOST_LINES])
    heard: defaultdict[int, list[str]] = defaultdict(list)
    recordings = ClinicResource.objects.ready().recordings().filter(clinic__in=[clinic.pk for clinic in with_texts])
    for key, language in recordings.order_by("place").values_list("clinic", "language"):
        heard[key].append(language)
    return [line for clinic in with_texts if (line := _line(clinic, heard[clinic.pk])) is not None]


def _line(clinic: Clinic, heard: Sequence[str]) -> FilledLine | None:
    """Return the clinic's title with a link, when it is, what is spoken, in which other language it is described, and
    in which languages its recordings are heard.

    None for a clinic of which no text is ready.
    """
    reads = get_language() or "en"
    text = clinic.text_in(reads)
    if text is None:
        return None
    path = reverse("clinics:clinic-detail", args=[clinic.pk])
    parts = [f"[{escaped(text.title)}]({path})", *_moments(clinic), label_of(clinic, "floor_language")]
    if clinic.for_whom != ForWhom.ALL:
        parts.append(clinic.for_whom_in_words)
    if text.language != reads:
        # Translators: of a clinic in a list, as in "Asking for money · … · described in Spanish".
        parts.append(_("described in %(language)s") % {"language": language_name(text.language, reads)})
    if heard:
        languages = listed(language_name(language, reads) for language in dict.fromkeys(heard))
        parts.append(_("recordings in %(languages)s") % {"languages": languages})
    return FilledLine(" · ".join(parts), marks=(path,))


def _moments(clinic: Clinic) -> list[str]:
    """Return when the clinic begins by its own clock, and in UTC where that is another hour."""
    moments = [moment_in_words(clinic.starts_at, clinic.zone)]
    if in_zone(clinic.starts_at, clinic.zone).utcoffset():
        moments.append(moment_in_words(clinic.starts_at, "UTC"))
    return moments


def _with_seat(values: Sequence[str]) -> Q:
    """Return the condition that a reader is at one of these clinics what was chosen, each written as "12-going"."""
    wanted = Q()
    for seat, states in _SEATS.items():
        keys = keys_among(value.removesuffix(f"-{seat}") for value in values if value.endswith(f"-{seat}"))
        wanted |= Q(clinic__in=keys, state__in=states) if keys else Q()
    return Q(member__in=Rsvp.objects.filter(wanted).values("member")) if wanted else Q(pk__in=[])


def _clinics_called(typed: str) -> list[tuple[str, str]]:
    """Return the clinics with this in a title, latest first; where nothing is typed, the latest of all."""
    clinics = Clinic.objects.ever_announced().order_by("-starts_at", "-pk")
    if not typed:
        return _choices(clinics[:LATEST_SHOWN])
    titles = ClinicText.objects.ready().filter(clinic=OuterRef("pk"), title__icontains=typed)
    return _choices(clinics.filter(Exists(titles))[:MOST_HITS])


def _clinics_chosen(values: Sequence[str]) -> list[tuple[str, str]]:
    keys = keys_among(value.partition("-")[0] for value in values)
    chosen = Clinic.objects.ever_announced().filter(pk__in=keys)
    return [choice for choice in _choices(chosen) if choice[0] in values]


def _choices(clinics: ClinicQuerySet) -> list[tuple[str, str]]:
    rows = list(clinics)
    titles = titles_of({clinic.pk: clinic.floor_language for clinic in rows})
    return [
        (
            f"{clinic.pk}-{seat}",
            label % {"clinic": titles[clinic.pk].text, "when": moment_in_words(clinic.starts_at, clinic.zone)},
        )
        for clinic in rows
        for seat, label in _labels().items()
    ]


def _labels() -> dict[str, str]:
    return {"going": _("%(clinic)s, %(when)s: going"), "waiting": _("%(clinic)s, %(when)s: waiting for a seat")}


def register() -> None:
    """Register with the newsletter by what readers can be chosen, and what it can be filled in with."""
    audiences.register(
        audiences.Narrowing(
            "clinic",
            gettext_lazy("clinic"),
            choices=audiences.Picker(search=_clinics_called, named=_clinics_chosen),
            condition=_with_seat,
        )
    )
    for name, label, kind, lines in (
        ("clinics.to_come", gettext_lazy("clinics to come"), SectionKind.UPCOMING, clinics_to_come),
        ("clinics.held", gettext_lazy("clinics since the last issue"), SectionKind.MISSED, clinics_held),
    ):
        filling.register(filling.Filling(name, label, frozenset({kind, SectionKind.OTHER}), lines))
