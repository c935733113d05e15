"""Extracting and compiling translations, and what a translation must keep of its source."""

import ast
import gettext
import re
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from letsconnect.tests.test_conventions import ROOT, our_files, tree_of
from letsconnect.translations import (
    catalog_of,
    compile_stale,
    po_files,
    spaced_as_french,
    template_of,
    untranslated,
    update,
)

LOCALE = Path(settings.LOCALE_PATHS[0])
PLACEHOLDERS = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}|</?[a-z][^>]*>")
TRANSLATES = {"_", "gettext", "ngettext", "pgettext", "npgettext", "gettext_lazy", "ngettext_lazy", "pgettext_lazy"}
TRANSLATION = re.compile(r'^msgstr.*\n(?:".*\n)*', re.MULTILINE)


@pytest.fixture
def tree(tmp_path):
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "page.html").write_text(
        "{% load i18n %}<p>\n      {% translate 'Hello' %}</p>\n  {# Translators: a greeting #}\n"
        "{% blocktranslate with name=user.name %}Dear {{ name }}{% endblocktranslate %}\n"
        "{% blocktranslate count n=3 %}{{ n }} clinic{% plural %}{{ n }} clinics{% endblocktranslate %}"
        '\n{% translate "May" context "month" %}'
    )
    (tmp_path / "clinics").mkdir()
    (tmp_path / "clinics" / "views.py").write_text('from x import gettext as _\n\n_("It is full.")\nother("no")\n')
    (tmp_path / "clinics" / "tests").mkdir()
    (tmp_path / "clinics" / "tests" / "test_x.py").write_text('_("Nor this")\n')
    po = tmp_path / "locale" / "ar" / "LC_MESSAGES" / "django.po"
    po.parent.mkdir(parents=True)
    po.write_text(
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'
        'msgid "Hello"\nmsgstr "مرحبا"\n\nmsgid "Gone"\nmsgstr "ذهب"\n'
    )
    return tmp_path


def test_texts_of_templates_and_code_are_found_with_plurals_and_contexts(tree):
    found = {(message.context, message.id) for message in template_of(tree) if message.id}

    assert found == {
        (None, "Hello"),
        (None, "Dear %(name)s"),
        (None, ("%(n)s clinic", "%(n)s clinics")),
        ("month", "May"),
        (None, "It is full."),
    }


def test_an_update_keeps_what_is_translated_drops_what_is_gone_and_repeats_exactly(tree):
    po = po_files(tree / "locale")[0]
    catalog = update(po, template_of(tree))
    first = po.read_bytes()
    update(po, template_of(tree))

    assert catalog.get("Hello").string == "مرحبا"
    assert "Gone" not in catalog
    assert len(catalog) == 5
    assert po.read_bytes() == first


def test_an_update_spaces_french_as_french_is_outside_tags_and_addresses():
    said = 'Prêt ? « Oui » : <a href="https://x.example/a ?b">lire</a> à 09:00'

    spaced = 'Prêt\u202f? «\u202fOui\u202f»\u202f: <a href="https://x.example/a ?b">lire</a> à 09:00'
    assert spaced_as_french(said) == spaced == spaced_as_french(spaced)


def test_what_is_compiled_can_be_read_and_is_compiled_once(tree):
    update(po_files(tree / "locale")[0], template_of(tree))
    (mo,) = compile_stale(tree / "locale")

    with mo.open("rb") as file:
        assert gettext.GNUTranslations(file).gettext("Hello") == "مرحبا"
    assert compile_stale(tree / "locale") == []


