"""Ways to reach somebody in a text of their own: an address, a link or a telephone number.

What one's match reads before both have said yes has none of these in it. Whoever writes such a text is told so at its
field; nothing is taken out of it in silence.
"""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from letsconnect.base.folding import plain

_AT = r"(?:@|[(\[{<]\s*(?:at|@)\s*[)\]}>])"
_DOT = r"(?:\.|[(\[{<]\s*(?:dot|\.)\s*[)\]}>])"
_ENDINGS = "com|org|net|info|edu|gov|app|dev|xyz|site|online|social|chat|biz|me|io|eu|gg|ly"
_WAYS = tuple(
    re.compile(way)
    for way in (
        rf"\w\s*{_AT}\s*[\w-]+\s*{_DOT}\s*\w",  # an address of email, also one that is spelt out
        r"\w\s+at\s+[\w-]+\s+dot\s+\w",
        r"(?<![\w.])@\w{3,}",  # a name on another service
        r"\b(?:https?|ftp|mailto|tel|tg|sip|xmpp|skype|whatsapp|signal)\s?:\s?/?/?\+?\w",
        r"\bwww\.\w",
        rf"(?<![\w@])(?:[\w-]+\.)+(?:{_ENDINGS})\b(?!\.\w)",  # a name of a site
        r"(?<![\w@])(?:[\w-]+\.)+[a-z]{2,}/\w",
    )
)
_DAYS = re.compile(r"\b\d{1,2}([./-])\d{1,2}\1\d{2,4}\b|\b\d{4}([./-])\d{1,2}\2\d{1,2}\b|\b(?:19|20)\d\d\b")
_NUMBERS = re.compile(r"(?<!\w)(\+|00)?[ ]?\(?\d(?:[ ./()-]{0,3}\d)*")
_DIGITS_AFTER_A_PLUS, _DIGITS = 7, 8  # of the shortest telephone number


def tells_how_to_reach(text: str) -> bool:
    """Tell whether a text has an address, a link or a telephone number in it, however it is spelt."""
    said = plain(text)
    return any(way.search(said) for way in _WAYS) or any(
        len(re.sub(r"\D", "", number[0])) >= (_DIGITS_AFTER_A_PLUS if number[1] else _DIGITS)
        for number in _NUMBERS.finditer(_DAYS.sub(" ; ", said))
    )


def without_ways_to_reach(text: str) -> str:
    """Return a text as a match may read it before both have said yes: "" where it tells how to reach its writer.

    No such text is taken any more; this is for what was stored before, or comes by another way than a form.
    """
    return "" if tells_how_to_reach(text) else text


def check_no_way_to_reach(text: str) -> None:
    """Raise ValidationError if the text says how to reach somebody."""
    if tells_how_to_reach(text):
        raise ValidationError(
            _(
                "Please leave out email addresses, links and phone numbers. Your match reads this before you both say "
                "yes, and then sees how to reach you."
            ),
            code="reach",
        )
