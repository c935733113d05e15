"""Cells that say how many sessions a month somebody offers."""

import re

from letsconnect.base import folding
from registrations.domain.registrations import MOST_PLACES
from registrations.oldform.reading import text
from registrations.oldform.reading.cells import BLANK, Cell, guessed, understood, unread

_WORDS = (
    "zero|cero|zéro|صفر",
    "one|once|uno|una|un|une|um|uma|واحد|واحدة|one session|una vez|une fois|uma vez|monthly|mensual|mensuel|"
    "mensal|مرة واحدة|مرة",
    "two|twice|dos|deux|dois|duas|اثنان|اثنين|اثنتان|dos veces|deux fois|duas vezes|مرتين|مرتان",
    "three|tres|trois|três|ثلاثة|ثلاث|three times|thrice",
    "four|cuatro|quatre|quatro|أربعة|أربع",
    "five|cinco|cinq|خمسة|خمس",
    "six|seis|ستة|ست",
    "seven|siete|sept|sete|سبعة|سبع",
    "eight|ocho|huit|oito|ثمانية|ثمان",
    "nine|nueve|neuf|nove|تسعة|تسع",
    "ten|diez|dix|dez|عشرة|عشر",
)
_CERTAIN = {folding.key(word): number for number, words in enumerate(_WORDS) for word in words.split("|")}
_ROUGH = {
    folding.key(word): number
    for number, words in {
        0: "none|no|never|not now|ninguna|ninguno|aucune|aucun|nenhuma|nenhum|لا شيء|لا",
        1: "any|at least one|maybe one|maximum one",
        2: "a couple|couple|a couple of|un par|um par|every two weeks|biweekly|fortnightly",
        3: "a few|few|several|some|algunas|algunos|unas pocas|unos pocos|quelques|quelques unes|plusieurs|algumas|"
        "alguns|poucas|"
        "varias|varios|várias|بعض|القليل|قليل|عدة",
        4: "weekly|once a week|one a week|every week|semanal|una vez por semana|una por semana|hebdomadaire|"
        "une par semaine|"
        "uma por semana|مرة في الأسبوع|أسبوعيا",
        8: "twice a week|two a week",
    }.items()
    for word in words.split("|")
}
_UNIT = re.compile(
    r"\s*(?:x|times?|sessions?|sesiones|sesión|séances?|sessões|sessão|جلسات|جلسة|veces|fois|vezes|meetings?|calls?"
    r"|people|persons?)?"
    r"\s*(?:(?:/|a|per|each|every|al|por|par|ao|por cada|في|كل)?\s*(?:month|mes|mois|mês|الشهر|شهر))?\s*"
)
_RANGE = re.compile(r"^(\d{1,2})\s*(?:-|to|or|a|o|ou|à|/|,|~|إلى|أو)\s*(\d{1,2})$")
_ABOUT = re.compile(
    r"^(?:about|around|approx\.?|approximately|maybe|up to|at least|at most|max\.?|maximum|min\.?|~|<|>|≤|≥|"
    r"hasta|máximo|maximo|jusqu'à|até|حوالي)\s*(\d{1,2})$"
)


def read(answer: str) -> Cell:
    """Return a number from 0 to 20."""
    tidy = folding.tidy(answer)
    if not tidy:
        return BLANK
    if text.says_nothing(tidy) and folding.key(tidy) not in _ROUGH:
        return understood(None)
    plain = re.sub(r"^(\d{1,2}),(\d{1,2})$", r"\1.\2", folding.plain(tidy).strip(" ."))  # "1,5" with a decimal comma
    bare = _UNIT.fullmatch(plain[len(start[0]) :]) if (start := re.match(r"\d+(?:\.0+)?", plain)) else None
    if start and bare is not None:
        return _within(int(start[0].partition(".")[0][:9]), tidy)
    if folding.key(plain) in _CERTAIN:
        return understood(_CERTAIN[folding.key(plain)])
    if folding.key(plain) in _ROUGH:
        return _guess(_ROUGH[folding.key(plain)], tidy)
    words = folding.key(plain).split()
    if words and words[0] in _CERTAIN and _UNIT.fullmatch(" ".join(words[1:])):
        return understood(_CERTAIN[words[0]])
    if match := _RANGE.match(plain):
        low, high = int(match[1]), int(match[2])
        return _guess(low, tidy) if low < high <= MOST_PLACES else unread("not a number of sessions")
    if match := _ABOUT.match(plain) or re.match(r"^(\d{1,2})\s*(?:\+|\?|max\.?|or more|or so)$", plain):
        return _guess(int(match[1]), tidy) if int(match[1]) <= MOST_PLACES else unread(f"more than {MOST_PLACES}")
    if re.fullmatch(r"\d{1,2}\.\d+", plain) and float(plain) <= MOST_PLACES:
        return _guess(int(float(plain)), tidy)
    return unread("not a number of sessions")


def _within(number: int, tidy: str) -> Cell:
    return understood(number) if number <= MOST_PLACES else unread(f"more than {MOST_PLACES}; not believed")


def _guess(number: int, tidy: str) -> Cell:
    return guessed(number, f"“{tidy}” taken as {number}")
