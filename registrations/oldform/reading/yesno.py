"""Cells that say yes or no, and the cells of consent, where only a plain yes counts."""

from letsconnect.base import folding
from registrations.oldform.reading import text
from registrations.oldform.reading.cells import BLANK, Cell, guessed, understood, unread

_YES = frozenset(
    map(
        folding.key,
        [
            "yes",
            "y",
            "yeah",
            "yep",
            "yes please",
            "sure",
            "of course",
            "certainly",
            "true",
            "✓",
            "ok",
            "okay",
            "sí",
            "si",
            "claro",
            "sí claro",
            "por supuesto",
            "oui",
            "bien sûr",
            "sim",
            "claro que sim",
            "نعم",
            "أجل",
            "بالتأكيد",
            "ja",
            "да",
            "हाँ",
            "হ্যাঁ",
            "ndiyo",
            "はい",
        ],
    )
) - {""}
_NO = frozenset(
    map(
        folding.key,
        [
            "no",
            "n",
            "nope",
            "not",
            "no thanks",
            "no thank you",
            "false",
            "not now",
            "ahora no",
            "no gracias",
            "non",
            "non merci",
            "pas maintenant",
            "não",
            "nao",
            "não obrigado",
            "não obrigada",
            "لا",
            "لا شكرا",
            "كلا",
            "nein",
            "нет",
            "नहीं",
            "না",
            "hapana",
            "いいえ",
        ],
    )
)
_MAYBE = frozenset(
    map(
        folding.key,
        [
            "maybe",
            "perhaps",
            "possibly",
            "not sure",
            "unsure",
            "i dont know",
            "dont know",
            "later",
            "maybe later",
            "it depends",
            "depends",
            "quizás",
            "quizá",
            "tal vez",
            "a lo mejor",
            "puede ser",
            "no sé",
            "depende",
            "peut-être",
            "je ne sais pas",
            "ça dépend",
            "talvez",
            "não sei",
            "ربما",
            "قد",
            "لا أعرف",
            "لا أدري",
            "undecided",
            "yes but later",
            "if needed",
            "not yet",
            "todavía no",
            "pas encore",
            "ainda não",
            "ليس بعد",
        ],
    )
)
_AGREED = frozenset(
    map(
        folding.key,
        [
            "i agree",
            "agree",
            "agreed",
            "i do",
            "i accept",
            "accept",
            "accepted",
            "yes i agree",
            "yes i do",
            "i agree to follow the universal code of conduct",
            "de acuerdo",
            "estoy de acuerdo",
            "acepto",
            "sí acepto",
            "sí estoy de acuerdo",
            "jaccepte",
            "d'accord",
            "je suis d'accord",
            "oui jaccepte",
            "accepté",
            "concordo",
            "aceito",
            "de acordo",
            "sim concordo",
            "sim aceito",
            "أوافق",
            "موافق",
            "موافقة",
            "نعم أوافق",
            "أقبل",
        ],
    )
)
_DISAGREED = frozenset(
    map(
        folding.key,
        [
            "i do not agree",
            "i dont agree",
            "disagree",
            "i disagree",
            "not agreed",
            "no acepto",
            "no estoy de acuerdo",
            "je refuse",
            "je naccepte pas",
            "pas daccord",
            "não concordo",
            "não aceito",
            "لا أوافق",
            "غير موافق",
        ],
    )
)


def read(answer: str) -> Cell:
    """Return True or False; "maybe" is read as a guessed no, and the form asks again after claiming."""
    answer_key, tidy = folding.key(answer), folding.tidy(answer)
    if not tidy:
        return BLANK
    if tidy in ("✓", "✔", "☑", "✅"):
        return understood(True)
    if answer_key in _YES:
        return understood(True)
    if answer_key in _NO:
        return understood(False)
    if answer_key in _MAYBE:
        return guessed(False, f"“{tidy}” taken as not yet")
    if answer_key in ("1", "0", "x"):
        return guessed(answer_key != "0", f"“{tidy}” taken as {'no' if answer_key == '0' else 'yes'}")
    if text.says_nothing(tidy):
        return understood(None)
    return unread("neither yes nor no")


def read_consent(answer: str) -> Cell:
    """Return True only for a plain agreement: nobody's consent is guessed."""
    answer_key, tidy = folding.key(answer), folding.tidy(answer)
    if not tidy:
        return BLANK
    if answer_key in _YES | _AGREED or tidy in ("✓", "✔", "☑", "✅"):
        return understood(True)
    if answer_key in _NO | _DISAGREED:
        return understood(False)
    if text.says_nothing(tidy):
        return understood(None)
    return unread("not a plain yes, so no consent")
