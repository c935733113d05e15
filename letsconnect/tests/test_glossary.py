"""The words of docs/glossary.md: read from its tables, and looked for in all that the portal says."""

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from django.conf import settings

from clinics.demo import plans
from letsconnect.translations import catalog_of, po_files, template_of
from registrations.reference.roles import ROLES

ROOT = Path(settings.BASE_DIR)
LANGUAGES = ("es", "ar", "fr", "pt")
SPACES = str.maketrans(dict.fromkeys("\u00a0\u202f", " "))
FILLED_IN = re.compile(r"%\(\w+\)[sd]|</?[a-z][^>]*>")
MARKS = re.compile("[\u064b-\u0652\u0640]")  # Arabic vowels, which one writes or leaves


def table(heading: str) -> list[list[str]]:
    """Return the cells of the rows of a table of the glossary."""
    section = (ROOT / "docs" / "glossary.md").read_text().split(f"\n## {heading}\n")[1].split("\n## ")[0]
    rows = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows[2:]]


def plain(text: str) -> str:
    return MARKS.sub("", FILLED_IN.sub("…", text).translate(SPACES)).casefold().replace("'", "’")


def bare(text: str) -> str:
    """Return a text without the Arabic article, which a label has and a list of words has not."""
    return re.sub(r"(?<!\w)ال", "", plain(text))


def pattern_of(word: str) -> str:
    letters = r"\w*".join(map(re.escape, plain(word).split("*")))
    return rf"(?<!\w){letters}" + ("" if word.endswith("*") else r"(?!\w)")


@cache
def rules(language: str) -> list[tuple[list[str], re.Pattern[str], re.Pattern[str] | None]]:
    """Return what is not said in a language, each with the phrases in which it may stand all the same, and before it
    the longest part of each word, by one of which it is looked for where it may be."""
    found = []
    for of_language, words, _instead, excused in table("Words we do not use"):
        if of_language == language:
            phrases = "|".join(pattern_of(phrase) for phrase in excused.split(", ")) if excused else ""
            not_said = "|".join(pattern_of(word) for word in words.split(", "))
            parts = [max(plain(word).split("*"), key=len) for word in words.split(", ")]
            found.append((parts, re.compile(not_said), re.compile(phrases) if phrases else None))
    return found


def banned_in(language: str, text: str) -> list[str]:
    said = plain(text)
    return [
        match[0]
        for parts, not_said, excused in rules(language)
        if any(part in said for part in parts)
        for match in not_said.finditer(excused.sub(" ", said) if excused else said)
    ]


@cache
def translations(language: str) -> list[tuple[str, str]]:
    (po,) = (path for path in po_files(ROOT / "locale") if path.parent.parent.name == language)
    return [
        (message.id if isinstance(message.id, str) else message.id[0], text)
        for message in catalog_of(po)
        if message.id
        for text in ([message.string] if isinstance(message.string, str) else message.string)
    ]


def english() -> list[tuple[str, str]]:
    return [
        (message.locations[0][0], text)
        for message in template_of(ROOT)
        if message.id
        for text in ([message.id] if isinstance(message.id, str) else message.id)
    ]


def all_said(language: str) -> Iterator[tuple[str, str]]:
    """Go through all that the portal says in a language: its messages, and names and texts that it brings along."""
    yield from english() if language == "en" else translations(language)
    yield from ((slug, names[language]) for slug, names in ROLES.items())
    skills = tomllib.loads((ROOT / "registrations" / "reference" / "skills.toml").read_text())
    yield from ((slug, skill[language]) for slug, skill in skills.items() if language in skill)
    clinics = [one for one in vars(plans).values() if isinstance(one, plans.DemoClinic)]
    yield from (("demo", text) for clinic in clinics for text in clinic.words.get(language, ()))


def test_the_glossary_has_a_word_in_each_language_for_more_than_eighty_things():
    rows = table("The words")

    assert len({row[0] for row in rows}) == len(rows) > 80
    assert [row for row in rows if len(row) != 6 or not all(row)] == []