def test_a_check_says_which_languages_are_not_up_to_date(tree, settings):
    settings.BASE_DIR, settings.LOCALE_PATHS = tree, [tree / "locale"]
    stale = po_files(tree / "locale")[0].read_bytes()

    with pytest.raises(CommandError, match=r"make messages.*: ar"):
        call_command("extract_translations", check=True)
    assert po_files(tree / "locale")[0].read_bytes() == stale

    call_command("extract_translations", verbosity=0)
    with pytest.raises(CommandError, match=r"translate what is new: ar"):  # four of its texts have no Arabic yet
        call_command("extract_translations", check=True)

    (tree / "templates" / "page.html").write_text('{% load i18n %}{% translate "Hello" %}')
    (tree / "clinics" / "views.py").unlink()
    call_command("extract_translations", verbosity=0)
    call_command("extract_translations", check=True)


def test_every_language_has_the_same_texts_in_the_same_order():
    first, *others = po_files(LOCALE)
    differing = [po.parent.parent.name for po in others if sources_of(po) != sources_of(first)]

    assert differing == [], "Run `make messages`, translate what is new, and commit locale/."


def sources_of(po):
    """A .po file without its heading and its translations: what can be translated, in the order of the file."""
    _heading, sources = po.read_text().split("\n\n", 1)
    return TRANSLATION.sub("", sources)


@cache
def read(po):
    return catalog_of(po)


@pytest.mark.parametrize("po", po_files(LOCALE), ids=lambda po: po.parent.parent.name)
def test_every_translation_keeps_the_placeholders_and_tags_of_its_source(po):
    for message in read(po):
        if not message.id or not message.string:
            continue
        sources = message.id if message.pluralizable else (message.id,)
        strings = message.string if message.pluralizable else (message.string,)
        wanted = [set(PLACEHOLDERS.findall(source)) for source in sources]
        for string in strings:
            if string:
                assert set(PLACEHOLDERS.findall(string)) <= set().union(*wanted), string
        if not message.pluralizable:
            assert set(PLACEHOLDERS.findall(strings[0])) == wanted[0], strings[0]


@pytest.mark.parametrize("po", po_files(LOCALE), ids=lambda po: po.parent.parent.name)
def test_every_text_is_translated_in_all_its_plural_forms(po):
    """A text that was lost on the way, as when two branches change it, is read in English and seen by nobody here."""
    assert untranslated(read(po)) == []


def test_no_text_to_translate_stands_inside_an_f_string():
    """What collects the texts does not look into one, so nobody would ever be asked to translate it."""
    asks_for_translation = re.compile(rf"\b({'|'.join(TRANSLATES)})\(")
    inside = [
        (str(path.relative_to(ROOT)), ast.unparse(call))
        for path in our_files()
        if asks_for_translation.search(path.read_text())
        for string in ast.walk(tree_of(path))
        if isinstance(string, ast.JoinedStr)
        for call in ast.walk(string)
        if isinstance(call, ast.Call) and getattr(call.func, "id", getattr(call.func, "attr", "")) in TRANSLATES
    ]

    assert inside == []


def test_no_page_writes_the_colon_between_two_words_itself():
    """French keeps a narrow space before it: {% colon %} knows, and a sentence to translate has its own."""
    sentences = re.compile(r"{% blocktranslate.*?{% endblocktranslate %}", re.DOTALL)
    written = [
        f"{path.relative_to(ROOT)}: {found}"
        for path in (ROOT / "templates").rglob("*.html")
        if not {"admin", "emails"} & set(path.parts)
        for found in re.findall(r"[>}](?:</?\w+>)*: ?(?:<|{{|{%)[^>}]*", sentences.sub("", path.read_text()))
    ]

    assert written == []


def test_arabic_counts_eleven_in_the_last_form_and_a_hundred_in_the_one_before():
    """The formula of the catalogue puts 100 before 11 to 99, unlike the lists in most books; the words follow it."""
    catalog = catalog_of(LOCALE / "ar" / "LC_MESSAGES" / "django.po")
    forms = [(message.id[0], *message.string[4:6]) for message in catalog if isinstance(message.string, tuple)]

    assert len(forms) > 100
    assert [
        english
        for english, hundred, eleven in forms
        if len(hundred) > len(eleven) and hundred.replace("ًا", "") == eleven.replace("ًا", "")
    ] == []
