"""One step of the registration: show it, change it, save it on its own."""

from dataclasses import replace
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from letsconnect.base.keys import key_or_none
from letsconnect.base.network import network_of
from letsconnect.base.templatetags.when import when
from registrations.answers import editing, readback, readiness, sensitive, visitors
from registrations.answers.facts import subscriptions_to_the_newsletter
from registrations.answers.forms import steps
from registrations.answers.forms.cards import NewsletterForm
from registrations.answers.forms.fields import ConsentsForm, GroupForm, WhenForm
from registrations.answers.forms.page import SHORTCUTS, SkillsPage, StepPage, page_of, with_looked_up_group
from registrations.answers.forms.steps import FormStep
from registrations.documents import NewerVersion
from registrations.domain.facts import RegistrationFacts, fingerprint
from registrations.domain.registrations import RegistrationState, SkillRefused, StaleForm
from registrations.models import Registration
from registrations.models.visitor_answers import KEPT_FOR
from registrations.requests import MemberRequest, is_signed_in
from registrations.skills import arranging
from registrations.views import after_card
from registrations.views.beside_steps import languages_to_offer, saved_text
from registrations.views.registration import (
    address_of,
    card_lines,
    cards_to_come,
    facts_of,
    missing_with_steps,
    own_registration,
    progress,
    redirect_to_sign_in,
    rules,
    sections,
)

STORED = "stored"
CONFLICT, UNPROCESSABLE = 409, 422


def keep_typed(request: HttpRequest, step: str) -> HttpResponse:
    """Store unsaved answers and show them again, after signing in if the session had ended.

    Answers to the voluntary questions are not stored, because the stored answers lead to a person. Answers that cannot
    be stored are shown on the page that says so.
    """
    typed = request.POST.copy()
    typed.pop("csrfmiddlewaretoken", None)
    member = request.user if request.user.is_authenticated else None
    address = reverse("registrations:registration-step", args=[step])
    response = redirect(address) if member else redirect_to_sign_in(address)
    if _step(request, step).is_apart:
        return response
    try:
        browser = visitors.keep_answers(
            browser=request.COOKIES.get(visitors.COOKIE, "")[:64],
            step=step,
            typed=typed.urlencode(),
            network=network_of(request),
            member=member,
            now=timezone.now(),
        )
    except visitors.TooMuchToKeep as error:
        why = " ".join([str(error), _("Your session had ended, so nothing was saved.")])
        context = {"why": why, "typed": _words_typed(request)}
        return render(request, "registrations/not_kept.html", context, status=413)
    if member is None:
        messages.info(request, _("Your session had ended. Sign in again: what you wrote is kept for a day."))
    response.set_cookie(
        visitors.COOKIE, browser, max_age=KEPT_FOR, secure=settings.IS_HTTPS, httponly=True, samesite="Lax"
    )
    return response


@never_cache
def registration_step(request: HttpRequest, step: str) -> HttpResponse:
    """Show one screen or card with the stored answers; POST saves it, or changes the page and saves nothing."""
    if step in steps.FORMER:
        return _lead_from_former(request, step)
    shown = _step(request, step)
    if not is_signed_in(request):
        return keep_typed(request, step) if request.method == "POST" else redirect_to_sign_in(request.path)
    registration = own_registration(request.user)
    if shown is steps.HAND_IN and registration is not None and registration.is_handed_in:
        return redirect("registrations:registration-edit")
    if request.method == "POST":
        if request.POST.get("go") == "skip":
            return _lead_on(request, shown, registration)
        page = _page(request, shown, registration, request.POST)
        changed = _changed(request, page)
        return _show(request, changed, registration) if changed else _save(request, page, registration)
    typed = _kept(request, step)
    return _show(request, _page(request, shown, registration, QueryDict(typed) if typed else None), registration)