def test_no_text_says_a_word_that_the_glossary_replaces():
    found = [
        (language, word, source[:60], text[:100])
        for language in ("en", *LANGUAGES)
        for source, text in all_said(language)
        for word in banned_in(language, text)
    ]

    assert found == [], "Say it with the word of docs/glossary.md, or excuse the phrase in its table."


def test_a_replaced_word_is_seen_and_an_excused_phrase_is_not():
    """The control: each row of the table is seen in a sentence, whatever case and spaces."""
    unseen = [
        (language, word)
        for language, words, _instead, _excused in table("Words we do not use")
        for word in words.split(", ")
        if not banned_in(language, f"«\u202f{word.replace('*', 'x').capitalize()}\u202f»: %(name)s")
    ]

    assert unseen == []
    assert banned_in("es", "Tu pareja te escribió una carta.") == ["pareja", "carta"]
    assert banned_in("en", "Read your letters, letter by letter: the clinic is called off.") == [
        "letters",
        "called off",
    ]
    assert banned_in("en", "It took place at 9:00; your place at it was free.") == ["place at"]
    assert banned_in("fr", "Abonnez-vous à la lettre d'information.") == []
    assert banned_in("fr", "Vous êtes inscrit(e).") == ["inscrit(e)"]
    assert banned_in("ar", "يُرجى اختيار سبب. فاضغط الزر، وسترى.") == ["فاضغط", "وسترى"]


def test_a_word_that_stands_alone_is_that_of_the_glossary():
    terms = {row[0].casefold(): row[1:5] for row in table("The words")}
    differing = []
    for place, language in enumerate(LANGUAGES):
        for source, text in translations(language):
            if source.casefold() not in terms:
                continue
            words = {bare(word) for word in terms[source.casefold()][place].split(" / ")}
            if bare(text) not in words:
                differing.append((language, source, text))

    assert differing == []


def test_arabic_says_of_nobody_with_a_name_what_a_man_does():
    """A verb beside a name is that of a man: it is "مواعيد مقترحة من %(name)s", and not "يقترح %(name)s مواعيد"."""
    who = r"%\((?:name|other|sharer|learner|person|member|writer|author|planner|holder)\)s"
    verb = rf"(?<!\w)[وفس]?ي\w{{2,}} {who}|{who} (?:لا |لم |لن )?[وفس]?ي\w+"
    wrong = [text for _source, text in translations("ar") if re.search(verb, MARKS.sub("", text))]

    assert wrong == []


def test_french_keeps_its_signs_on_the_line_of_their_word():
    """A narrow space that does not break stands before ; : ! ? » and after «; clocks and addresses have none."""
    wrong = [
        text[max(0, match.start() - 20) : match.end() + 10]
        for _source, text in all_said("fr")
        for match in re.finditer(r"[ \u00a0][;:!?»]|[\w)»][;!?»]|«(?!\u202f)|[^\W\d]:(?=\s|$)", text)
    ]

    assert wrong == []


def test_no_page_or_letter_puts_an_english_colon_after_a_label():
    """`{% colon %}` writes it as the language does. The desk's own pages may: it is read in the languages of few."""
    translated = re.compile(r"\{% blocktranslate.*?\{% endblocktranslate %\}", re.DOTALL)
    said = r'(\}\}|\{% translate "[^"]*"(?: context "[^"]*")? %\}|§)(?:</\w+>)?:(?=\s|</|\{%|$)'
    folder = ROOT / "templates"
    found = [
        path.relative_to(folder).as_posix()
        for path in sorted(folder.rglob("*.*"))
        if "admin" not in path.parts and re.search(said, translated.sub("§", path.read_text()), re.MULTILINE)
    ]

    assert found == []


def test_french_sets_no_word_before_a_name_that_would_lose_its_vowel():
    """Else it says "la réponse de Amina". What the portal is called begins with no vowel."""
    elided = re.compile(r"\b(?:de|que|le|la|ne|se|me|te|je|jusque) (?:<bdi>)?%\((?:name|other|learner|sharer)\)s")
    of_the_portal = ("Newsletter of", "Do you want emails from", "What %(name)s held")

    assert [
        text for source, text in translations("fr") if elided.search(text) and not source.startswith(of_the_portal)
    ] == []
