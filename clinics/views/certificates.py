"""The pages of certificates: the holder makes, prints and takes them back; anybody checks a code."""

from typing import Any, NamedTuple

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinics.certificates.codes import WITHIN, address_of, count_wrong_code, picture_of, tried_too_often
from clinics.certificates.context import all_facts, allowed_facts, heading_of, page_title
from clinics.certificates.forms import SHOWN, CertificateCodeForm, CertificateForm
from clinics.certificates.grounds import clinics_to_certify, kinds_for
from clinics.certificates.making import Choices, change_certificate, check_not_revoked_by_desk, make_certificate
from clinics.certificates.revoking import take_back_certificate
from clinics.domain.certificates import CertificateKind, check_can_be_made, code_as_typed, grouped
from clinics.domain.clinics import ClinicError
from clinics.feedback.whose import clinics_of
from clinics.models import Certificate, Clinic
from letsconnect.base.languages import language_or_default
from letsconnect.base.network import network_of
from letsconnect.base.paging import page_of
from registrations.domain.registrations import RegistrationError
from registrations.requests import MemberRequest

CLINICS_SHOWN = 20


class KindOnPage(NamedTuple):
    """One kind of certificate on its holder's page: the one that counts, the form, and why there is none to make."""

    kind: str
    heading: str
    certificate: Certificate | None
    form: CertificateForm
    why_not: str


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def certificate_mine(request: MemberRequest, clinic_id: int) -> HttpResponse:
    """Let somebody make their certificates of one clinic, and choose what these say. Others find no such page."""
    clinic = _theirs(request, clinic_id)
    posted = request.POST if request.method == "POST" else None
    kinds, revoked = _kinds(request, clinic, posted)
    pressed = next((row for row in kinds if posted is not None and posted.get("kind") == row.kind), None)
    if pressed is not None and pressed.form.is_valid():
        try:
            _make_or_change(request, clinic, pressed)
        except (ClinicError, RegistrationError) as refusal:
            pressed.form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("clinics:certificate-mine", clinic_id)
    context = {"clinic": clinic, "kinds": kinds, "revoked": revoked, "languages": settings.LANGUAGES}
    return render(request, "clinics/certificate_mine.html", context, status=200 if posted is None else 422)


def _kinds(request: MemberRequest, clinic: Clinic, posted: Any) -> tuple[list[KindOnPage], list[Certificate]]:
    """Return each kind that is theirs, and what counts no more."""
    mine = list(Certificate.objects.of(request.user).filter(clinic=clinic).order_by("pk"))
    valid = {row.kind: row for row in mine if row.is_valid}
    grounds = kinds_for(clinic, request.user)
    kinds = []
    for kind in CertificateKind:
        if kind not in grounds and kind not in valid:
            continue
        certificate = valid.get(kind)
        if certificate is not None:
            choices = Choices(certificate.name, **{name: getattr(certificate, name) for name in SHOWN})
        else:
            choices = Choices(str.__str__(request.user.name))
        data = posted if posted is not None and posted.get("kind") == kind else None
        form = CertificateForm(data, choices=choices, prefix=kind)
        why_not = "" if certificate else _why_not(kind, clinic, mine)
        kinds.append(KindOnPage(kind.value, heading_of(kind), certificate, form, why_not))
    return kinds, [row for row in mine if not row.is_valid]


def _why_not(kind: CertificateKind, clinic: Clinic, mine: list[Certificate]) -> str:
    try:
        check_not_revoked_by_desk(row.revoked_why for row in mine if row.kind == kind)
        check_can_be_made(kind, state=clinic.state, ends_at=clinic.ends_at, has_ground=True, now=timezone.now())
    except ClinicError as refusal:
        return str(refusal)
    return ""


def _make_or_change(request: MemberRequest, clinic: Clinic, pressed: KindOnPage) -> None:
    choices, now = pressed.form.choices(), timezone.now()
    if pressed.certificate is not None:
        change_certificate(certificate=pressed.certificate, choices=choices, by=request.user, now=now)
    else:
        make_certificate(clinic=clinic, kind=CertificateKind(pressed.kind), choices=choices, by=request.user, now=now)


