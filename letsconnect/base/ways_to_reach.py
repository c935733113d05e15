"""Ways to reach somebody in a text of their own: an address, a link or a telephone number.

What one's match reads before both have said yes has none of these in it. Whoever writes such a text is told so at its
field; nothing is taken out of it in silence.
"""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from letsconnect.base.folding import plain

# As `plain` writes them. Most are words of everyday, too, so that they stand for a sign in brackets only.
_AT_WORDS, _DOT_WORDS = "at|arroba|arobase|ات", "dot|punto|point|ponto|نقطه|دوت"
_AT = rf"(?:@|[(\[{{<]\s*(?:{_AT_WORDS}|@)\s*[)\]}}>])"
_DOT = rf"(?:\.|[(\[{{<]\s*(?:{_DOT_WORDS}|\.)\s*[)\]}}>])"
_ENDINGS = (
    "com|org|net|info|edu|gov|app|dev|xyz|site|online|social|chat|biz|me|io|eu|gg|ly|link|page|"
    # Of countries, those which are no word of our five languages that could follow a full stop without a space.
    "fr|pt|br|mx|cl|tn|dz|eg|lb|jo|iq|ps|kw|qa|ae|bh|uk|de|nl|ch|pl|cz|gr|ru|ua|tr|ng|ke|gh|za|tz|ug|rw|jp|kr|cn|tw|vn"
)
_BEGINS = r"(?<![\w@-])(?<!\w\.)"  # of a name of a site; never within one, so that a long text takes no long time
# Sites and tools that people speak of, with no page of anybody's behind the name.
_NOBODYS = r"(?:[\w-]+\.)*(?:wikipedia|wikimedia|wikidata|wiktionary|wikisource|mediawiki)\.org\b|asp\.net\b"
_SERVICES = "mailto|tel|tg|sip|xmpp|skype|whatsapp|signal|telegram|instagram|discord|viber|wechat"
_WAYS = tuple(
    re.compile(way)
    for way in (
        rf"\w\s*{_AT}\s*[\w-]+\s*{_DOT}\s*\w",  # an address of email, also one that is spelt out
        r"\w\s+(?:at|ات)\s+[\w.-]+\s+(?:dot|نقطه|دوت)\s+\w",
        r"\w\s+(?:arroba|arobase)\s+\w",
        r"\w@[\w-]{2,}",
        r"(?<![\w.])@\w{3,}",  # a name on another service
        rf"\b(?:https?|ftp|{_SERVICES})\s?:\s?/?/?\+?\w",
        r"\w\s?:\s?[/\\]{2}\s?\w",
        r"\bwww\s?\.\s?\w",
        rf"{_BEGINS}(?!{_NOBODYS})(?:[\w-]+\.)+(?:{_ENDINGS})\b(?!\.\w)",  # a name of a site
        rf"\w\s*[(\[{{<]\s*(?:{_DOT_WORDS}|\.)\s*[)\]}}>]\s*\w",
        r"\w\s+(?:dot|punto|point)\s+(?:com|org|net|info)\b",
        rf"{_BEGINS}(?:[\w-]+\.)+[^\W\d_]{{2,}}/\w",
    )
)
_STOPS = str.maketrans("。۔", "..")  # which browsers and people read as dots
# A day, a year or a row of years. In a longer number it is none: 06.12.34.56.78 is a telephone number of France.
_YEAR = r"(?:19|20)\d\d"
_DAYS = re.compile(
    r"(?<!\d)(?<!\d[./-])"
    rf"(?:\d{{1,2}}([./-])\d{{1,2}}\1\d{{2,4}}|\d{{4}}([./-])\d{{1,2}}\2\d{{1,2}}|{_YEAR}(?:[./-]{_YEAR})*)"
    r"(?!\d)(?![./-]\d)"
)
_BETWEEN_DIGITS = r"[ ./()\-_|·•*~]{0,3}"
_NUMBERS = re.compile(rf"(?<!\w)(\+|(?<!:)00)?[ ]?\(?\d(?:{_BETWEEN_DIGITS}\d)*")
_LONGEST = 2_000  # letters of what anybody says of themselves
_DIGITS_AFTER_A_PLUS, _DIGITS = 7, 8  # of the shortest telephone number


LEAVE_IT_OUT = _(
    "Please leave out email addresses, links and phone numbers. Your match reads this before you both say "
    "yes, and then sees how to reach you."
)


def tells_how_to_reach(text: str) -> bool:
    """Tell whether a text has an address, a link or a telephone number in it, however it is spelt."""
    said = plain(text).translate(_STOPS)
    return (
        any(way.search(said) for way in _WAYS)
        or any(_digits(number) >= _DIGITS_AFTER_A_PLUS for number in _NUMBERS.finditer(said) if number[1])
        or any(_digits(number) >= _DIGITS for number in _NUMBERS.finditer(_DAYS.sub(" ; ", said)))
    )


def _digits(number: re.Match[str]) -> int:
    return sum(map(str.isdigit, number[0]))


def without_ways_to_reach(text: str) -> str:
    """Return a text as a match may read it before both have said yes: "" where it tells how to reach its writer.

    No such text is taken any more; this is for what was stored before, or comes by another way than a form.
    """
    return "" if tells_how_to_reach(text) else text


def check_no_way_to_reach(text: str) -> None:
    """Raise ValidationError if the text says how to reach somebody. One too long for any field is refused as such."""
    if len(text) <= _LONGEST and tells_how_to_reach(text):
        raise ValidationError(LEAVE_IT_OUT, code="reach")
