"""One's own registration read back: what is stored, what is missing, and the button that submits it."""

from collections.abc import Collection

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from letsconnect.base.keys import key_or_none
from letsconnect.base.pieces import Piece, link_to
from letsconnect.base.statements import Statement
from mailings.ledger.reachable import is_written_to
from registrations.answers import editing, readback, readiness
from registrations.answers import facts as stored
from registrations.answers.forms.steps import STEPS, FormStep, step_of
from registrations.domain.facts import RegistrationFacts
from registrations.domain.registrations import NotComplete, RegistrationState, StaleForm
from registrations.models import Eligibility, Member, Registration
from registrations.requests import MemberRequest, is_signed_in


def redirect_to_sign_in(target: str) -> HttpResponse:
    """Lead to signing in, and then back to ``target``."""
    return redirect(f"{reverse('registrations:sign-in')}?{urlencode({'next': target})}")


@never_cache
def registration_edit(request: HttpRequest) -> HttpResponse:
    """Show every answer and what is missing; POST submits the registration."""
    if not is_signed_in(request):
        return redirect_to_sign_in(request.path)
    if request.method == "POST":
        return _hand_in(request)
    return _show(request)


def _hand_in(request: MemberRequest) -> HttpResponse:
    seen = key_or_none(request.POST.get("version", ""))
    try:
        editing.hand_in_registration(
            member=request.user, version=-1 if seen is None else seen, by=request.user, now=timezone.now()
        )
    except StaleForm:
        messages.warning(request, _("It was changed in another window. Please read it once more before you submit it."))
        return _show(request, status=409)
    except NotComplete as error:
        messages.error(request, str(error))
        return _show(request, status=422)
    message = _("Thank you! Your registration waits for review by the working group. You will get a letter.")
    if not is_written_to(request.user):
        message = _(
            "Thank you! Your registration waits for review by the working group. Please look here what they say."
        )
    messages.success(request, message)
    return redirect("home")


_OWN = Statement(lambda member: Registration.objects.of_member(member))


def own_registration(member: Member) -> Registration | None:
    """Return the member's registration, if there is one."""
    return next(iter(_OWN.rows({"member": member})), None)


def _show(request: MemberRequest, *, status: int = 200) -> HttpResponse:
    registration = own_registration(request.user)
    facts = facts_of(request.user, registration)
    words = readback.words_for(facts)
    missing = missing_of(facts)
    context = {
        "registration": registration,
        "is_handed_in": registration is not None and registration.is_handed_in,
        "steps": progress(missing, registration),
        "sections": [
            (step, _address_of(step), [readback.answer_in_words(facts, question, words) for question in step.questions])
            for step in STEPS
            if not step.is_apart
        ],
        "apart": [(step, _address_of(step)) for step in STEPS if step.is_apart],
        "is_written_to": is_written_to(request.user),
        "missing": [(needed, step_of(needed.field)) for needed in missing],
    }
    return render(request, "registrations/registration_edit.html", context, status=status)


def _address_of(step: FormStep) -> str:
    return link_to("registrations:registration-step", step.name)


def facts_of(member: Member, registration: Registration | None) -> RegistrationFacts:
    return stored.facts_of(registration) if registration else stored.facts_to_begin_with(member)


def missing_of(facts: RegistrationFacts) -> list[readiness.Missing]:
    return readiness.missing(facts, Eligibility.objects.current().rules)


def progress(
    missing: list[readiness.Missing], registration: Registration | None, *, current: FormStep | None = None
) -> list[Piece]:
    """Return every step with whether it is done, for the progress indicator.

    In a draft those are the steps that were saved and lack nothing, afterwards all that lack nothing.
    """
    lacking: set[FormStep] = {step_of(needed.field) for needed in missing}
    saved: Collection[str] = ()
    if registration is not None:
        is_draft = registration.state == RegistrationState.DRAFT
        saved = registration.steps_saved if is_draft else [step.name for step in STEPS]
    return [
        Piece(
            {
                "step": step,
                "number": number,
                "is_done": step.name in saved and step not in lacking and not step.is_apart,
                "is_current": step is current,
            },
            {},
        )
        for number, step in enumerate(STEPS, start=1)
    ]
