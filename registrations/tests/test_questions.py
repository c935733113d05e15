"""Each answer is shown wherever a person or the working group looks for it, or the reason is written here."""

import re
from dataclasses import replace
from datetime import UTC, date, timedelta

import pytest
from django.db import transaction
from django.urls import reverse

from letsconnect.base import personal_columns
from registrations import documents
from registrations.answers import changes, editing, exporting, questions, readback, sensitive, snapshots
from registrations.answers.facts import facts_of
from registrations.answers.forms.steps import CARDS, HAND_IN, HOURS, SKILLS, YOU
from registrations.domain.facts import ROWS, RegistrationFacts, fingerprint
from registrations.models import Group, Registration, Role
from registrations.privacy import my_data
from registrations.tests import factories
from registrations.tests.typing import url

pytestmark = pytest.mark.django_db
STEPS = (YOU, SKILLS, HOURS, HAND_IN, *CARDS)
LATER = factories.NOW + timedelta(days=1)
FACTS = tuple(RegistrationFacts.__dataclass_fields__)
_OF_THE_PORTAL = "a day the portal notes for its own letters"
_ELSEWHERE = "shown at the claims and in the export, not an answer of the form"
EXCUSES = {
    "form": {"consents": "asked by a tick for each document"},
    "read-back": [],
    "changes": [],
    "export": {
        "region_wish": "nobody has asked for it in a table; the matcher reads it",
        "consents": "the table says whether all that is needed was agreed to",
        "imported_address": "of people who have claimed theirs the address of the account is told",
        "still_in_asked_on": _OF_THE_PORTAL,
        "kept_in_by_link_on": _OF_THE_PORTAL,
        "confirmed_on": _OF_THE_PORTAL,
        "review_note": "written by the desk to one person, in no table of many",
    },
    "desk": {
        "wikimedia_username": _ELSEWHERE,
        "imported_address": "of people who have claimed theirs the address of the account is told",
        "still_in_asked_on": _OF_THE_PORTAL,
        "kept_in_by_link_on": _OF_THE_PORTAL,
        "confirmed_on": _OF_THE_PORTAL,
    },
    "my data": [],
}


@pytest.fixture
def registration():
    return factories.make_registration(
        member=factories.make_member(name="Amina", region="MENA", zone="UTC"),
        name="Amina",
        state="submitted",
        offers=["wikidata"],
        wishes=["budgeting"],
        contact_way="talk_page",
        contact_text="User talk:Amina",
        changed_at=LATER,
        confirmed_on=LATER.date(),
        **dict.fromkeys(("still_in_asked_on", "kept_in_by_link_on", "away_until"), date(2026, 12, 1)),
    )


def another(name, value):
    """Return another answer than ``value``, made up from the column; what has no column is written here."""
    rows = {
        "offers": ((factories.make_skill("ocr").pk, 4, True),),
        "wishes": ((factories.make_skill("ocr").pk, 3, "for our archive"),),
        "languages": (("ne", 5, True),),
        "windows": ((600, 720),),
        "consents": ("code_of_conduct", "newsletter", "privacy_notice"),
        "topics": ("education",),
        "zone": "Asia/Kathmandu",
        "imported_address": "another@example.org",
    }
    if name in rows:
        return rows[name]
    field = Registration._meta.get_field(name)
    if field.is_relation:
        made = {
            Group: lambda: Group.objects.create(slug="nepal", name="Wikimedians of Nepal", kind="user_group"),
            Role: lambda: Role.objects.create(slug="librarian"),
        }
        return made[field.related_model]().pk
    if field.choices:
        return next(choice for choice, _label in field.flatchoices if choice not in ("", value))
    if isinstance(value, bool | int):
        return not value if isinstance(value, bool) else value + 1
    return date(2027, 3, 4) if "Date" in field.get_internal_type() else "Something else"


_TABLE = next(table for table in personal_columns.tables() if table.model is Registration)
NOT_ANSWERED = sorted({Registration._meta.get_field(name).attname for name in _TABLE.personal} - set(FACTS))


def save(registration, facts):
    registration.refresh_from_db()
    editing.save_registration(
        member=registration.member,
        facts=facts,
        version=registration.version,
        versions_shown=documents.in_force(on=LATER.date()),
        by=registration.member,
        now=LATER,
    )


def change(registration, name):
    """Store another answer than the one that is stored."""
    facts = facts_of(registration)
    if name in FACTS:
        save(registration, with_another(facts, name))
    else:
        Registration.objects.filter(pk=registration.pk).update(**{name: another(name, getattr(registration, name))})