def _lead_from_former(request: HttpRequest, step: str) -> HttpResponse:
    """Lead from a page of the earlier form to where its questions are now; what was typed into it is shown."""
    address = reverse("registrations:registration-step", args=[steps.FORMER[step]])
    if request.method != "POST":
        return redirect(address, permanent=True)
    why = _("This form was rebuilt after you opened it, so what you wrote is not saved.")
    return render(
        request,
        "registrations/not_kept.html",
        {"why": why, "typed": _words_typed(request), "go_on": address},
        status=409,
    )


def _words_typed(request: HttpRequest) -> list[tuple[str, str]]:
    """Return what was typed into a form, to be read and copied."""
    hidden = {"csrfmiddlewaretoken", "seen", "go"}
    return [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if value.strip() and name not in hidden
    ]


def _kept(request: MemberRequest, step: str) -> str:
    """Return what the member typed and did not save, and say so; say it too if only somebody else's text waits."""
    browser, now = request.COOKIES.get(visitors.COOKIE, ""), timezone.now()
    typed, waits_for_another = visitors.kept_answers(browser=browser, step=step, member=request.user, now=now)
    if typed:
        messages.info(request, _("This is what you wrote before. It is not saved yet."))
    elif waits_for_another:
        text = _(
            "Somebody wrote something here before signing in. It waits for a day and is shown only to whoever signs in "
            "with the address they gave. If that was you, sign out, and sign in with that address."
        )
        messages.info(request, text)
    return typed


def _step(request: HttpRequest, name: str) -> FormStep:
    if not steps.is_step(name):
        raise Http404
    return steps.step_named(name, rules(request))


def _page(
    request: MemberRequest, step: FormStep, registration: Registration | None, data: QueryDict | None
) -> StepPage:
    facts = sensitive.answers_of(request.user) if step.is_apart else facts_of(request.user, registration)
    page = page_of(step, facts=facts, data=data)
    if isinstance(page.form, WhenForm):
        page.form.guess(request.user.zone)
    if isinstance(page.form, ConsentsForm):
        page.form.say_when(request.user.consents.given(), when)
    if isinstance(page.form, NewsletterForm):
        page.form.say_when(subscriptions_to_the_newsletter(request.user), when)
    return page


def _changed(request: MemberRequest, page: StepPage) -> StepPage | None:
    """Return the page as changed by a button that saves nothing, or None for a button that saves."""
    if isinstance(page.form, GroupForm) and "look_up" in request.POST:
        return with_looked_up_group(page)
    if request.POST.get("more", "") in page.rows:
        return page.with_row(request.POST["more"])
    if "languages" in page.rows and "add_language" in request.POST:
        return page.with_row("languages", code=request.POST["add_language"])
    if "windows" in page.rows and request.POST.get("shortcut") in SHORTCUTS:
        day, start, end = SHORTCUTS[request.POST["shortcut"]]
        return page.with_row("windows", day=day, start=start, end=end)
    return _changed_by_skill(request, page) if isinstance(page, SkillsPage) else None


def _changed_by_skill(request: MemberRequest, page: SkillsPage) -> StepPage | None:
    for button, rows in (("learn", "wishes"), ("share", "offers")):
        if button in request.POST:
            return page.with_skill(request.POST[button], to=rows)
    if "remove" in request.POST:
        return page.without(request.POST["remove"])
    if request.POST.get("suggest", "") in page.rows:
        try:
            skill = arranging.suggest_skill(
                name=page.searched, language=request.LANGUAGE_CODE, by=request.user, now=timezone.now()
            )
        except SkillRefused as error:
            page.form.add_error("skill_text", str(error))
            return page
        return page.with_skill(str(skill.pk), to=request.POST["suggest"])
    return page if "look_up" in request.POST else None