def _theirs(request: MemberRequest, clinic_id: int) -> Clinic:
    """Return a clinic the reader had a seat at or a part in, or of which they have a certificate."""
    clinic = clinics_of(request.user).filter(pk=clinic_id).prefetch_related("texts").first()
    if clinic is None:
        certified = Clinic.objects.filter(certificates__member=request.user, pk=clinic_id)
        clinic = certified.prefetch_related("texts").first()
    if clinic is None:
        raise Http404
    return clinic


@never_cache
@login_required
@require_safe
def certificate_list(request: MemberRequest) -> HttpResponse:
    """List the reader's certificates, page by page, and the clinics for which they can make one."""
    mine = Certificate.objects.of(request.user).select_related("clinic").prefetch_related("clinic__texts")
    page = page_of(mine.order_by("-made_at", "-pk"), request)
    open_ = clinics_to_certify(request.user, now=timezone.now()).prefetch_related("texts")[:CLINICS_SHOWN]
    context = {"page": page, "certificates": list(page), "clinics": list(open_)}
    return render(request, "clinics/certificate_list.html", context)


@never_cache
@login_required
@require_safe
def certificate_print(request: MemberRequest, certificate_id: int) -> HttpResponse:
    """Show the reader's own certificate as a page to print, in the language they choose."""
    certificates = Certificate.objects.of(request.user).select_related("clinic", "member")
    certificate = get_object_or_404(certificates.prefetch_related("clinic__texts"), pk=certificate_id)
    if not certificate.is_valid:
        messages.error(request, _("This certificate does not count any more."))
        return redirect("clinics:certificate-mine", certificate.clinic_id)
    language = language_or_default(request.GET.get("language", "") or get_language() or "")
    with translation.override(language):
        context = {
            "certificate": certificate,
            "facts": all_facts(certificate),
            "title": page_title(certificate),
            "address": address_of(certificate),
            "picture": picture_of(certificate),
            "language": language,
            "is_rtl": translation.get_language_bidi(),
            "languages": settings.LANGUAGES,
            "site_name": settings.SITE_NAME,
        }
        return render(request, "clinics/certificate_print.html", context)


@login_required
@require_POST
def certificate_take_back(request: MemberRequest, certificate_id: int) -> HttpResponse:
    """Let the reader's own certificate count no more."""
    certificate = get_object_or_404(Certificate.objects.of(request.user), pk=certificate_id)
    try:
        take_back_certificate(certificate=certificate, by=request.user, now=timezone.now())
    except ClinicError as refusal:  # erased in another window
        messages.error(request, str(refusal))
    else:
        messages.success(
            request, _("This certificate does not count any more. Anybody who checks its code reads that.")
        )
    return redirect("clinics:certificate-mine", certificate.clinic_id)


@require_safe
@never_cache
def certificate_check(request: HttpRequest) -> HttpResponse:
    """Ask for the code of a certificate, and lead to the page that says whether it counts."""
    form = CertificateCodeForm(request.GET if "code" in request.GET else None)
    if form.is_bound and form.is_valid():
        return redirect("clinics:certificate-verify", grouped(form.cleaned_data["code"]))
    return render(request, "clinics/certificate_check.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
@never_cache
def certificate_verify(request: HttpRequest, code: str) -> HttpResponse:
    """Say whether the certificate with this code counts, and what its holder allows; nothing else."""
    network = network_of(request)
    if tried_too_often(network):
        response = render(request, "clinics/certificate_busy.html", status=429)
        response.headers["Retry-After"] = str(int(WITHIN.total_seconds()))
        return response
    typed = code_as_typed(code)
    certificates = Certificate.objects.select_related("clinic", "member").prefetch_related("clinic__texts")
    certificate = certificates.filter(code=typed).first() if typed else None
    if certificate is None:
        count_wrong_code(network)
    is_valid = certificate is not None and certificate.is_valid
    context = {
        "code": grouped(typed),
        "is_known": certificate is not None,
        "facts": allowed_facts(certificate) if certificate is not None and is_valid else None,
        "form": CertificateCodeForm(),
    }
    status = 200 if is_valid else 404 if certificate is None else 410
    return render(request, "clinics/certificate_verify.html", context, status=status)
