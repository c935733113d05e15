"""What follows from another decision than the one that stands: said before it is made."""

from datetime import datetime

from django.utils.translation import gettext as _

from registrations import events
from registrations.consents.asking import agrees
from registrations.domain.registrations import RegistrationState
from registrations.models import Registration
from registrations.review import deciding


def follows(registration: Registration, *, becomes: RegistrationState, now: datetime) -> list[str]:
    """Return what happens to this registration and to what the person takes part in, in sentences for the desk."""
    sentences = [_BECOMES[becomes](), *_of_other_apps(registration, becomes=becomes, now=now)]
    if becomes == RegistrationState.APPROVED and not agrees(registration, on=now.date()):
        sentences.append(_("They have not agreed to the documents here, and are not matched until they do."))
    if registration.member is None:
        return [*sentences, _("Nobody has claimed it yet, so nobody is written to.")]
    if deciding.knows_already(deciding.told_of(registration), becomes):
        return [*sentences, _("They get no email: they know that they are approved, and read of nothing else.")]
    return [*sentences, _("They get an email in their language, with your reason.")]


def _of_other_apps(registration: Registration, *, becomes: RegistrationState, now: datetime) -> list[str]:
    if registration.member is None:
        return []
    return events.decision_effects_foreseen(member=registration.member, becomes=becomes, now=now)


_BECOMES = {
    RegistrationState.APPROVED: lambda: _(
        "They take part in the next round of matches. What ended before does not come back by itself."
    ),
    RegistrationState.NEEDS_CHANGES: lambda: _(
        "They take part in no new round until they have sent it again and it is approved."
    ),
    RegistrationState.DECLINED: lambda: _(
        "They take part in no round. They can change their registration and send it again at any time."
    ),
}
