"""What is stored as a code or in English is shown in the reader's language: each has a name, and pages use it."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from fnmatch import fnmatchcase
from functools import cache
from itertools import product

import pytest
from django.apps import apps
from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation

from clinics.domain.clinics import ClinicState
from letsconnect.base import acts, security_log
from letsconnect.base.acts_in_words import LISTS, VERBS, state_in_words, verb_in_words
from letsconnect.base.labels import without_code
from letsconnect.base.models import DETAILS, Act, MassAct, SecurityEvent, SecurityEventKind
from letsconnect.base.reasons_in_words import WRITTEN_BY_THE_PORTAL, reason_in_words
from letsconnect.base.stored_words import REWORDED, SENTENCES, TEMPLATES, in_words, reading_in_words
from letsconnect.tests.raw_codes import OUR_APPS, raw_codes_in
from letsconnect.translations import FOLDERS
from mailings.domain.subscriptions import BulkList
from mailings.models import Letter
from mailings.tests.factories import make_letter
from registrations.accounts.security_details import DOORS
from registrations.domain.agreements import ConsentDocument
from registrations.domain.registrations import ClosedBy, Region
from registrations.models import ImportUpload
from registrations.privacy import my_data
from registrations.tests.factories import NOW, make_coordinator, make_liaison, make_registration


@cache
def code() -> dict[str, list[ast.AST]]:
    """Every node of each of our files outside tests that may store such words, by the path of the file."""
    paths = [path for folder in FOLDERS for path in (settings.BASE_DIR / folder).rglob("*.py")]
    ours = {path: path.read_text() for path in paths if not {"tests", "migrations"} & set(path.parts)}
    return {
        str(path.relative_to(settings.BASE_DIR)): list(ast.walk(ast.parse(text)))
        for path, text in ours.items()
        if MAY_STORE.search(text) or path.name.endswith("emails.py")
    }


MAY_STORE = re.compile(
    r"verb\b|detail=|reason=|why_void|NotTheOldForm|UnreadableFile|NotOwed|REPLACED|_TOO_MANY|STOPPED|LEFT_OR_PAUSED"
    r"|still_owed|guessed\(|unread\(|reject\("
)


@cache
def named_values() -> dict[str, list[ast.expr]]:
    """What our code hands over, keeps or takes as default under each name."""
    values: dict[str, list[ast.expr]] = defaultdict(list)
    for nodes in code().values():
        for node in nodes:
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


def _calls_that_record(argument: str) -> Iterator[tuple[str, ast.expr]]:
    """Each act that our code writes with this argument: its verb, or how it gets that, and the argument."""
    for nodes in code().values():
        for node in nodes:
            if isinstance(node, ast.Call) and _name_of(node.func) in ("record", "record_each"):
                given = {keyword.arg: keyword.value for keyword in node.keywords}
                if "verb" in given and argument in given:
                    yield ast.unparse(given["verb"]).strip("'"), given[argument]


def test_a_verb_is_always_given_by_its_name_so_that_it_is_found_here():
    functions = [node for nodes in code().values() for node in nodes if isinstance(node, ast.FunctionDef)]
    by_place = {function.name for function in functions if "verb" in [arg.arg for arg in function.args.args]}

    assert by_place == {"verb_in_words", "_check_pace"}  # neither writes an act


# How our code says what an object was or became where that is none of its states, and why each can be read.
VALUES = {
    "channel.language",  # a language, as are the next three
    "person.role",  # a choice of the row
    "text.language",
    "version.language",
    "language",
    "stamp(was)",  # a moment, as is the next
    "stamp(starts_at)",
    "str(was)",  # a number, as are the next two
    "str(capacity)",
    "str(into.pk)",
    "until.isoformat()",  # a day
    "version",  # of a document, as is the next
    "agreement.version",
    "file_format",
    "'yes' if is_findable else 'no'",
    "'yes' if is_shown else 'no'",
    "BulkList.NEWSLETTER.word",  # what somebody chose to get, as are the next two
    "_in_short(before)",
    "_in_short(subscription.lists)",
    "scope",  # a choice of the row, as are the next two
    "closed_by",
    "judged.verdict",
    "act.was",  # the states of an act that is undone
    "act.became",
}
STATE = re.compile(r"(\w+\.)?state|was|becomes?|became|decision|\w+\.[A-Z]+")


@pytest.mark.parametrize("argument", ["was", "became"])
def test_what_an_object_was_or_became_is_a_state_or_can_be_read_in_another_way(argument):
    values = {ast.unparse(value) for _verb, value in _calls_that_record(argument)}

    assert {value for value in values if not STATE.fullmatch(value)} <= VALUES


def test_what_somebody_chose_to_get_is_read_in_the_readers_language():
    assert {chosen.word: chosen.label for chosen in BulkList} == LISTS
    with translation.override("es"):
        labels = [str(chosen.label) for chosen in BulkList]
        assert state_in_words("mailings.subscription", "all") == ", ".join(labels)
        assert state_in_words("mailings.subscription", "newsletter, digest") == f"{labels[0]}, {labels[2]}"
        assert state_in_words("mailings.subscription", "") == ""
        assert state_in_words("clinics.clinic", "ar") == "árabe"


def test_a_reason_is_typed_by_somebody_or_known_to_be_written_by_the_portal():
    typed = re.compile(r"(reason|note|why)(\.strip\(\))?")
    written = {verb for verb, reason in _calls_that_record("reason") if not typed.fullmatch(ast.unparse(reason))}

    assert written == WRITTEN_BY_THE_PORTAL


@pytest.mark.parametrize(
    ("verb", "object_type", "stored", "shown"),
    [
        (
            "change_matching_rules",
            "matching.matchingrules",
            "both_must_approve: False → True, facts_kept_days: 90 → 30",
            "un par de dos regiones necesita una aprobación por cada región: no → sí, "
            "días que se guardan los datos de una ronda: 90 → 30",
        ),
        (
            "review_registration_again",
            "registrations.registration",
            "country, role",
            "país o territorio, función principal",
        ),
        ("export_registrations", "registrations.member", "registrations: 27", "inscripciones: 27"),
        (
            "name_skill",
            "registrations.skill",
            "ar: — → ويكي; es: Wiki, Data → Wikidata",
            "árabe: — → ويكي; español: Wiki, Data → Wikidata",
        ),
        (
            "merge_skill",
            "registrations.skill",
            "→ wikidata; 3 people, 2 offers (1 joined), 4 wishes (0 joined)",
            "→ wikidata; personas: 3, ofertas: 2 (unidas: 1), deseos: 4 (unidos: 0)",
        ),
        ("cancel_clinic", "clinics.clinic", "country, role: no", "country, role: no"),  # typed by somebody
        ("set_eligibility", "lost.table", "a_rule: True", "a rule: sí"),
    ],
)
def test_a_reason_that_the_portal_wrote_is_read_in_the_readers_language(verb, object_type, stored, shown):
    with translation.override("es"):
        assert reason_in_words(verb=verb, object_type=object_type, reason=stored) == shown


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
    roles = {"coordinator", "editor", *(f"liaison {region}" for region in Region.values)}

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
    assert verb_in_words("confirm_by_fax_2") == "confirm by fax 2"
    assert state_in_words("lost.table", "open") == "open"
    assert state_in_words("lost.table", "was_open") == "was open"
    assert state_in_words("matching.match", "2026-03-02T12:00") == "2026-03-02T12:00"
    assert str(MassAct(kind="matching.not_any_more")) == "not any more"
    assert SecurityEvent(detail="by_fax").detail_in_words == "by fax"
    assert without_code("old.csv file") == "old.csv file"


def test_no_row_is_called_by_a_code_and_no_choice_is_labelled_by_one(db):
    """Each row of ours is made in each of its states; one that is called by other rows has nothing to say here."""
    called = {}
    for model in (model for model in apps.get_models() if model._meta.app_label in OUR_APPS):
        for field in (field for field in model._meta.concrete_fields if field.choices):
            for value, label in field.flatchoices:
                with suppress(ObjectDoesNotExist, AttributeError, TypeError, ValueError):
                    called[model._meta.label, field.name, value] = f"{label}, {model(**{field.name: value})}"

    assert {where: words for where, words in called.items() if raw_codes_in(words)} == {}
    assert len(called) > 300


def test_raw_codes_are_found_wherever_a_reader_meets_them():
    page = '<p title="is_open">review_registration and <b>matching.asked_sharer</b> of old.csv for a@b_c.org</p>'
    assert raw_codes_in(page) == {"is_open", "review_registration", "matching.asked_sharer"}
    assert raw_codes_in('<a href="/x_y/" class="field-is_open">Open</a> at https://x.org/a_b') == set()


def test_the_states_of_every_row_are_shown_by_their_labels():
    with translation.override("ar"):
        for model in apps.get_models():
            for field in (field for field in model._meta.concrete_fields if field.name == "state"):
                for value, label in field.flatchoices:
                    assert state_in_words(model._meta.label_lower, value) == str(label) != value
        assert state_in_words("matching.session", "missed") != "missed"  # what came of it stands in a row of its own
        assert state_in_words("registrations.registration", "yes") == "نعم"
    assert state_in_words("clinics.clinic", "12") == "12"


def stored_sentences() -> Iterator[str]:
    """The sentences in English that code stores: why a letter was not sent, why a file or a row of it was refused."""
    for path, nodes in code().items():
        writes_letters = path.endswith(("emails.py", "/letter.py", "/copy_to_oneself.py", "base/reminders.py"))
        for node in nodes:
            if isinstance(node, ast.Return) and node.value and writes_letters:
                yield from _sentences(node.value)
            elif isinstance(node, ast.Call) and node.args and _name_of(node.func) in STORING:
                yield from _sentences(node.args[STORING[_name_of(node.func)]])
            elif isinstance(node, ast.keyword) and node.arg == "reason" and path.startswith("mailings/"):
                yield from _sentences(node.value)
    for name in ("UNREACHABLE", "REPLACED", "NOTHING_NEW", "_TOO_MANY", "STOPPED", "LEFT_OR_PAUSED"):
        yield from (sentence for value in named_values()[name] for sentence in _sentences(value))


# Which argument of these is stored, or raised to be stored.
STORING = {
    "NotTheOldForm": 0,
    "UnreadableFile": 0,
    "NotOwed": 0,
    "CannotBeWritten": 0,
    "_again": 0,
    "reject": 1,
    "append": 0,
    "guessed": 1,
    "unread": 0,
}


def _name_of(called: ast.expr) -> str:
    if isinstance(called, ast.Attribute):
        is_a_list_of_others = called.attr == "append" and _name_of(called.value) != "notes"
        return "" if is_a_list_of_others else called.attr
    return called.id if isinstance(called, ast.Name) else ""


def _sentences(value: ast.expr) -> Iterator[str]:
    """The sentences that an expression can be, if they are not marked for translation; values in them are stars."""
    if isinstance(value, ast.IfExp):
        yield from (*_sentences(value.body), *_sentences(value.orelse))
    elif " " in (text := _pattern(value)) and re.match(r"[A-Za-z]\S* [A-Za-z*]", text):
        yield text


def _pattern(value: ast.expr) -> str:
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add):
        return _pattern(value.left) + _pattern(value.right)
    if isinstance(value, ast.JoinedStr):
        return "".join(map(_pattern, value.values))
    return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else "*"


def test_every_sentence_that_is_stored_in_english_can_be_shown_in_other_languages():
    stored = set(stored_sentences())
    known = [*SENTENCES, *(re.sub(r"%\(\w+\)s", "*", template) for template in TEMPLATES)]

    assert len(stored) > 100
    assert {text for text in stored if not any(fnmatchcase(text, sentence) for sentence in known)} == set()


@pytest.mark.parametrize("language", ["es", "ar", "fr", "pt"])
def test_stored_sentences_are_shown_with_their_values(language):
    values = {"state": "cancelled", "reason": "there is no address", "what": "a PDF", "doubts": "hours guessed"}
    stored = [template % defaultdict(lambda: "7", values) for template in TEMPLATES]

    with translation.override(language):
        shown = [in_words(sentence) for sentence in (*SENTENCES, *stored)]
        state = str(ClinicState.CANCELLED.label)
        assert state in in_words("the clinic is cancelled")
        assert "PDF" in in_words("This is a PDF, not CSV.")
        assert in_words("") == "" and in_words("Smtp: 5.7.1") == "Smtp: 5.7.1"

    assert not [english for english, text in zip((*SENTENCES, *stored), shown, strict=True) if english == text]
    assert in_words("the clinic is cancelled") == "the clinic is cancelled"
    assert set(REWORDED.values()) <= set(SENTENCES)
    assert in_words("the last letter told the same") == "the last email said the same"  # of a row of an earlier version


def test_how_a_cell_was_read_is_shown_with_each_of_its_notes():
    with translation.override("es"):
        assert reading_in_words("nothing – looks like a spreadsheet formula; not taken over") == (
            "nada – parece una fórmula de hoja de cálculo; no se incorpora"
        )
        assert reading_in_words("es 4 – “Klingon” is no language we know; “Espagnol” taken as Spanish") == (
            "es 4 – «Klingon» no es ningún idioma que conozcamos; «Espagnol» se toma como español"
        )
        assert reading_in_words("French 2, Swahili N – fluent").startswith("francés 2, suajili N")
        assert reading_in_words("English speakers, 12") == "English speakers, 12"
        assert "horas supuestas" in reading_in_words("Mon 9–12 – “mornings”: hours guessed, taken for every day")
        assert reading_in_words("blank row") == "fila vacía"
        assert reading_in_words("Ana – Paz") == "Ana – Paz"


@pytest.mark.django_db
def test_why_a_letter_was_not_sent_and_a_file_refused_is_read_in_the_readers_language(client):
    reader = make_coordinator(language="es")
    letter = make_letter(to=make_liaison("SSA"))
    Letter.objects.update(state="skipped", reason="the clinic is cancelled")
    letter.refresh_from_db()
    upload = ImportUpload.objects.create(
        file_name="old.csv",
        size=1,
        state="failed",
        uploaded_by=reader,
        uploaded_at=NOW,
        asked_at=NOW,
        failure="The file is empty.",
        notes=["Columns missing: Time zone."],
        counts={"rows": 1},
        lines=[[2, "", "", "rejected", "blank row"]],
    )
    client.force_login(reader)

    letters = client.get(reverse("admin:mailings_letter_changelist"), headers={"accept-language": "es"})
    page = client.get(
        reverse("admin:registrations_importupload_change", args=[upload.pk]), headers={"accept-language": "es"}
    )
    brought = client.post(
        reverse("admin:registrations_importupload_add"),
        {"file": SimpleUploadedFile("old.csv", b"%PDF")},
        headers={"accept-language": "es"},
    )

    with translation.override("es"):
        for response, stored in (
            (letters, letter.reason),
            (page, upload.failure),
            (page, upload.notes[0]),
            (page, "blank row"),
            (brought, "This is a PDF, not CSV."),
        ):
            assert in_words(stored) in response.content.decode()
            assert stored not in response.content.decode()


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
