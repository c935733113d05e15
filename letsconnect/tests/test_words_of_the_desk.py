"""What is stored as a code or in English is shown in the reader's language: each has a name, and pages use it."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from itertools import product

import pytest
from django.apps import apps
from django.conf import settings
from django.urls import reverse
from django.utils import translation

from letsconnect.base import acts, security_log
from letsconnect.base.acts_in_words import VERBS, state_in_words, verb_in_words
from letsconnect.base.models import DETAILS, Act, SecurityEventKind
from letsconnect.translations import FOLDERS
from registrations.accounts.security_details import DOORS
from registrations.domain.agreements import ConsentDocument
from registrations.domain.registrations import ClosedBy, Region
from registrations.privacy import my_data
from registrations.tests.factories import NOW, make_coordinator, make_liaison, make_registration


@cache
def named_values() -> dict[str, list[ast.expr]]:
    """What our code outside tests hands over, keeps or takes as default under each name."""
    values: dict[str, list[ast.expr]] = defaultdict(list)
    for folder in FOLDERS:
        for path in (settings.BASE_DIR / folder).rglob("*.py"):
            if not {"tests", "migrations"} & set(path.parts):
                for node in ast.walk(ast.parse(path.read_text())):
                    for name, value in _named_by(node):
                        values[name].append(value)
    return values


def _named_by(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(node, ast.keyword) and node.arg:
        yield node.arg, node.value
    elif isinstance(node, ast.Assign) and not isinstance(node.value, ast.Call):
        yield from ((target.id, node.value) for target in node.targets if isinstance(target, ast.Name))
    elif isinstance(node, ast.arguments):
        yield from ((arg.arg, value) for arg, value in zip(node.kwonlyargs, node.kw_defaults, strict=True) if value)


def texts_named(name: str) -> set[str]:
    """The texts among these values; what an f-string fills in is a star."""
    parts = [part for value in named_values()[name] for part in ast.walk(value)]
    filled = [part for part in parts if isinstance(part, ast.JoinedStr)]
    pieces = {id(piece) for text in filled for piece in text.values}
    whole = {part.value for part in parts if isinstance(part, ast.Constant) and id(part) not in pieces}
    patterns = {"".join(p.value if isinstance(p, ast.Constant) else "*" for p in text.values) for text in filled}
    return {text for text in whole if isinstance(text, str)} | patterns


def test_every_verb_of_the_log_of_acts_has_a_name():
    of_documents = {"agree_to_*", "take_back_*"}
    written = {verb for verb in texts_named("verb") if " " not in verb}
    patterns = {verb for verb in written if "*" in verb}

    assert patterns == of_documents
    each_document = {pattern.replace("*", document) for pattern, document in product(patterns, ConsentDocument.values)}
    before_subscriptions = {"agree_to_newsletter", "take_back_newsletter"}  # rows of before still say so
    assert set(VERBS) == written - patterns | each_document | before_subscriptions


def test_every_detail_of_the_security_log_has_a_name():
    written = {detail for detail in texts_named("detail") if detail and "*" not in detail}
    roles = {"coordinator", *(f"liaison {region}" for region in Region.values)}

    assert set(DETAILS) == written | set(DOORS.values()) | roles | set(ClosedBy.values)


@pytest.mark.parametrize("language", ["es", "ar", "fr", "pt"])
def test_names_of_verbs_and_details_are_translated(language):
    english = {**VERBS, **DETAILS}
    del english["Wikimedia"]
    with translation.override("en"):
        untranslated = {key: str(name) for key, name in english.items()}
    with translation.override(language):
        assert [key for key, name in english.items() if str(name) == untranslated[key]] == []


def test_what_no_code_writes_any_more_is_still_readable():
    assert verb_in_words("confirm_by_fax") == "confirm by fax"
    assert state_in_words("lost.table", "open") == "open"


def test_the_states_of_every_row_are_shown_by_their_labels():
    with translation.override("ar"):
        for model in apps.get_models():
            for field in (field for field in model._meta.concrete_fields if field.name == "state"):
                for value, label in field.flatchoices:
                    assert state_in_words(model._meta.label_lower, value) == str(label) != value
        assert state_in_words("matching.session", "missed") != "missed"  # what came of it stands in a row of its own
        assert state_in_words("registrations.registration", "yes") == "نعم"
    assert state_in_words("clinics.clinic", "12") == "12"


@pytest.mark.django_db
def test_the_history_of_a_row_is_read_in_the_readers_language(client):
    registration = make_registration(state="approved")
    acts.record(by=None, verb="review_registration", on=registration, now=NOW, was="submitted", became="approved")
    reader = make_coordinator(language="es")
    client.force_login(reader)

    page = client.get(
        reverse("admin:registrations_registration_history", args=[registration.pk]), headers={"accept-language": "es"}
    ).content.decode()
    with translation.override("es"):
        words = Act.objects.get()
        shown = [words.verb_in_words, words.was_in_words, words.became_in_words]
        mine = str(my_data.everything(registration.member, now=NOW))

    assert all(f"<td>{text}</td>" in page for text in shown)
    assert not {"review_registration", "submitted", "approved"} & set(shown)
    assert f"shown='{shown[0]}'" in mine and f"shown='{shown[2]}'" in mine


@pytest.mark.django_db
def test_the_security_log_is_read_in_the_readers_language(client):
    liaison = make_liaison("SSA")
    kind = SecurityEventKind.ROLE_GIVEN
    event = security_log.record(kind=kind, member=liaison, by=None, detail="liaison SSA", now=NOW)
    client.force_login(make_coordinator(language="fr"))

    pages = [
        client.get(address, headers={"accept-language": "fr"}).content.decode()
        for address in (
            reverse("admin:base_securityevent_changelist"),
            reverse("admin:base_securityevent_change", args=[event.pk]),
        )
    ]
    with translation.override("fr"):
        shown = event.detail_in_words
        mine = str(my_data.everything(liaison, now=NOW))

    assert "Afrique" in shown
    assert all(shown in page and "liaison SSA" not in page for page in pages)
    assert f"shown='{shown}'" in mine
