"""The vocabulary of free times: days, parts of the day and joining words, in the portal's languages and CLDR's."""

import re
from dataclasses import dataclass
from functools import cache

from babel import Locale

from letsconnect.base import folding
from registrations.oldform.reading.clock import Span
from registrations.oldform.reading.names import OTHER_LOCALES, PORTAL_LOCALES
from registrations.reference import weeks

HOURS_GUESSED = "hours guessed"

_DAYS = (
    "mon|monday|mondays|lun|lunes|lundi|lundis|seg|segunda|segundas|segunda-feira|segundas-feiras|الاثنين|"
    "الإثنين|اثنين|الأثنين",
    "tue|tues|tuesday|tuesdays|mar|martes|mardi|mardis|ter|terca|tercas|terca-feira|tercas-feiras|الثلاثاء|ثلاثاء",
    "wed|weds|wednesday|wednesdays|mie|mier|miercoles|mer|mercredi|mercredis|qua|quarta|quartas|quarta-feira|"
    "quartas-feiras|الأربعاء|اربعاء|الاربعاء",
    "thu|thur|thurs|thursday|thursdays|jue|jueves|jeu|jeudi|jeudis|qui|quinta|quintas|quinta-feira|"
    "quintas-feiras|الخميس|خميس",
    "fri|friday|fridays|vie|viernes|ven|vendredi|vendredis|sex|sexta|sextas|sexta-feira|sextas-feiras|الجمعة|جمعة",
    "sat|saturday|saturdays|sab|sabado|sabados|sam|samedi|samedis|السبت|سبت",
    "sun|sunday|sundays|dom|domingo|domingos|dim|dimanche|dimanches|الأحد|احد|الاحد",
)
_WEEKEND = (
    "weekend|weekends|week-end|week-ends|week end|week ends|wknd|fin de semana|fines de semana|finde|findes|"
    "fim de semana|fins de semana|عطلة نهاية الأسبوع|نهاية الأسبوع|عطلات نهاية الأسبوع"
)
_WORKDAYS = (
    "weekday|weekdays|week days|week day|working days|workdays|work days|business days|during the week|"
    "entre semana|dias laborables|dias habiles|en semaine|de semaine|la semaine|semaine|jours ouvrables|dias uteis|"
    "dias de semana|durante a semana|أيام الأسبوع|أيام العمل|خلال الأسبوع"
)
_EVERY_DAY = (
    "daily|every day|everyday|each day|all days|any day|most days|all week|7 days a week|todos los dias|"
    "cada dia|cualquier dia|diario|diariamente|toda la semana|tous les jours|chaque jour|quotidien|todos os dias|"
    "qualquer dia|كل يوم|يوميا|كل الأيام|أي يوم|جميع الأيام"
)
_ANY_TIME = (
    "anytime|any time|always|flexible|whenever|all day|all the time|24/7|im flexible|en cualquier momento|"
    "cualquier momento|cualquier hora|cualquier horario|qualquer horario|a cualquier hora|siempre|todo el dia|"
    "flexible horario|nimporte quand|"
    "a tout moment|tout le temps|toujours|toute la journee|qualquer hora|a qualquer hora|qualquer momento|sempre|"
    "o dia todo|flexivel|في أي وقت|أي وقت|دائما|مرن|طوال اليوم|كل الأوقات"
)
_PARTS = {
    "early morning|early mornings": (6 * 60, 9 * 60),
    "morning|mornings|am only|mañana|mañanas|por la mañana|por las mañanas|en la mañana|en las mañanas|de mañana|"
    "matin|matins|matinee|matinees|le matin|manha|manhas|de manha|pela manha|as manhas|صباحا|الصباح|صباح|"
    "في الصباح": (9 * 60, 12 * 60),
    "lunch|lunchtime|lunch time|noon time|midday|mediodia|pausa de almuerzo|midi heures|heure du dejeuner|"
    "hora do almoco": (12 * 60, 14 * 60),
    "afternoon|afternoons|tarde|tardes|por la tarde|por las tardes|en la tarde|en las tardes|apres-midi|"
    "lapres-midi|apres midi|a tarde|de tarde|as tardes|بعد الظهر|ظهرا|عصرا|العصر": (14 * 60, 18 * 60),
    "evening|evenings|after work|after office hours|soir|soirs|soiree|soirees|le soir|en soiree|apres le travail|"
    "depois do trabalho|despues del trabajo|مساء|المساء|في المساء|بعد العمل": (18 * 60, 21 * 60),
    "late evening|late evenings|night|nights|noche|noches|por la noche|por las noches|en la noche|nuit|nuits|"
    "noite|noites|a noite|de noite|as noites|pela noite|ليلا|الليل|ليل": (19 * 60, 22 * 60),
}
_RANGE = "-|~|to|through|thru|a|al|au|as|إلى|الى|→"
_UNTIL = "till|til|until|hasta|jusqua|ate|حتى"  # between two times a range; before a single time, the end of the hours
_AND = "and|&|+|y|e|et|und|ou|or|o|و|,|،|/"
_AFTER = "after|from|since|starting|despues de|a partir de|desde|apres|des|depois de|depois das|بعد"
_BEFORE = "before|antes de|antes das|avant|قبل"
_NOT = (
    "not|no|except|but|never|excluding|unavailable|busy|nunca|excepto|menos|salvo|sin|sauf|pas|jamais|hors|"
    "excepté|exceto|nao|ما عدا|عدا|إلا|ليس|لا|unless|dont|cannot|cant"
)
_ELSEWHERE = (
    "utc|gmt|cet|cest|est|edt|pst|pdt|cst|ist|wat|eat|cat|sast|bst|brt|art|msk|eet|wib|ict|jst|pht|z|utc+1|"
    "my country time zone"
)
_BETWEEN = "between|entre|بين"
_FILLER = (
    "on|in|at|the|of|usually|mostly|mainly|local|time|times|hours|hour|hrs|only|my|i|am free|free|de|du|des|le|"
    "les|la|las|los|el|da|do|das|dos|en|em|no horario|horas|hora|por|from|desde|à|à partir de|um|os|aos|nas|nos|na|"
    "every|each|todos|cada|tous|في|من|الساعة|ساعة|أيام|يوم|يومي|generally|generalmente|generalement|normalmente|"
    "available|disponible|dia|dias|days|day|jours|jour|is|are|fine|ok|best|prefer|preferably|good|work|for|me|during|"
    "pendant|durante"
)
_HALVES = {
    "am": "am|in the morning|de la manana|du matin|da manha|صباحا|ص",
    "pm": "pm|in the afternoon|in the evening|at night|de la tarde|de la noche|de lapres-midi|du soir|da tarde|"
    "da noite|مساء|م|ظهرا|ليلا",
}