def not_shown(registration, names, look):
    """Return those of the answers that make no difference to what ``look`` sees."""
    same = look()
    facts = facts_of(registration)
    with transaction.atomic():
        change(registration, "name")
        save(registration, facts)
        assert look() == same  # saving alone makes none; otherwise every answer would seem to be shown
        transaction.set_rollback(True)
    missing = set()
    for name in names:
        with transaction.atomic():
            change(Registration.objects.get(pk=registration.pk), name)
            missing |= {name} if look() == same else set()
            transaction.set_rollback(True)
    return missing


def test_every_answer_is_asked_for_on_the_page_of_its_step(client, registration):
    client.force_login(registration.member)
    pages = {step: client.get(url(step.name)).content.decode() for step in STEPS if step is not HAND_IN}

    asked = {
        name
        for step, page in pages.items()
        for name in step.facts
        if re.search(rf'<(?:input|select|textarea)[^>]* name="{name}(?:"|-)', page)
    }
    assert set(FACTS) - asked == set(EXCUSES["form"])


def test_every_step_has_the_fields_of_its_questions():
    for step in STEPS:
        brought = [name for question in step.questions for name in question.fields if name in step.form.base_fields]
        assert [name for name in step.form.base_fields if name in brought] == brought


def with_another(facts, name):
    return replace(facts, **{name: another(name, getattr(facts, name))})


def test_every_answer_is_read_back(registration):
    asked = [question for step in STEPS if not step.is_apart for question in step.questions]

    def told(facts):
        words = readback.words_for(facts)
        return [readback.answer_in_words(facts, question, words) for question in asked]

    facts = facts_of(registration)

    assert [name for name in FACTS if told(with_another(facts, name)) == told(facts)] == EXCUSES["read-back"]


def test_every_answer_that_changed_is_told_to_the_desk(registration):
    facts = facts_of(registration)

    for name in FACTS:
        before, after = snapshots.as_plain(facts), snapshots.as_plain(with_another(facts, name))
        found = changes.between(before, after, names=snapshots.names_of(before, after), language="en")
        assert found or name in EXCUSES["changes"], name
        assert not any("#" in change.before + change.after for change in found)


def test_every_answer_is_in_the_export_or_excused(registration):
    reader = exporting.Reader(language="en", zone=UTC, sees_addresses=True)

    missing = not_shown(
        registration, (*FACTS, *NOT_ANSWERED), lambda: list(exporting.rows(Registration.objects.all(), reader))
    )

    assert missing == set(EXCUSES["export"])


def test_every_answer_is_on_the_desks_page_of_one_registration_or_excused(client, registration, coordinator):
    def page():
        client.force_login(coordinator)
        html = client.get(reverse("admin:registrations_registration_change", args=[registration.pk])).content.decode()
        return re.sub(r"<[^>]+>|\s+", " ", re.sub(r'<img [^>]*alt="(\w+)"[^>]*>', r"\1", html))  # yes and no are icons

    assert not_shown(registration, (*FACTS, *NOT_ANSWERED), page) == set(EXCUSES["desk"])


def test_every_answer_is_in_my_data(registration):
    def told():
        sections = {section.key: section for section in my_data.everything(registration.member, now=LATER)}
        columns = {item.key: item.shown for row in sections["registration"].rows for item in row}
        return columns | {name: sections[name].rows for name in ROWS}

    before = told()
    facts = facts_of(registration)
    save(registration, replace(facts, **{name: another(name, getattr(facts, name)) for name in FACTS}))
    for name in NOT_ANSWERED:
        change(Registration.objects.get(pk=registration.pk), name)
    registration.member.refresh_from_db()
    registration.member.registration.refresh_from_db()
    after = told()

    same = [name for name in (*FACTS, *NOT_ANSWERED) if name not in after or after[name] == before[name]]
    assert same == EXCUSES["my data"]


def test_my_data_calls_the_voluntary_answers_what_the_form_calls_them(member):
    facts = sensitive.SensitiveFacts(gender="not_listed", gender_words="my own", age="25_34")
    sensitive.answer(
        member=member, facts=facts, seen_fingerprint=fingerprint(sensitive.SensitiveFacts(), sensitive.FACTS), now=LATER
    )

    (row,) = next(section.rows for section in my_data.everything(member, now=LATER) if section.key == "sensitive")

    assert [(item.key, item.label, item.value, item.shown) for item in row] == [
        ("gender", "Gender", "not_listed", "not listed here"),
        ("gender_words", "In my words", "my own", "my own"),
        ("age", "Age", "25_34", "25–34"),
    ]


def test_each_fact_is_asked_by_one_question_of_a_step():
    asked = [name for question in questions.QUESTIONS for name in question.names]

    assert sorted(asked) == sorted(FACTS)
    for question in questions.QUESTIONS:
        step = next(step for step in STEPS if question.name in step.asks)
        for fact in question.columns:
            assert fact.name in step.fields or fact.name == "country"  # of the card about regions
