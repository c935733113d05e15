"""Taking people out of texts that leave the portal for good, in kits and as open data: a copy cannot be corrected.

Hidden are the names of everybody with a part in the clinic or in another of its series, however they are spelt and
bent as far as letters tell it, and ways to reach anybody. A name of somebody who has no part in it, or one in another
script, no program finds: whoever passes a kit on is asked to read it.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import Any
from urllib.parse import unquote, urlsplit

from django.db.models import Q

from clinics.models import AgendaItem, Clinic, ClinicPerson
from letsconnect.base.folding import plain
from letsconnect.base.query_batches import QueryBatch
from letsconnect.base.querysets import any_of

NAME_WAS_HERE = "[…]"
LEAST_LETTERS = 3  # of a part of a name, to be hidden in small letters too

# Words beside names that name nobody.
_NOBODYS_WORDS = (
    "al abu and avec ben bin bint com con da das de del della den der di do dos du e el et for from ibn la las le les "
    "los of the van von with y wiki wikimedia wikipedia wikidata commons user group "
    "بن ابن بنت ابو ام ال و مع من عبد"
)
_NOBODYS = frozenset(_NOBODYS_WORDS.split())
_APOSTROPHES = "'`´‘’ʼʻ′"
_NO_SPACES = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]"
)
_ARABIC, _HEBREW, _HAN = re.compile("[\u0600-\u06ff]"), re.compile("[\u0590-\u05ff]"), re.compile("[\u4e00-\u9fff]")
_BEFORE, _AFTER = r"(?<![^\W\d_])", r"(?![^\W\d_])"
_ARABIC_BEFORE, _HEBREW_BEFORE = "[وف]?[بكلس]?", "[והבלכמש]{0,3}"  # written as one with the name
_HONORIFICS = "(?=さん|さま|様|氏|先生|君|くん|ちゃん|老师|老師|女士|同学)"
_USER = (
    r"(?:user|usuari[oa](?:\(a\))?|utilisat(?:eur|rice)|مستخدمه?|benutzer(?:in)?|utente|участни(?:к|ца)|"
    r"利用者|用户|用戶|사용자)(?:[ _]?(?:talk|discusion|discussion|discussao|نقاش))?"
)
_WAYS = re.compile(
    rf"\[\[\s*:?(?:\w+:)*{_USER}:[^\]]*\]\]|"
    rf"(?:https?://[^\s<>]*/)?(?<!\w){_USER}:[^\s\]|)}}<>,;]+|"
    r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+|"
    r"(?<![\w.@/])@\w[\w.]*\w|"
    r"(?:https?://)?(?:www\.)?(?:t\.me|wa\.me|telegram\.me|instagram\.com|facebook\.com|linkedin\.com/in|x\.com|"
    r"twitter\.com)/[^\s<>)\]]+|"
    r"(?<!\w)(?:\+|00)[ ]?\(?\d(?:[ ./()-]{0,2}\d){6,}|"
    r"(?<![\w/.-])(?!\d{1,2}[./-]\d{1,2}[./-]\d{2,4}(?!\d))0\d(?:[ ./-]?\d){6,}(?![\w-])",
    re.IGNORECASE,
)


class HiddenNames:
    """Takes names, and ways to reach somebody, out of what was written."""

    def __init__(self, names: Iterable[str]) -> None:
        whole = {tuple(parts) for name in names if (parts := _parts(name))}
        alone = {(part,) for name in whole for part in name if part not in _NOBODYS and _is_told_alone(part)}
        said = sorted(whole | alone, key=lambda each: (-len("".join(each)), each))
        self._pattern = _pattern(said) if said else None
        self._squeezed = {"".join(name) for name in whole if len(name) > 1 and len("".join(name)) > LEAST_LETTERS}

    def __call__(self, text: str) -> str:
        """Return the text with a mark where a person was."""
        return _without(_without(text, _WAYS), self._pattern) if text else text

    def link(self, address: str) -> str:
        """Return the address of a page or file, or a mark where a person is in it: half an address leads nowhere."""
        parts = urlsplit(address)
        host = "" if parts.netloc.endswith(("wikimedia.org", "wikipedia.org")) else parts.netloc
        spelt_out = unquote(f"{host}/{parts.path}?{parts.query}#{parts.fragment}")
        words = re.sub(r"(?<=[^\W\d_A-Z])(?=[A-Z])", "_", spelt_out)
        letters = "".join(letter for letter in _folded(spelt_out)[0] if letter.isalnum())
        is_named = self(words) != words or any(name in letters for name in self._squeezed)
        return NAME_WAS_HERE if is_named or _WAYS.search(unquote(address)) else address


def _without(text: str, pattern: "re.Pattern[str] | None") -> str:
    if pattern is None:
        return text
    folded, places = _folded(text)
    kept, end = [], 0
    for hit in pattern.finditer(folded):
        first, after = hit.span(hit.lastindex or 0)
        begin, until = places[first], places[after - 1] + 1
        while until < len(text) and not _letter(text[until]):  # accents that stand alone, and what cannot be seen
            until += 1
        if begin < end or _is_a_word(text[begin:until]):
            continue
        kept += [text[end:begin], NAME_WAS_HERE]
        end = until
    return "".join([*kept, text[end:]])


def _is_a_word(letters: str) -> bool:
    """Tell whether two letters are no name: they are written small, in a script that has capitals."""
    return len(letters) < LEAST_LETTERS and letters[0].islower()


@lru_cache(maxsize=10_000)
def _letter(letter: str) -> str:
    return " " if letter.isspace() else "'" if letter in _APOSTROPHES else plain(letter)


def _folded(text: str) -> tuple[str, list[int]]:
    """Return the text in small letters without accents, and of each of its letters where it stood."""
    letters, places = [], []
    for place, letter in enumerate(text):
        folded = _letter(letter)
        letters.append(folded)
        places += [place] * len(folded)
    return "".join(letters), places


def _parts(name: str) -> list[str]:
    return re.findall(r"[^\W_]+(?:'[^\W_]+)*", _folded(unicodedata.normalize("NFC", name))[0])


def _is_told_alone(part: str) -> bool:
    return len(part) > 1 and not part.isdigit()


def _pattern(said: Iterable[tuple[str, ...]]) -> "re.Pattern[str]":
    spaced: list[str] = []
    arabic: list[str] = []
    hebrew: list[str] = []
    unspaced: list[str] = []
    for parts in said:
        name = r"[\s_.·・'-]*".join(_bent(part) for part in parts)
        letters = "".join(parts)
        if _NO_SPACES.search(letters):
            unspaced.append(name)
            if len(parts) == 1 and _HAN.match(letters) and len(letters) > 1:  # with the family name in front
                unspaced += [re.escape(letters[:length]) + _HONORIFICS for length in (2, 1)]
        else:
            (arabic if _ARABIC.search(letters) else hebrew if _HEBREW.search(letters) else spaced).append(name)
    kinds = [
        (spaced, _BEFORE, _AFTER),
        (arabic, f"{_BEFORE}{_ARABIC_BEFORE}", _AFTER),
        (hebrew, f"{_BEFORE}{_HEBREW_BEFORE}", _AFTER),
        (unspaced, "", ""),
    ]
    return re.compile("|".join(f"{before}({'|'.join(names)}){after}" for names, before, after in kinds if names))


def _bent(part: str) -> str:
    return f"(?:ال|لل){re.escape(part[2:])}" if part.startswith("ال") and len(part) > LEAST_LETTERS else re.escape(part)


class NamesOfClinics:
    """The names of the people of clinics and of their series, read in a batch whatever their number."""

    def __init__(self, batch: QueryBatch, keys: Collection[int]) -> None:
        series = Clinic.objects.filter(pk__in=any_of(keys)).exclude(series=None).values("series")
        of = Q(clinic__in=any_of(keys)) | Q(clinic__series__in=series)
        where = ("clinic_id", "clinic__series_id")
        self._people: Iterable[Any] = batch.add(
            ClinicPerson.objects.filter(of)
            .order_by("pk")
            .values_list(
                *where, "name", "member__name", "member__registration__name", "member__registration__wikimedia_username"
            )
        )
        self._speakers: Iterable[Any] = batch.add(
            AgendaItem.objects.filter(of).exclude(speaker="").order_by("pk").values_list(*where, "speaker")
        )
        self._known: dict[tuple[int, int | None], HiddenNames] = {}

    def hide(self, clinic: Clinic) -> HiddenNames:
        """Return what takes the people of this clinic, and of its series, out of a text."""
        whose = (0, clinic.series_id) if clinic.series_id else (clinic.pk, None)
        if whose not in self._known:
            rows = [*self._people, *self._speakers]
            names = [row[2:] for row in rows if (row[1] == whose[1] if whose[1] else row[0] == whose[0])]
            self._known[whose] = HiddenNames({name for row in names for name in row if name})
        return self._known[whose]