def _save(request: MemberRequest, page: StepPage, registration: Registration | None) -> HttpResponse:
    if not page.is_valid():
        return _show(request, page, registration, status=UNPROCESSABLE)
    values = _chosen(request, page)
    if _must_be_whole(request, page, registration) and isinstance(page.facts, RegistrationFacts):
        lacking = readiness.missing(replace(page.facts, **values), rules(request))
        page.add_missing([missing for missing in lacking if missing.field in page.step.fields])
        if page.is_refused:
            return _show(request, page, registration, status=UNPROCESSABLE)
    try:
        saved = _write(request, page, values)
    except NewerVersion as refusal:
        return _ask_again(request, page, refusal)
    except StaleForm:
        return _show_stale(request, page, values)
    visitors.forget_kept(browser=request.COOKIES.get(visitors.COOKIE, ""), step=page.step.name, member=request.user)
    if page.step is steps.HAND_IN:
        return _after_handing_in(request, saved)
    return _lead_on(request, page.step, saved)


def _must_be_whole(request: MemberRequest, page: StepPage, registration: Registration | None) -> bool:
    """Tell whether this save may leave nothing out.

    A draft is saved incomplete by whoever goes back or stops for today; who goes on is told what is missing first.
    """
    is_draft = registration is None or registration.state == RegistrationState.DRAFT
    return not is_draft or (request.POST.get("go", "on") == "on" and page.step in steps.screens(rules(request)))


def _write(request: MemberRequest, page: StepPage, values: dict[str, Any]) -> Registration | None:
    now = timezone.now()
    if page.step.is_apart:
        sensitive.answer(
            member=request.user, facts=sensitive.SensitiveFacts(**values), seen_fingerprint=page.seen, now=now
        )
        return own_registration(request.user)
    shown = page.form.versions_shown if isinstance(page.form, ConsentsForm) else editing.NOTHING_SHOWN
    if page.step is steps.HAND_IN:
        version = key_or_none(request.POST.get("version", ""))
        return editing.agree_and_hand_in(
            member=request.user,
            consents=values["consents"],
            version=-1 if version is None else version,
            versions_shown=shown,
            by=request.user,
            now=now,
        )
    return editing.save_step(
        member=request.user,
        values=values,
        seen_fingerprint=page.seen,
        versions_shown=shown,
        by=request.user,
        now=now,
    )


def _after_handing_in(request: MemberRequest, saved: Registration | None) -> HttpResponse:
    """Say that it is handed in, or show what is missing on other screens; the agreement given here is kept."""
    if saved is not None and saved.is_handed_in:
        messages.success(request, _("Thank you! Your registration is sent."))
        return redirect("registrations:registration-edit")
    messages.error(request, _("Something is still missing. See the list below."))
    return _show(request, _page(request, steps.HAND_IN, saved, None), saved, status=UNPROCESSABLE)


def _chosen(request: MemberRequest, page: StepPage) -> dict[str, Any]:
    """Return what to save: what was typed, or what was chosen if two tabs differed."""
    values = page.values()
    for question in page.step.questions:
        if request.POST.get(f"choose-{question.name}") == STORED:
            values |= {name: getattr(page.facts, name) for name in question.names}
    return values


def _lead_on(request: MemberRequest, step: FormStep, saved: Registration | None) -> HttpResponse:
    """Go on to the next screen or card, back to the screen before, or to the read-back after a change."""
    current, go = rules(request), request.POST.get("go", "")
    if step not in steps.screens(current):
        said = saved_text(saved) if saved is not None and go != "skip" and not step.is_apart else ""
        return after_card.lead_on(request, step.name, saved, said=said)
    is_draft = saved is None or saved.state == RegistrationState.DRAFT
    if saved is not None and (go == "later" or not is_draft):
        messages.success(request, saved_text(saved))
    target = {"on": steps.after(step, current), "back": steps.before(step, current)}.get(go)
    if target is not None and (is_draft or go == "back"):
        return redirect(address_of(target))
    return redirect("home" if is_draft and go == "later" else "registrations:registration-edit")


