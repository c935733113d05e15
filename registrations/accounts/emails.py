"""The letter with the sign-in code: sent at once by the web process, or by a worker if that takes too long."""

from datetime import datetime

from django.utils.translation import gettext_noop

from mailings import kinds
from mailings.rendering import Rendered, render_letter
from registrations.accounts.codes import draw
from registrations.models import SignInCode
from registrations.models.sign_in import Drawn, waited_for

KIND = "registrations.sign_in_code"


def sign_in_code(drawn: Drawn, *, minutes: int, language: str, zone: str) -> Rendered:
    """Render the letter with the code and the link."""
    context = {"digits": drawn.digits, "link": drawn.link, "minutes": minutes}
    return render_letter("registrations/emails/sign_in_code", context, language=language, zone=zone)


def _still_owed(code: SignInCode | None, now: datetime) -> str | None:
    if code is None:
        return gettext_noop("nobody waits for it any more")
    return gettext_noop("it was asked for too long ago") if now - code.made_at > waited_for() else None


def _draw(code: SignInCode, now: datetime) -> None:
    """Draw the code while the letter is being sent, so that it is stored in no row and no task."""
    code.drawn = draw(code, now)


def _render(code: SignInCode, language: str, zone: str) -> Rendered:
    if code.drawn is None:
        raise RuntimeError("the code is drawn before its letter is written")
    minutes = code.minutes_left(now=code.drawn.at)
    return sign_in_code(code.drawn, minutes=minutes, language=language, zone=zone)


def register() -> None:
    """Register the letters with the ledger."""
    kinds.register(KIND, still_owed=_still_owed, render=_render, is_urgent=True, before_sending=_draw)
