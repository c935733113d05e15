"""Names at every door: form, importer, wiki, desk, database; and how they are shown."""

import importlib
from pathlib import Path

import pytest
from django import forms
from django.apps import apps
from django.conf import settings
from django.db import IntegrityError, connection, models, transaction
from django.urls import reverse

from letsconnect.base.fields import LineField, LineFormField, mend_lines
from mailings.rendering import render_letter
from registrations.accounts.wikimedia.profile import Profile, ProfileUnclear, read_profile
from registrations.accounts.wikimedia.signing_in import sign_in_with_wikimedia
from registrations.models import (
    Group,
    GroupAlias,
    ImportUpload,
    Member,
    Registration,
    SensitiveAnswer,
    SkillName,
    Wish,
)
from registrations.skills import arranging
from registrations.tests.factories import NOW, make_member, make_registration

BROKEN = ["\u3164", "\u2800", "Ana\nB", "Ana\u202eB", "\u0301", "Ana\u200b", "\u2066Ana", "A\x07", "\u200d"]
RULES = {
    "registrations_member_name_can_be_seen": (Member, "name"),
    "registrations_lines_can_be_seen": (Registration, "name"),
    "registrations_wish_why_can_be_seen": (Wish, "why"),
    "registrations_skill_name_can_be_seen": (SkillName, "text"),
    "registrations_group_name_can_be_seen": (Group, "name"),
    "registrations_group_alias_can_be_seen": (GroupAlias, "text"),
    "registrations_own_words_can_be_seen": (SensitiveAnswer, "words"),
    "registrations_file_name_can_be_seen": (ImportUpload, "file_name"),
    "clinics_title_can_be_seen": (apps.get_model("clinics", "ClinicText"), "title"),
    "mailings_subject_can_be_seen": (apps.get_model("mailings", "NewsletterVersion"), "subject"),
    "mailings_title_can_be_seen": (apps.get_model("mailings", "NewsletterSection"), "title"),
    "mailings_sent_subject_can_be_seen": (apps.get_model("mailings", "NewsletterBody"), "subject"),
    "mailings_consent_in_words_can_be_seen": (apps.get_model("mailings", "Subscription"), "source_text"),
    "trust_who_can_be_seen": (apps.get_model("trust", "Report"), "who"),
}


def write_past_the_model(table, column, key, text):
    """Write as a program would that knows nothing of our fields."""
    with connection.cursor() as cursor:
        cursor.execute(f'UPDATE "{table}" SET "{column}" = %s WHERE id = %s', [text, key])


@pytest.mark.django_db
@pytest.mark.parametrize("text", BROKEN)
def test_the_database_refuses_a_name_that_is_no_visible_line(text):
    member = make_member(name="Ana")

    with pytest.raises(IntegrityError, match="registrations_member_name_can_be_seen"), transaction.atomic():
        write_past_the_model("registrations_member", "name", member.pk, text)


@pytest.mark.django_db
@pytest.mark.parametrize("column", ["name", "group_other", "topic_other", "contact_text", "wikimedia_username"])
def test_the_database_refuses_it_in_every_line_of_a_registration(column):
    registration = make_registration()

    with pytest.raises(IntegrityError, match="registrations_lines_can_be_seen"), transaction.atomic():
        write_past_the_model("registrations_registration", column, registration.pk, "Ana\u202e")


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["", "علی\u200cرضا", "ශ්\u200dරී", "葛\U000e0100城", "👩\u200d💻", "!?", "O'Brien"])
def test_the_database_takes_what_people_are_called(text):
    member = make_member(name="Ana")

    write_past_the_model("registrations_member", "name", member.pk, text)

    member.refresh_from_db()
    assert member.name == text


@pytest.mark.django_db
@pytest.mark.parametrize("rule", RULES)
def test_every_line_others_read_is_held_to_it(rule):
    model, column = RULES[rule]

    assert isinstance(model._meta.get_field(column), LineField)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", [rule])
        [[definition]] = cursor.fetchall()
    assert definition.count(f"{column})::text ~") + definition.count(f"{column} ~") >= 2


# Columns of one line that no person writes: codes, hashes, states in words.
CODES = {"zone", "language", "code", "verb", "was", "became", "public_id", "number", "digest", "fingerprint"}
CODES |= {"version", "step", "browser", "detail", "meeting_link", "told", "gathering"}
CODES |= {"object_type", "kind", "key", "about_type", "message_id", "claimed_by", "reason", "answer", "address_hash"}
CODES |= {
    "code_hash",
    "link_hash",
    "leads_to",
    "network",
    "option",
    "failure",
    "encoding",
    "wikidata_id",
    "left_out",
    "origin",
    "call_link",
    "quiz_link",
    "url",
    "slug",
    "reminder",
    "email",
}
CODES |= {"cancel_reason", "password", "address", "table", "query"}


