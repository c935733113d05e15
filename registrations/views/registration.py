"""One's own registration read back: what is stored, what comes next, and the cards that make matches better."""

from collections.abc import Iterable
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache

from letsconnect.base.pieces import Piece, link_to
from letsconnect.base.requests import noted_on
from letsconnect.base.statements import Statement
from letsconnect.base.ways_to_reach import tells_how_to_reach
from mailings.ledger.reachable import is_written_to
from registrations.answers import facts as stored
from registrations.answers import readback, readiness
from registrations.answers.cards_elsewhere import CardElsewhere, card_before
from registrations.answers.forms import steps
from registrations.answers.forms.steps import FormStep
from registrations.answers.kinds import Words
from registrations.answers.question_rows import Question
from registrations.domain.eligibility import Rules
from registrations.domain.facts import RegistrationFacts
from registrations.domain.registrations import RegistrationState
from registrations.models import Eligibility, Member, Registration
from registrations.participation.next_round import next_round
from registrations.requests import MemberRequest, is_signed_in
from registrations.review.what_next import what_next


def redirect_to_sign_in(target: str) -> HttpResponse:
    """Lead to signing in, and then back to ``target``."""
    return redirect(f"{reverse('registrations:sign-in')}?{urlencode({'next': target})}")


@never_cache
def registration_edit(request: HttpRequest) -> HttpResponse:
    """Show every answer of what is handed in, what comes next and the cards; before that, go on where one was."""
    if not is_signed_in(request):
        return redirect_to_sign_in(request.path)
    registration = own_registration(request.user)
    if registration is None or not registration.is_handed_in:
        return redirect(_where_one_was(request, registration))
    return _show(request, registration)


def _where_one_was(request: MemberRequest, registration: Registration | None) -> str:
    """Return the address of the first screen that lacks something; the last one where it was reviewed before."""
    current, is_draft = rules(request), registration is None or registration.state == RegistrationState.DRAFT
    screens, facts = steps.screens(current), facts_of(request.user, registration)
    lacking = {step for _needed, step in missing_with_steps(facts, current)} if is_draft else set()
    return address_of(next((screen for screen in screens if screen in lacking), screens[-1]))


_OWN = Statement(lambda member: Registration.objects.of_member(member))


def own_registration(member: Member) -> Registration | None:
    """Return the member's registration, if there is one."""
    return next(iter(_OWN.rows({"member": member})), None)


def _show(request: MemberRequest, registration: Registration) -> HttpResponse:
    facts = facts_of(request.user, registration)
    current, today = rules(request), timezone.now().date()
    cards = cards_to_come(current)
    card, words = next_card(registration, cards), readback.words_for(facts)
    context = {
        "registration": registration,
        "missing": [
            (needed, address_of(step), step)
            for needed, step in missing_with_steps(facts, current)
            if step is not steps.HAND_IN  # asked for on this page already, as on every other
        ],
        "sections": sections(facts, steps.screens(current), words),
        "cards": card_lines(request.user, facts, cards, words),
        "next_card": card,
        "address_of_next_card": address_of(card) if card else "",
        "holds_words_back": any(tells_how_to_reach(wish.why) for wish in facts.wishes),
        "hides_name": tells_how_to_reach(registration.shown_name),
        "what_next": _what_next(request.user, registration),
        "next_round": next_round(registration, on=today) if registration.state == RegistrationState.APPROVED else "",
    }
    return render(request, "registrations/registration_edit.html", context)


def _what_next(member: Member, registration: Registration) -> list[str]:
    if registration.state != RegistrationState.SUBMITTED:
        return []
    return what_next(now=timezone.now(), is_written_to=is_written_to(member))


def address_of(step: FormStep | CardElsewhere) -> str:
    if isinstance(step, CardElsewhere):
        return f"{reverse(step.page)}?card="
    return link_to("registrations:registration-step", step.name)


def rules(request: HttpRequest) -> Rules:
    """Return the rules of who may take part, read once for each request."""
    noted = noted_on(request)
    if not hasattr(noted, "eligibility"):
        noted.eligibility = Eligibility.objects.current().rules
    current: Rules = noted.eligibility
    return current


class StepReadBack(NamedTuple):
    """One screen or card read back: its address, and its answers in words."""

    step: FormStep | CardElsewhere
    address: str
    answers: list[readback.AnswerInWords]


def sections(facts: RegistrationFacts, screens: Iterable[FormStep], words: Words) -> list[StepReadBack]:
    """Return what each of the screens says, but for what one agrees to."""
    return [_section(step, step.questions, facts, words) for step in screens if step is not steps.HAND_IN]


def cards_to_come(rules: Rules) -> list[FormStep | CardElsewhere]:
    """Return the cards that come after handing in, those on pages of other apps in their turn."""
    cards: list[FormStep | CardElsewhere] = []
    for card in steps.cards_after(rules):
        cards += [*card_before(card.name), card]
    return cards


def card_lines(
    member: Member, facts: RegistrationFacts, cards: Iterable[FormStep | CardElsewhere], words: Words
) -> list[StepReadBack]:
    """Return what each card says that no screen has said, one after the other."""
    return [_read_back(card, member, facts, words) for card in cards]


def _read_back(card: FormStep | CardElsewhere, member: Member, facts: RegistrationFacts, words: Words) -> StepReadBack:
    if isinstance(card, CardElsewhere):
        return StepReadBack(card, address_of(card), [readback.AnswerInWords(str(card.label), card.said(member))])
    return _section(
        card, [question for question in card.questions if question.name not in _SAID_ON_SCREENS], facts, words
    )


_SAID_ON_SCREENS = frozenset(
    name for screen in (steps.YOU, steps.SKILLS, steps.HOURS, steps.HAND_IN) for name in screen.asks
)


def _section(step: FormStep, questions: Iterable[Question], facts: RegistrationFacts, words: Words) -> StepReadBack:
    asked = () if step.is_apart else questions
    return StepReadBack(
        step, address_of(step), [readback.answer_in_words(facts, question, words) for question in asked]
    )


def next_card(registration: Registration, cards: Iterable[FormStep | CardElsewhere]) -> FormStep | CardElsewhere | None:
    """Return the first card that the person has neither answered nor skipped."""
    return next((card for card in cards if card.name not in registration.cards_seen), None)


def facts_of(member: Member, registration: Registration | None) -> RegistrationFacts:
    return stored.facts_of(registration) if registration else stored.facts_to_begin_with(member)


def missing_with_steps(facts: RegistrationFacts, rules: Rules) -> list[tuple[readiness.Missing, FormStep]]:
    """Return what is missing, each with the screen or card that asks for it."""
    return [(needed, steps.step_of(needed.field, rules)) for needed in readiness.missing(facts, rules)]


def progress(
    screens: Iterable[FormStep], missing: Iterable[tuple[readiness.Missing, FormStep]], *, current: FormStep
) -> list[Piece]:
    """Return every screen with whether it is answered: it lacks nothing. The last is not before it is handed in."""
    lacking = {step for _needed, step in missing}
    return [
        Piece(
            {
                "step": screen,
                "number": number,
                "is_done": screen is not steps.HAND_IN and screen not in lacking,
                "is_current": screen is current,
            },
            {},
        )
        for number, screen in enumerate(screens, start=1)
    ]
