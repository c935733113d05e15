"""What a registration still needs before it can be reviewed, decided from its facts and the eligibility rules."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from registrations.domain import registrations
from registrations.domain.agreements import ConsentDocument
from registrations.domain.eligibility import Rules, problems
from registrations.domain.facts import RegistrationFacts
from registrations.domain.registrations import BabelLevel, ContactWay

SAY_HOW = gettext_lazy("Please write how a match may reach you.")


@dataclass(frozen=True)
class Missing:
    """One thing to do: where (a form field or kind of rows), and what."""

    field: str
    text: str


def missing(facts: RegistrationFacts, rules: Rules) -> list[Missing]:
    """Return what keeps the registration from being reviewed, in the order of the form; empty if nothing does."""
    return [*_about_the_person(facts), *_about_the_rows(facts), *_the_rest(facts, rules)]


def _about_the_person(facts: RegistrationFacts) -> list[Missing]:
    missing = []
    if not facts.name:
        missing.append(Missing("name", _("Please give a name to show.")))
    if not facts.country:
        missing.append(Missing("country", _("Please choose your country or territory.")))
    elif not facts.region:
        missing.append(Missing("region", _("Your country has no region of its own here. Please choose one.")))
    return missing


def _about_the_rows(facts: RegistrationFacts) -> list[Missing]:
    missing = []
    if not any(language.level >= registrations.MIN_SHARED_LEVEL for language in facts.languages):
        text = _("Please name at least one language that you speak at level %(level)s or better.")
        missing.append(Missing("languages", text % {"level": BabelLevel.INTERMEDIATE.value}))
    if not facts.offers and not facts.wishes:
        missing.append(Missing("offers", _("Please name one skill that you want to learn or can share.")))
    if not facts.zone:
        text = _("Please choose your time zone; your free hours mean nothing without it.")
        missing.append(Missing("zone", text))
    if sum(window.end - window.start for window in facts.windows) < registrations.MIN_FREE_MINUTES:
        missing.append(Missing("windows", _("Please name at least two free hours of the week.")))
    return missing


def _the_rest(facts: RegistrationFacts, rules: Rules) -> list[Missing]:
    missing = []
    if facts.contact_way != ContactWay.EMAIL and not facts.contact_text:
        missing.append(Missing("contact_text", str(SAY_HOW)))
    missing += [Missing(field, text) for field, text in problems(facts, rules).items()]
    if ConsentDocument.PRIVACY_NOTICE not in facts.consents:
        missing.append(Missing("agrees_to_privacy", _("We need your agreement to keep what you wrote here.")))
    return missing