def test_every_column_of_one_line_is_a_line_or_a_code():
    ours = ("letsconnect.base", "trust", "registrations", "mailings", "matching", "clinics")
    unlined = {
        f"{model.__name__}.{field.name}"
        for model in apps.get_models()
        if model.__module__.startswith(ours)
        for field in model._meta.concrete_fields
        if isinstance(field, models.CharField) and not isinstance(field, (LineField, models.EmailField))
        if not field.choices and not CODES & {field.name, field.name.split("_")[-1]}
    }

    assert unlined - {"RoleName.text"} == set()  # our own seed


TYPED_CODES = {"code", "word", "account", "seen", "q", "link", "starts_at", "person", "zone"}


def test_every_field_of_one_line_that_people_fill_in_is_cleaned():
    root = Path(settings.BASE_DIR)
    for path in [*root.glob("*/**/*forms*.py"), *root.glob("*/**/forms/*.py")]:
        if not {".venv", "node_modules", "tests"} & set(path.parts):
            importlib.import_module(".".join(path.relative_to(root).with_suffix("").parts))

    def below(form):
        return {form}.union(*(below(one) for one in form.__subclasses__()))

    plain = {
        f"{form.__module__}.{form.__name__}.{name}"
        for form in below(forms.BaseForm)
        if form.__module__.startswith(("registrations", "matching", "clinics", "mailings", "trust", "letsconnect"))
        and ".tests." not in form.__module__
        for name, field in getattr(form, "base_fields", {}).items()
        if type(field) is forms.CharField and type(field.widget) is forms.TextInput and name not in TYPED_CODES
    }

    assert plain == set()
    assert LineFormField in {
        type(field) for form in below(forms.BaseForm) for field in getattr(form, "base_fields", {}).values()
    }


@pytest.mark.django_db
def test_a_name_nobody_sees_is_refused_at_the_form(client):
    member = make_member()
    make_registration(member=member)
    client.force_login(member)
    url = reverse("registrations:registration-step", args=["you"])

    page = client.post(url, {"name": "\u3164\u200d"})

    assert page.status_code == 422
    assert "can be seen" in str(page.context["page"].form.errors["name"])


@pytest.mark.django_db
def test_a_name_from_the_wiki_is_a_line_and_a_name_nobody_sees_is_none():
    profile = Profile(sub="1", username="سارة\u202e\u200e")
    member = sign_in_with_wikimedia(profile=profile, language="en", zone="UTC", now=NOW).member

    member.refresh_from_db()
    assert member.name == "سارة"
    with pytest.raises(ProfileUnclear):
        read_profile({"sub": "2", "username": "\u3164", "blocked": False})


@pytest.mark.django_db
def test_whatever_way_a_name_is_written_it_is_cleaned():
    member = make_member(name="A\u202ena\nB")
    Member.objects.filter(pk=member.pk).update(name="B\u200bo\r\nC")
    member.refresh_from_db()

    assert member.name == "Bo C"
    assert Member.objects.filter(name="Bo\u202e C").get() == member


@pytest.mark.django_db
def test_names_from_before_the_rule_are_mended():
    member = make_member(name="Ana")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE registrations_member DROP CONSTRAINT registrations_member_name_can_be_seen")
    write_past_the_model("registrations_member", "name", member.pk, "Ana\n\u202eB")
    unseen = make_member(name="B")
    write_past_the_model("registrations_member", "name", unseen.pk, "\u3164")

    assert mend_lines(Member, "name") == 2
    assert set(Member.objects.filter(pk__in=(member.pk, unseen.pk)).values_list("name", flat=True)) == {"Ana B", ""}
    assert str(Member.objects.get(pk=unseen.pk)) == unseen.public_id


@pytest.mark.django_db
def test_pages_letters_and_subjects_isolate_a_name(client, coordinator):
    member = make_member(name="سارة (2)")
    make_registration(member=member, name="سارة (2)", state="submitted")
    client.force_login(coordinator)

    page = client.get(reverse("admin:registrations_registration_changelist"), {"show": "all"}).content.decode()
    assert "\u2068سارة (2)\u2069" in page

    name = Member.objects.get(pk=member.pk).name
    for template in ("matching/emails/connected", "matching/emails/thanks"):
        letter = render_letter(template, {"name": name, "other": name, "skill": "Surveys"}, language="en", zone="UTC")
        for part in (letter.text, letter.html):
            assert part.count("سارة (2)") == part.count("\u2068سارة (2)\u2069") > 0
        assert "\u2068سارة (2)\u2069" in letter.subject


@pytest.mark.django_db
def test_a_field_shows_a_name_as_it_was_written(client):
    member = make_member(name="سارة")
    make_registration(member=member, name="سارة")
    client.force_login(member)

    page = client.get(reverse("registrations:registration-step", args=["you"])).content.decode()

    assert 'value="سارة"' in page


def test_a_skill_keeps_its_joiners():
    assert arranging._clean("ශ්\u200dරී ලංකා") == "ශ්\u200dරී ලංකා"
