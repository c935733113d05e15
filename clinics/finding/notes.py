"""What is published of hours: the note “why this hour”, and the burden of each region. No count under five."""

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from clinics.domain.finding import WHOLE, Burden, HourReasons, may_be_told
from clinics.domain.requests import shown_count
from clinics.finding.taking import reasons_of
from clinics.models import Clinic, ClinicHourChoice
from letsconnect.base.charts import FULL, Bar, Chart
from letsconnect.base.languages import listed
from letsconnect.base.small_counts import SMALLEST_COUNT_SHOWN
from letsconnect.base.statements import Inquiry, Statement
from registrations.domain.registrations import Region


def why_this_hour(clinic: Clinic) -> list[str]:
    """Say why the clinic is at this hour, as long as it is at an hour that was found for it; else nothing."""
    choices = asked_for_hour(clinic).rows()
    reasons = reasons_of(choices[0]) if choices else None
    return sentences_of(reasons) if reasons else []


def asked_for_hour(clinic: Clinic) -> Inquiry[ClinicHourChoice]:
    return _STANDING.asked({"clinic": clinic.pk, "starts_at": clinic.starts_at}, minutes=clinic.minutes)


# Asked for each page of a clinic, so the SQL is written once.
_STANDING = Statement(
    lambda clinic, starts_at, minutes: ClinicHourChoice.objects.at_hour(clinic, starts_at, minutes).order_by("pk")[:1]
)


def sentences_of(reasons: HourReasons) -> list[str]:
    """Return what may be published of these reasons, in the active language."""
    days = {"first": date_format(reasons.first_on), "last": date_format(reasons.last_on), "count": reasons.compared}
    text = ngettext(
        "We looked for an hour between %(first)s and %(last)s. There was %(count)d at which everybody needed is free.",
        "We compared the hours between %(first)s and %(last)s. At %(count)d half hours everybody needed is free.",
        reasons.compared,
    )
    sentences = [text % days, _how_many(reasons), *_what_is_lost(reasons), *_whose_night(reasons)]
    if may_be_told(reasons.newly_served, reasons.coming):
        text = _("%(count)d of those who can come could not come to any of the last three clinics.")
        sentences.append(text % {"count": reasons.newly_served})
    if reasons.other_start and may_be_told(reasons.together, reasons.people_known):
        text = _("Together with the other edition it serves %(count)d people.")
        sentences.append(text % {"count": reasons.together})
    return sentences


def _how_many(reasons: HourReasons) -> str:
    if not may_be_told(reasons.coming, reasons.people_known):
        return _("It is when those interested are usually free, as far as they have told us.")
    text = _("Of %(known)d people interested who told us when they are free, %(coming)d can come at this hour.")
    return text % {"known": reasons.people_known, "coming": reasons.coming}


def _what_is_lost(reasons: HourReasons) -> list[str]:
    if not reasons.lost:
        return [_("At no other of these hours can more people come.")]
    if shown_count(reasons.lost) is None:
        return [_("At the hour that suits most, a few more people could come.")]
    text = _("At the hour that suits most, %(count)d more people could come.")
    return [text % {"count": reasons.lost}]


def _whose_night(reasons: HourReasons) -> list[str]:
    """Name the regions whose people come in their night, and say that past nights were counted."""
    nights = [region for region, count in reasons.night_by_region.items() if region and count >= SMALLEST_COUNT_SHOWN]
    sentences = []
    if nights:
        text = _("For some who come it is night, between 22:00 and 7:00, in these regions: %(regions)s.")
        sentences.append(text % {"regions": listed(Region(region).label for region in nights)})
    if reasons.weight and any(reasons.burden.values()):
        sentences.append(_("Regions that had clinics at night before are spared: their nights count for more."))
    return sentences


def burden_chart(burden: Burden) -> Chart:
    """Return the burden of each region as a table with bars; it is not told of regions of which few people came."""
    shown = {region: nights for region, nights in burden.regions.items() if shown_count(nights.people) is not None}
    bars = []
    for region in Region:
        share = shown[region].share if region in shown else 0
        percent = _("%(percent)d %%") % {"percent": round(100 * share / WHOLE)}
        figure = percent if region in shown else _("too few people came")
        bars.append(Bar(str(region.label), figure, part=FULL * share // WHOLE, whole=FULL if region in shown else 0))
    title = _("How much of a region’s time at clinics was in its night")
    return Chart(title, _("Region"), pgettext("heading of a column", "At night"), bars)
