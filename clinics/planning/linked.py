"""What keeps a newsletter from leading its readers to a clinic."""

from datetime import datetime

from django.urls import resolve, reverse
from django.utils.translation import gettext as _

from clinics.domain.clinics import ClinicState
from clinics.models import Clinic
from letsconnect.base.templatetags.when import when
from mailings.models import Newsletter
from mailings.newsletters.holding import hold_issues, issues_being_sent_that_lead_to, lock_issues_leading_to


def why_not_to_lead_there(path: str, since: datetime | None) -> str | None:
    """Return why a letter cannot lead to the page of this clinic, or None; it is asked when an issue is checked.

    A clinic that was moved since the text stands may be named there with its old hour.
    """
    clinic = Clinic.objects.filter(pk=resolve(path).kwargs["clinic_id"]).prefetch_related("texts").first()
    if clinic is None:
        return _("there is no such clinic.")
    if clinic.state == ClinicState.DRAFT:
        return _("the clinic “%(clinic)s” is not announced yet.") % {"clinic": clinic}
    if clinic.state == ClinicState.CANCELLED:
        return _("the clinic “%(clinic)s” is cancelled.") % {"clinic": clinic}
    if since is not None and clinic.start_set_at > since:
        moved = _("the clinic “%(clinic)s” was moved since the text was written: it begins %(moment)s.")
        return moved % {"clinic": clinic, "moment": when(clinic.starts_at)}
    return None


def lock_issues_about(clinic: Clinic) -> list[int]:
    """Lock the issues that lead to this clinic and are not sent yet; call it before the clinic is locked."""
    return lock_issues_leading_to(_page_of(clinic))


def hold_issues_about(clinic: Clinic, *, issues: list[int], now: datetime) -> None:
    """Hold those of these issues that are being sent: what they say of the clinic is not true any more."""
    hold_issues(issues, path=_page_of(clinic), now=now)


def issues_that_invite_to(clinic: Clinic) -> list[Newsletter]:
    """Return the issues that would be held if this clinic were cancelled or moved now."""
    return issues_being_sent_that_lead_to(_page_of(clinic))


def _page_of(clinic: Clinic) -> str:
    return reverse("clinics:clinic-detail", args=[clinic.pk])
