"""The telling words of a phrase, without articles and plural endings; spelling is set aside by `folding`."""

from letsconnect.base.folding import phrase

_SMALL_WORDS = {
    "en": {"a", "an", "and", "the", "of", "for", "to", "in", "on", "with", "about", "how"},
    "es": {"y", "e", "o", "el", "la", "los", "las", "de", "del", "en", "con", "para", "por", "un", "una"},
    "ar": {"في", "من", "علي", "عن", "مع", "و"},
    "fr": {"et", "le", "la", "les", "de", "des", "du", "au", "aux", "l", "d", "en", "sur", "pour", "avec", "un", "une"},
    "pt": {
        "e",
        "o",
        "a",
        "os",
        "as",
        "de",
        "da",
        "do",
        "das",
        "dos",
        "em",
        "na",
        "no",
        "nas",
        "nos",
        "com",
        "um",
        "uma",
    },
}
_SMALL = frozenset().union(*_SMALL_WORDS.values())
_ENDINGS = (
    ("oes", "ao"),
    ("eaux", "eau"),
    ("aux", "al"),
    ("ies", "y"),
    ("iones", "ion"),
    ("es", "e"),
    ("s", ""),
    ("x", ""),
)


def words(text: str) -> tuple[str, ...]:
    """Return the telling words of ``text``, each as its stem; small words count only where there are no others."""
    every = phrase(text).split()
    return tuple(stem(word) for word in every if word not in _SMALL) or tuple(every)


def stem(word: str) -> str:
    """Return a folded word without article and plural ending, in any of the five languages."""
    if "\u0600" <= word[0] <= "\u06ff":
        return _arabic_stem(word)
    for ending, singular in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            return _without_e(word[: -len(ending)] + singular)
    return _without_e(word)


def _without_e(word: str) -> str:
    """Drop a last e: “tables” and “table”, “redes” and “red” meet."""
    return word[:-1] if word.endswith("e") and len(word) >= 4 else word


def _arabic_stem(word: str) -> str:
    for article in ("وال", "بال", "لل", "ال"):
        if word.startswith(article) and len(word) - len(article) >= 3:
            word = word[len(article) :]
            break
    for ending in ("ات", "ه"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word