def _ask_again(request: MemberRequest, page: StepPage, refusal: NewerVersion) -> HttpResponse:
    """Show what was typed, with a sentence at each document that has a newer version by now and is no longer ticked."""
    registration = own_registration(request.user)
    if isinstance(page.form, ConsentsForm):
        data = page.form.asked_again(refusal.outdated)
        data["seen"] = _page(request, page.step, registration, None).seen
        concerned = page.form.fields_of(refusal.outdated)
        page = _page(request, page.step, registration, data)
        page.is_valid()
        for name in concerned:
            page.form.add_error(name, str(refusal))
    return _show(request, page, registration, status=UNPROCESSABLE)


def _show_stale(request: MemberRequest, page: StepPage, values: dict[str, Any]) -> HttpResponse:
    """Show what was saved elsewhere meanwhile: read back once more, or beside what was typed."""
    if page.step is not steps.HAND_IN:
        return _show_both(request, page, values)
    messages.warning(request, _("It was changed in another window. Please read it once more before you send it."))
    return _show(request, page, own_registration(request.user), status=CONFLICT)


def _show_both(request: MemberRequest, page: StepPage, values: dict[str, Any]) -> HttpResponse:
    """Show what another window stored beside what was typed, question by question; nothing is overwritten."""
    fresh = _page(request, page.step, own_registration(request.user), None)
    typed = replace(fresh.facts, **values)
    stored_words, typed_words = readback.words_for(fresh.facts), readback.words_for(typed)
    differing = [
        (
            question.name,
            readback.answer_in_words(fresh.facts, question, stored_words),
            readback.answer_in_words(typed, question, typed_words),
        )
        for question in page.step.questions
        if any(getattr(fresh.facts, name) != getattr(typed, name) for name in question.names)
    ]
    dropped = {"csrfmiddlewaretoken", "seen"}
    context = {
        "step": page.step,
        "differing": differing,
        "seen": fingerprint(fresh.facts, page.step.facts),
        "typed": [
            (name, value)
            for name, values in request.POST.lists()
            if name not in dropped and not name.startswith("choose-")
            for value in values
        ],
    }
    return render(request, "registrations/registration_stale.html", context, status=409)


def _show(
    request: MemberRequest, page: StepPage, registration: Registration | None, *, status: int = 200
) -> HttpResponse:
    # The page was made from what is stored, but for the voluntary questions and where it was changed meanwhile.
    own = page.facts if isinstance(page.facts, RegistrationFacts) and status != CONFLICT else None
    stored = own or facts_of(request.user, registration)
    current = rules(request)
    if isinstance(page, SkillsPage):
        page.add_hints(request.user)
    missing, in_order = missing_with_steps(stored, current), steps.screens(current)
    is_draft = registration is None or registration.state == RegistrationState.DRAFT
    is_asked = "missing" in request.GET and page.data is None  # what is stored says nothing of what was typed since
    context = {
        "page": page,
        "step": page.step,
        "number": in_order.index(page.step) + 1 if page.step in in_order else 0,
        "steps": progress(in_order, missing, current=page.step),
        "previous": steps.before(page.step, current),
        "lacking": [needed for needed, step in missing if is_asked and step is page.step],
        "refused_rows": page.rows.values() if status == UNPROCESSABLE else None,
        "is_new": is_draft,
        "is_screen": page.step in in_order,
        "is_handed_in": registration is not None and registration.is_handed_in,
    }
    if page.step.name == "you":
        context["likely_languages"] = languages_to_offer(request, page, stored.country)
    if page.step is steps.HAND_IN:
        words = readback.words_for(stored)
        context |= {
            "registration": registration,
            "missing": [(needed, address_of(step), step) for needed, step in missing if step is not page.step],
            "sections": sections(stored, in_order, words),
            "cards": [] if is_draft else card_lines(request.user, stored, cards_to_come(current), words),
        }
    return render(request, page.step.template, context, status=status)
