"""The database folds text as `letsconnect/base/folding.py` does, so that it can keep a column in which names are found.

Nothing in it depends on the collation of the database, which may know no letters but a to z.
"""

import unicodedata

from django.db import migrations

MARKS = ((0x0300, 0x036F), (0x0591, 0x05C7), (0x0610, 0x061A), (0x0640, 0x0640), (0x064B, 0x065F), (0x0670, 0x0670))
ALIKE = {
    **dict(zip("ىةیکٱ", "يهيكا", strict=True)),
    **dict(zip("øłđıØŁĐẞ", "oldioldß", strict=True)),
    **dict(zip("‐‑‒–—―−﹘﹣－", "-" * 10, strict=True)),
}
APOSTROPHES = "\"'`´‘’‚‛“”„«»ʼʻ′"
TWO_LETTERS = {"ß": "ss", "æ": "ae", "œ": "oe"}
LAST = 0x1FFFF  # no letter after it is of a name that anybody types


def ranges_of(is_one):
    """Return the codes for which that is so as ranges, for the brackets of a regular expression."""
    ranges = []
    for code in filter(is_one, range(1, LAST + 1)):
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return "".join(rf"\U{low:08X}-\U{high:08X}" for low, high in ranges)


def parts_words(code):
    return unicodedata.category(chr(code))[0] in "PSZ" or code < 0x20


def is_invisible(code):
    return unicodedata.category(chr(code)) in ("Cf", "Cc") and code >= 0x20


def one_letter_for_another():
    """Return two strings for the database's `translate`: letters after NFKD, and what each becomes.

    What the second has no letter for is left out of the text.
    """
    alike = dict(ALIKE)
    for code in range(LAST):
        letter = chr(code)
        if letter in alike or unicodedata.normalize("NFKD", letter) != letter:
            continue
        small = letter.casefold()
        if unicodedata.category(letter) == "Nd" and not letter.isascii():
            alike[letter] = str(unicodedata.digit(letter))
        elif len(small) == 1 and small != letter:
            alike[letter] = alike.get(small, small)
    gone = "".join(chr(code) for low, high in MARKS for code in range(low, high + 1))
    gone += "".join(map(chr, filter(is_invisible, range(LAST))))
    return "".join(alike) + gone + "ء", "".join(alike.values())


def function():
    before, after = one_letter_for_another()
    text = f"translate(normalize(words, NFKD), $l${before}$l$, $l${after}$l$)"
    for letter, two in TWO_LETTERS.items():
        text = f"replace({text}, '{letter}', '{two}')"
    capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    text = (
        f"CASE WHEN octet_length(words) = length(words) THEN translate(words, '{capitals}', '{capitals.lower()}')"
        f" ELSE normalize({text}, NFC) END"
    )
    text = f"translate({text}, $l${APOSTROPHES}$l$, '')"
    text = f"replace(replace({text}, '&', ' and '), '+', ' and ')"
    gaps = ranges_of(parts_words)
    return f"""
CREATE FUNCTION base_folded(words text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $f$
    SELECT btrim(regexp_replace({text}, '[{gaps}]+', ' ', 'g'))
$f$;
"""


def make(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:  # as it stands: a percent sign would be one of a parameter
        cursor.execute(function())


class Migration(migrations.Migration):
    """A function for columns: all spellings of one name become the same text."""

    dependencies = [("base", "0010_saved_filters")]

    operations = [
        migrations.RunPython(
            make, lambda apps, schema_editor: schema_editor.execute("DROP FUNCTION base_folded(text);")
        )
    ]