@dataclass(frozen=True)
class Word:
    """What a word or phrase means.

    ``kind`` is day, weekend, workdays, daily, "monday to friday", anytime, part, range, and, after, before, not,
    between, elsewhere, filler, am or pm; ``value`` is the number of the day or the hours of the part.
    """

    kind: str
    value: object = None


def _spell(word: str) -> str:
    return re.sub(r"['’`.]", "", folding.plain(word))


@cache
def words() -> dict[str, Word]:
    """Return every known word and phrase, with letters folded."""
    vocabulary: dict[str, Word] = {}

    def add(spellings: str, word: Word) -> None:
        for spelling in spellings.split("|"):
            vocabulary.setdefault(_spell(spelling), word)

    for number, names in enumerate(_DAYS):
        add(names, Word("day", number))
    add(_UNTIL, Word("range", "until"))
    for spellings, kind in (
        (_WEEKEND, "weekend"),
        (_WORKDAYS, "workdays"),
        (_EVERY_DAY, "daily"),
        ("m-f|m - f", "monday to friday"),
        (_ANY_TIME, "anytime"),
        (_RANGE, "range"),
        (_AND, "and"),
        (_BEFORE, "before"),
        (_BETWEEN, "between"),
        (_NOT, "not"),
        (_ELSEWHERE, "elsewhere"),
    ):
        add(spellings, Word(kind))
    for spellings, (start, end) in _PARTS.items():
        add(spellings, Word("part", Span(start, end, HOURS_GUESSED)))
    add(_AFTER, Word("after"))
    add(_FILLER, Word("filler"))
    for half, spellings in _HALVES.items():
        add(spellings, Word(half))
    for half, more_spellings in _cldr_halves().items():
        for spelling in more_spellings - vocabulary.keys():
            vocabulary[spelling] = Word(half)
    for number, day_names in enumerate(_cldr_days()):
        for name in day_names - vocabulary.keys():
            vocabulary[name] = Word("day", number)
    return vocabulary


def _cldr_halves() -> dict[str, set[str]]:
    """Return the words of CLDR for "am" and "pm", without those that mean both in different languages."""
    halves: dict[str, set[str]] = {"am": set(), "pm": set()}
    for locale in (*PORTAL_LOCALES, *OTHER_LOCALES):
        for periods in Locale.parse(locale).day_periods["format"].values():
            for half, spellings in halves.items():
                if len(_spell(periods.get(half, ""))) > 1 or not periods.get(half, "a").isascii():
                    spellings.add(_spell(periods[half]))
    return {"am": halves["am"] - halves["pm"] - {""}, "pm": halves["pm"] - halves["am"] - {""}}


def _cldr_days() -> list[set[str]]:
    """Return the full names of days in CLDR; short names are left out, as too many are words of another language."""
    names: list[set[str]] = [set() for _ in range(7)]
    for locale in (*PORTAL_LOCALES, *OTHER_LOCALES):
        for number, name in Locale.parse(locale).days["format"]["wide"].items():
            names[number].add(_spell(name))
    return [
        day - set().union(*(names_of_other_day for names_of_other_day in names if names_of_other_day is not day))
        for day in names
    ]


@cache
def longest_phrase() -> int:
    return max(len(re.findall(r"\w+|[^\w\s]", phrase)) for phrase in words())


def weekend_of(country: str | None) -> frozenset[int]:
    """Return the days off in a country."""
    return frozenset(weeks.weekend_of(country or ""))
