"""What can be decided about certificates: of what, for whom, and the code by which others check one."""

import re
import secrets
from datetime import datetime
from string import ascii_lowercase, ascii_uppercase

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from clinics.domain.clinics import TOOK_PLACE, ClinicError
from clinics.domain.feedback import is_over
from clinics.domain.people import ClinicRole
from letsconnect.base.folding import tidy

# Neither 0 and O nor 1, I and L, nor 5 and S, nor 8 and B, nor any other two that are taken for each other in print.
ALPHABET = "234679ACDEFHJKMNPQRTVWXY"
CODE_LENGTH, GROUP = 28, 4  # 24 ** 28 is more than 2 ** 128
_CAPITALS = str.maketrans(ascii_lowercase, ascii_uppercase)
_TYPED_BETWEEN = re.compile(r"[\s‐-―−.·:_-]+")


class CertificateKind(TextChoices):
    ATTENDING = "attending", pgettext_lazy("kind of certificate", "attending")
    SHARING = "sharing", pgettext_lazy("kind of certificate", "sharing")
    CONTRIBUTING = "contributing", pgettext_lazy("kind of certificate", "contributing")


# Whose work at a clinic each kind says. Who shares has a certificate of their own; hosts, helpers and interpreters,
# without whom there is no clinic, have one that says which of it they were.
ROLES_OF: dict[str, tuple[str, ...]] = {
    CertificateKind.SHARING: (ClinicRole.SHARER,),
    CertificateKind.CONTRIBUTING: (ClinicRole.HOST, ClinicRole.HELPER, ClinicRole.INTERPRETER),
}


class RevokedWhy(TextChoices):
    HOLDER = "holder", pgettext_lazy("why a certificate counts no more", "taken back by its holder")
    DESK = "desk", pgettext_lazy("why a certificate counts no more", "revoked by the working group")


class NoGround(ClinicError):
    """The person did not come to the clinic, as far as is known, or had no such part in it."""


class CertificateRefused(ClinicError):
    """There is such a certificate already, or the working group revoked it."""


class ReasonOfRevokingMissing(ClinicError):
    """The working group says why it revokes a certificate: the holder reads it."""


def check_can_be_made(kind: str, *, state: str, ends_at: datetime, has_ground: bool, now: datetime) -> None:
    """Raise NoGround unless somebody gets a certificate of this kind now.

    Of attending as soon as the clinic is over; of a part in it, which was agreed before, once it is known to have been
    held.
    """
    if not has_ground:
        raise NoGround(_("A certificate says what is known to have happened. We do not know this of you yet."))
    if kind == CertificateKind.ATTENDING:
        if not is_over(state=state, ends_at=ends_at, now=now):
            raise NoGround(_("There are certificates once the clinic is over."))
    elif state not in TOOK_PLACE:
        raise NoGround(_("There are certificates as soon as the working group has noted that the clinic was held."))


def new_code() -> str:
    """Return a code that nobody can guess."""
    return "".join(secrets.choice(ALPHABET) for _place in range(CODE_LENGTH))


def grouped(code: str) -> str:
    """Return a code as people read and type it."""
    return "-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def code_as_typed(typed: str) -> str:
    """Return the code somebody typed or pasted, without what stands between its letters; "" if it can be none."""
    code = _TYPED_BETWEEN.sub("", tidy(typed[:200])).translate(_CAPITALS)
    return code if len(code) == CODE_LENGTH and set(code) <= set(ALPHABET) else ""
