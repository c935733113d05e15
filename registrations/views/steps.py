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
from django.utils.translation.trans_real import parse_accept_lang_header
from django.views.decorators.cache import never_cache

from letsconnect.base.network import network_of
from letsconnect.base.templatetags.when import when
from registrations.answers import editing, readback, sensitive, visitors
from registrations.answers.facts import subscriptions_to_the_newsletter
from registrations.answers.forms import steps
from registrations.answers.forms.fields import ConsentsForm, WhenForm, WhoForm
from registrations.answers.forms.page import SHORTCUTS, RowsPage, SkillsPage, StepPage, page_of, with_looked_up_group
from registrations.answers.forms.steps import FormStep
from registrations.documents import NewerVersion
from registrations.domain.facts import RegistrationFacts, fingerprint
from registrations.domain.registrations import RegistrationState, SkillRefused, StaleForm
from registrations.models import Registration
from registrations.models.visitor_answers import KEPT_FOR
from registrations.participation.next_round import takes_part, why_not
from registrations.reference.finding import Found
from registrations.reference.finding_languages import LanguageFinder, language_found, likely_languages
from registrations.requests import MemberRequest, is_signed_in
from registrations.skills import arranging
from registrations.views.registration import facts_of, missing_of, own_registration, progress, redirect_to_sign_in

STORED = "stored"
UNPROCESSABLE = 422
_LIKELY_AT_MOST = 5


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
    if _step(step).is_apart:
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
        rows = [(name, value) for name, values in typed.lists() for value in values if value.strip()]
        return render(request, "registrations/not_kept.html", {"why": str(error), "typed": rows}, status=413)
    if member is None:
        messages.info(request, _("Your session had ended. Sign in again: what you wrote is kept for a day."))
    response.set_cookie(
        visitors.COOKIE, browser, max_age=KEPT_FOR, secure=settings.IS_HTTPS, httponly=True, samesite="Lax"
    )
    return response


@never_cache
def registration_step(request: HttpRequest, step: str) -> HttpResponse:
    """Show one step with the stored answers; POST saves it, or changes the page and saves nothing."""
    shown = _step(step)
    if not is_signed_in(request):
        return keep_typed(request, step) if request.method == "POST" else redirect_to_sign_in(request.path)
    registration = own_registration(request.user)
    if request.method == "POST":
        page = _page(request, shown, registration, request.POST)
        changed = _changed(request, page)
        return _show(request, changed, registration) if changed else _save(request, page, registration)
    typed = _kept(request, step)
    return _show(request, _page(request, shown, registration, QueryDict(typed) if typed else None), registration)


def _kept(request: MemberRequest, step: str) -> str:
    """Return what the member typed and did not save, and say so; say it too if only somebody else's text waits."""
    browser, now = request.COOKIES.get(visitors.COOKIE, ""), timezone.now()
    typed = visitors.kept_answers(browser=browser, step=step, member=request.user, now=now)
    if typed:
        messages.info(request, _("This is what you wrote before. It is not saved yet."))
    elif visitors.is_kept_for_another(browser=browser, step=step, now=now):
        text = _(
            "Somebody wrote something here before signing in. It waits for a day and is shown only to whoever signs in "
            "with the address they gave. If that was you, sign out, and sign in with that address."
        )
        messages.info(request, text)
    return typed


def _step(name: str) -> FormStep:
    if name not in steps.BY_NAME:
        raise Http404
    return steps.BY_NAME[name]


def _page(
    request: MemberRequest, step: FormStep, registration: Registration | None, data: QueryDict | None
) -> StepPage:
    facts = sensitive.answers_of(request.user) if step.is_apart else facts_of(request.user, registration)
    page = page_of(step, facts=facts, data=data)
    if isinstance(page.form, WhenForm):
        page.form.guess(request.user.zone)
    if isinstance(page.form, ConsentsForm):
        page.form.say_when(request.user.consents.given(), subscriptions_to_the_newsletter(request.user), when)
    return page


def _changed(request: MemberRequest, page: StepPage) -> StepPage | None:
    """Return the page as changed by a button that saves nothing, or None for a button that saves."""
    if isinstance(page.form, WhoForm) and "look_up" in request.POST:
        return with_looked_up_group(page)
    if not isinstance(page, RowsPage):
        return None
    if "more" in request.POST:
        return page.with_row()
    if page.kind.fact == "languages" and "add_language" in request.POST:
        return page.with_row(code=request.POST["add_language"])
    if page.step.name == "when" and request.POST.get("shortcut") in SHORTCUTS:
        day, start, end = SHORTCUTS[request.POST["shortcut"]]
        return page.with_row(day=day, start=start, end=end)
    return _changed_by_skill(request, page) if isinstance(page, SkillsPage) else None


def _changed_by_skill(request: MemberRequest, page: SkillsPage) -> StepPage | None:
    if "add" in request.POST:
        return page.with_skill(request.POST["add"])
    if "suggest" in request.POST:
        try:
            skill = arranging.suggest_skill(
                name=page.searched, language=request.LANGUAGE_CODE, by=request.user, now=timezone.now()
            )
        except SkillRefused as error:
            page.form.add_error("skill_text", str(error))
            return page
        return page.with_skill(str(skill.pk))
    return page if "look_up" in request.POST else None


