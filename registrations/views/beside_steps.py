"""What a page of the form says beside its questions: that it was saved, and which languages somebody may speak."""

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation.trans_real import parse_accept_lang_header

from registrations.answers.forms.page import StepPage
from registrations.domain.registrations import RegistrationState
from registrations.models import Registration
from registrations.participation.next_round import takes_part, why_not
from registrations.reference.finding import Found
from registrations.reference.finding_languages import LanguageFinder, likely_languages
from registrations.requests import MemberRequest

_LIKELY_AT_MOST = 5


def languages_to_offer(request: MemberRequest, page: StepPage, country: str) -> list[Found]:
    """Return the languages that somebody most likely speaks and that no row names yet."""
    browser = [code for code, _weight in parse_accept_lang_header(request.headers.get("Accept-Language", ""))]
    rows = page.rows["languages"]
    finder = LanguageFinder()
    named = {finder.value_of(str(row["code"].value() or ""), request.LANGUAGE_CODE) for row in rows}
    codes = likely_languages(browser=browser, country=country, account=request.user.language)
    return [finder.as_choice(code, request.LANGUAGE_CODE) for code in codes if code not in named][:_LIKELY_AT_MOST]


def saved_text(saved: Registration) -> str:
    """Say that it is saved, and what that means for its state."""
    today = timezone.now().date()
    if saved.state == RegistrationState.APPROVED and takes_part(saved, on=today):
        return _("Saved. Your registration stays approved, and the next matching uses what you changed.")
    if saved.state == RegistrationState.APPROVED:
        return " ".join([_("Saved. Your registration stays approved."), why_not(saved, on=today)])
    if saved.state == RegistrationState.SUBMITTED:
        return _("Saved. Your registration waits for review by the working group.")
    if saved.state == RegistrationState.DRAFT:
        return _("Saved. Nobody sees it until you send it; you can go on whenever you like.")
    return _("Saved, and not sent yet; you can go on whenever you like.")
