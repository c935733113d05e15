"""The tab of a clinic's certificates: whose they are, and revoking one with a reason that its holder reads."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinics.admin.tabs import ClinicDesk, Tab
from clinics.certificates.revoking import check_reason, revoke_certificate
from clinics.domain.certificates import RevokedWhy
from clinics.domain.clinics import ClinicError
from clinics.models import Certificate, CertificateQuerySet, Clinic
from letsconnect.base import versions
from letsconnect.base.access_log import PeopleShown, people_on
from letsconnect.base.fields import longest
from letsconnect.base.keys import key_or_none
from letsconnect.base.lines import isolated
from letsconnect.base.numbers_read import called_at_desk
from letsconnect.base.once_more import BACK, ConfirmationPage, goes_back
from letsconnect.base.paging import page_of
from letsconnect.base.statements import Inquiry, Statement
from letsconnect.base.versions import ChangedMeanwhile
from registrations.requests import signed_in


def _of(clinic: Clinic) -> CertificateQuerySet:
    return Certificate.objects.filter(clinic=clinic).order_by("made_at", "pk")


def _people(clinic: Clinic) -> PeopleShown:
    return people_on(_of(clinic), ("member",))


def _view(desk: ClinicDesk, request: HttpRequest, clinic: Clinic) -> HttpResponse:
    """List the certificates; revoke one, after asking once more."""
    refusal, asked_about, reason = "", None, ""
    if request.method == "POST":
        if not desk.has_change_permission(request):
            raise PermissionDenied
        key, reason = key_or_none(request.POST.get("certificate", "")), request.POST.get("reason", "")
        certificate = (
            _of(clinic).not_revoked_by_desk().select_related("clinic", "member").filter(pk=key).first() if key else None
        )
        if certificate is None:
            messages.error(request, _("This certificate does not count any more."))
            return redirect(CERTIFICATES.url(clinic))
        asked_about = certificate.pk
        try:
            check_reason(reason, clinic)
        except ClinicError as missing:
            refusal = str(missing)
        else:
            if not goes_back(request):
                return _revoke(desk, request, certificate, reason)
    page = page_of(_of(clinic).select_related("member__registration"), request)
    context = {
        "opened": desk.opened(request, clinic),
        "page": page,
        "certificates": list(page),
        "revocable": _revocable(clinic, list(page)),
        "may_write": desk.has_change_permission(request),
        "refusal": refusal,
        "asked_about": asked_about,
        "reason": reason,
        "longest_reason": longest(Certificate, "revoke_reason"),
    }
    return desk.draw(request, clinic, "certificates", context, status=422 if refusal else 200)


def _revocable(clinic: Clinic, rows: list[Certificate]) -> set[int]:
    """Return which of these can be revoked: those that count, and of what its holder took back the last of its kind, so
    that no other is made."""
    settled = _of(clinic).filter(Q(revoked_at=None) | Q(revoked_why=RevokedWhy.DESK))
    not_again = set(settled.values_list("member_id", "kind"))
    taken_back = {(row.member_id, row.kind): row.pk for row in rows if not row.is_valid}
    last = {pk for whose, pk in taken_back.items() if whose not in not_again}
    return {row.pk for row in rows if row.is_valid} | last


def _revoke(desk: ClinicDesk, request: HttpRequest, certificate: Certificate, reason: str) -> HttpResponse:
    clinic = certificate.clinic
    question = ConfirmationPage(
        title=_("Revoke the certificate of %(name)s?") % {"name": called_at_desk(certificate.member)},
        sentences=(
            _("Whoever checks its code is told that it does not count any more. This cannot be taken back."),
            _("The holder reads your reason in an email: %(reason)s") % {"reason": isolated(reason)},
        ),
        button=_("Revoke it"),
        people=1,
    )
    if not question.is_answered_by(request):
        carried = [("certificate", certificate.pk), ("reason", reason)]
        opened = request.POST.get(versions.FIELD, "")
        back = CERTIFICATES.url(clinic)
        return desk.asked_once_more(request, question, back=back, opened=opened, carried=carried, brings_back=BACK)
    try:
        with desk.as_opened(request, clinic):
            revoke_certificate(certificate=certificate, reason=reason, by=signed_in(request), now=timezone.now())
    except (ChangedMeanwhile, ClinicError) as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The certificate is revoked."))
    return redirect(CERTIFICATES.url(clinic))


def _facts(clinic: Clinic) -> Mapping[str, Any]:
    """Return what of the clinic two people must not change at once: which certificates count."""
    return {"certificates": versions.all_rows(clinic.certificates.all())}


def _is_shown(clinic: Clinic) -> bool:
    return clinic.held_at is not None or bool(asked_whether_any(clinic).rows())


def asked_whether_any(clinic: Clinic) -> Inquiry[Any]:
    return _ANY.asked({"clinic": clinic.pk})


_ANY = Statement(lambda clinic: Certificate.objects.filter(clinic=clinic).order_by().values_list("pk")[:1])


CERTIFICATES = Tab(
    "certificates", gettext_lazy("Certificates"), _view, facts=_facts, people=_people, is_shown=_is_shown
)
