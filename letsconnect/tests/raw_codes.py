"""Codes of ours that a page shows instead of words: kinds, verbs, states and columns, as `word_word` or `word.word`."""

import re
from html import unescape

OUR_APPS = ("base", "registrations", "mailings", "matching", "clinics", "trust", "reports")
_HIDDEN = re.compile(r"<(script|style|textarea)\b.*?</\1>|<!--.*?-->", re.DOTALL)
_READ_ALOUD = re.compile(r"""\s(?:title|aria-label|placeholder|alt|data-label)="([^"]*)\"""")
_TAG = re.compile(r"<[^>]*>")
_ELSEWHERE = re.compile(r"\S+@\S+|https?://\S+")  # addresses say what they like
_CODE = re.compile(r"\b[a-z][a-z0-9]*(?:[._][a-z0-9]+)+\b")
_NAME = re.compile(r".*\.(?:csv|xlsx|json|ics|org|com|net|example)")  # of files and hosts


def raw_codes_in(page: str) -> set[str]:
    """Return the codes among the words of a page, or of a text, that somebody reads or hears."""
    shown = _HIDDEN.sub(" ", page)
    texts = [*_READ_ALOUD.findall(shown), _TAG.sub(" ", shown)]
    found = {code for text in texts for code in _CODE.findall(_ELSEWHERE.sub(" ", unescape(text)))}
    return {code for code in found if not _NAME.fullmatch(code)}