def _save(request: MemberRequest, page: StepPage, registration: Registration | None) -> HttpResponse:
    if not page.is_valid():
        return _show(request, page, registration, status=UNPROCESSABLE)
    values = _chosen(request, page)
    is_handed_in = registration is not None and registration.state != RegistrationState.DRAFT
    if is_handed_in and isinstance(page.facts, RegistrationFacts):
        lacking = missing_of(replace(page.facts, **values))
        page.add_missing([missing for missing in lacking if missing.field in page.step.fields])
        if page.form.errors:
            return _show(request, page, registration, status=UNPROCESSABLE)
    try:
        saved = _write(request, page, values)
    except NewerVersion as refusal:
        return _ask_again(request, page, refusal)
    except StaleForm:
        return _show_both(request, page, values)
    visitors.forget_kept(browser=request.COOKIES.get(visitors.COOKIE, ""), step=page.step.name, member=request.user)
    if saved is not None and saved.state != RegistrationState.DRAFT:
        messages.success(request, _saved_text(saved))
    return redirect(_next(request, page.step, saved))


def _write(request: MemberRequest, page: StepPage, values: dict[str, Any]) -> Registration | None:
    now = timezone.now()
    if page.step.is_apart:
        sensitive.answer(
            member=request.user, facts=sensitive.SensitiveFacts(**values), seen_fingerprint=page.seen, now=now
        )
        return own_registration(request.user)
    return editing.save_step(
        member=request.user,
        values=values,
        seen_fingerprint=page.seen,
        versions_shown=page.form.versions_shown if isinstance(page.form, ConsentsForm) else editing.NOTHING_SHOWN,
        by=request.user,
        now=now,
        step=page.step.name,
    )


def _chosen(request: MemberRequest, page: StepPage) -> dict[str, Any]:
    """Return what to save: what was typed, or what was chosen if two tabs differed."""
    values = page.values()
    for question in page.step.questions:
        if request.POST.get(f"choose-{question.name}") == STORED:
            values |= {name: getattr(page.facts, name) for name in question.names}
    return values


def _next(request: MemberRequest, step: FormStep, saved: Registration | None) -> str:
    """Go on to the next step, back to the one before, or to the read-back after a change and at the end."""
    target = {"on": steps.after(step), "back": steps.before(step)}.get(request.POST.get("go", ""))
    is_new = saved is None or saved.state == RegistrationState.DRAFT
    if target is None or not (is_new or request.POST.get("go") == "back"):
        return reverse("registrations:registration-edit")
    return reverse("registrations:registration-step", args=[target.name])


def _saved_text(saved: Registration) -> str:
    today = timezone.now().date()
    if saved.state == RegistrationState.APPROVED and takes_part(saved, on=today):
        return _("Saved. Your registration stays approved, and the next matching uses what you changed.")
    if saved.state == RegistrationState.APPROVED:
        return " ".join([_("Saved. Your registration stays approved."), why_not(saved, on=today)])
    if saved.state == RegistrationState.SUBMITTED:
        return _("Saved. Your registration waits for review by the working group.")
    if saved.state == RegistrationState.DRAFT:
        return _("Saved. Nobody sees it until you submit it; you can go on whenever you like.")
    return _("Saved, and not submitted yet; you can go on whenever you like.")


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
    facts = page.facts if isinstance(page.facts, RegistrationFacts) else facts_of(request.user, registration)
    if isinstance(page, SkillsPage):
        page.add_hints(request.user)
    missing = missing_of(facts)
    is_asked = "missing" in request.GET and page.data is None  # what is stored says nothing of what was typed since
    context = {
        "page": page,
        "step": page.step,
        "number": steps.STEPS.index(page.step) + 1,
        "steps": progress(missing, registration, current=page.step),
        "previous": steps.before(page.step),
        "lacking": [needed for needed in missing if is_asked and needed.field in page.step.fields],
        "refused_rows": page.rows if isinstance(page, RowsPage) and status == UNPROCESSABLE else None,
        "is_new": registration is None or registration.state == RegistrationState.DRAFT,
        "is_last": steps.after(page.step) is None,
        "likely_languages": _likely_languages(request, page, facts.country),
    }
    return render(request, page.step.template, context, status=status)


def _likely_languages(request: MemberRequest, page: StepPage, country: str) -> list[Found]:
    """Return the languages that somebody most likely speaks and that no row names yet."""
    if not isinstance(page, RowsPage) or page.kind.fact != "languages":
        return []
    browser = [code for code, _weight in parse_accept_lang_header(request.headers.get("Accept-Language", ""))]
    named = {LanguageFinder().value_of(str(row["code"].value() or ""), request.LANGUAGE_CODE) for row in page.rows}
    codes = likely_languages(browser=browser, country=country, account=request.user.language)
    return [language_found(code, request.LANGUAGE_CODE) for code in codes if code not in named][:_LIKELY_AT_MOST]
