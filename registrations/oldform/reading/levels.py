"""Words and numbers for how well somebody speaks a language, as Babel levels."""

from letsconnect.base import folding
from registrations.domain.registrations import BabelLevel
from registrations.oldform.reading.cells import Cell, guessed, understood, unread

# Babel's own words and their translations.
_WORDS: dict[BabelLevel, str] = {
    BabelLevel.BASIC: "basic|basics|básico|básica|nivel básico|basique|de base|أساسي|أساسية|مستوى أساسي|nível básico|"
    "grundkenntnisse",
    BabelLevel.INTERMEDIATE: "intermediate|medium|intermedio|intermedia|intermédiaire|moyen|médio|intermediário|"
    "متوسط|متوسطة|mittelstufe",
    BabelLevel.ADVANCED: "advanced|avanzado|avanzada|avancé|avancée|avançado|avançada|متقدم|متقدمة|fortgeschritten",
    BabelLevel.NEAR_NATIVE: "near native|nearly native|almost native|casi nativo|quasi natif|quase nativo|شبه أصلي",
    BabelLevel.PROFESSIONAL: "professional|profesional|professionnel|professionnelle|profissional|احترافي|مهني|محترف",
    BabelLevel.NATIVE: "n|native|native speaker|mother tongue|mothertongue|first language|my native language|l1|"
    "nativo|nativa|"
    "lengua materna|materna|materno|natif|native speaker level|maternelle|langue maternelle|materna lingua|"
    "língua materna|"
    "idioma materno|langue natale|لغة أم|اللغة الأم|لغتي الأم|أصلي|muttersprache|muttersprachlich",
}

# Words of other scales: we guess which level they mean.
_ROUGHLY: dict[BabelLevel, str] = {
    BabelLevel.BASIC: "beginner|elementary|a little|little|some|poor|starter|learning|a1|a2|a1 a2|poco|un poco|"
    "principiante|"
    "débutant|un peu|notions|élémentaire|faible|iniciante|um pouco|pouco|مبتدئ|مبتدئة|قليل|قليلا|ضعيف|anfänger",
    BabelLevel.INTERMEDIATE: "conversational|moderate|average|fair|b1|regular|conversacional|scolaire|مقبول|"
    "limited working",
    BabelLevel.ADVANCED: "good|well|upper intermediate|b2|bien|bueno|buena|bon|bonne|bom|boa|جيد|جيدة|gut|"
    "working proficiency",
    BabelLevel.NEAR_NATIVE: "fluent|fluently|very good|very well|excellent|proficient|c1|fluido|fluida|con fluidez|"
    "courant|"
    "couramment|bilingue|bilingual|fluente|طلاقة|بطلاقة|طليق|ممتاز|ممتازة|جيد جدا|muy bien|muy bueno|très bon|"
    "très bien|muito bom|"
    "fließend|full professional",
    BabelLevel.PROFESSIONAL: "c2|expert|mastery",
}

_CERTAIN = {folding.key(word): level for level, words in _WORDS.items() for word in words.split("|")}
_ROUGH = {folding.key(word): level for level, words in _ROUGHLY.items() for word in words.split("|")}
# Whoever names a language without a level can probably talk in it, and this is the lowest level for that.
WHEN_NOT_GIVEN = BabelLevel.INTERMEDIATE


def read(wording: str) -> Cell | None:
    """Return the level that a text names, or None when it names no level at all."""
    word = folding.key(wording)
    for lead in ("level ", "nivel ", "niveau ", "babel "):
        word = word.removeprefix(lead)
    if len(word) == 1 and word in "012345":
        return understood(BabelLevel(int(word)))
    if word in _CERTAIN:
        return understood(_CERTAIN[word])
    if word in _ROUGH:
        level = _ROUGH[word]
        return guessed(
            level, f"“{folding.tidy(wording)}” taken as level {int(level)} ({level.name.lower().replace('_', '-')})"
        )
    if word.isdigit():
        return unread(f"there is no level {word[:20]}")
    return None
