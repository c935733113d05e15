"""Looking up names: which code a text certainly names, which it may name, and which is one typing mistake away."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from letsconnect.base import folding
from registrations.oldform.reading import text

# The languages of CLDR (from Babel) in which names of countries, languages and days are known besides our own tables.
PORTAL_LOCALES = ("en", "es", "es_MX", "ar", "fr", "fr_CA", "pt", "pt_PT")
OTHER_LOCALES = tuple(
    [
        "de",
        "it",
        "nl",
        "ru",
        "uk",
        "be",
        "pl",
        "tr",
        "az",
        "id",
        "ms",
        "hi",
        "bn",
        "ur",
        "ne",
        "ta",
        "te",
        "ml",
        "kn",
        "mr",
        "gu",
        "pa",
        "or",
        "fa",
        "ps",
        "ja",
        "ko",
        "zh",
        "zh_Hant",
        "sw",
        "ha",
        "yo",
        "ig",
        "zu",
        "am",
        "so",
        "rw",
        "ca",
        "eu",
        "gl",
        "ro",
        "sv",
        "nb",
        "nn",
        "da",
        "fi",
        "cs",
        "sk",
        "sl",
        "sr",
        "sr_Latn",
        "hr",
        "bs",
        "bg",
        "mk",
        "sq",
        "hu",
        "el",
        "he",
        "hy",
        "ka",
        "kk",
        "ky",
        "uz",
        "vi",
        "th",
        "my",
        "km",
        "fil",
        "et",
        "lv",
        "lt",
        "af",
        "cy",
        "ga",
        "is",
        "eo",
        "qu",
    ]
)


_MOST_SLIPS = 5_000


@dataclass
class Names:
    """Names and the codes they stand for. ``sure`` counts before ``also``; a name of two codes in it is ambiguous."""

    sure: dict[str, set[str]] = field(default_factory=dict)
    also: dict[str, set[str]] = field(default_factory=dict)
    _slips: dict[str, set[str]] = field(default_factory=dict, repr=False)  # a cache of limited size

    def add(self, name: str, code: str, *, is_sure: bool = True) -> None:
        name_key = folding.key(name)
        if name_key and (
            is_sure or len(name_key) > 3 or not name_key.isascii()
        ):  # "kri" is Krio's code before it is a name
            (self.sure if is_sure else self.also).setdefault(name_key, set()).add(code)
            self._slips.clear()

    def add_all(self, pairs: Iterable[tuple[str, str]], *, is_sure: bool = True) -> None:
        for name, code in pairs:
            self.add(name, code, is_sure=is_sure)

    def find(self, name: str) -> set[str]:
        """Return the codes that have this name, whatever its capitals, accents and signs."""
        name_key = folding.key(name)
        return self.sure.get(name_key) or self.also.get(name_key) or set()

    def is_doubtful(self, name: str) -> bool:
        """Tell whether a name that is not sure may as well be a typing mistake in a sure one."""
        name_key = folding.key(name)
        return name_key not in self.sure and bool(self._near(name_key))

    def close_to(self, name: str) -> set[str]:
        """Return the codes that have a sure name one typing mistake away; with two codes, the text is ambiguous."""
        return {code for sure_name in self._near(folding.key(name)) for code in self.sure[sure_name]}

    def _near(self, name_key: str) -> set[str]:
        if name_key not in self._slips:
            if len(self._slips) >= _MOST_SLIPS:
                self._slips.clear()
            self._slips[name_key] = text.near(name_key, self.sure.keys())
        return self._slips[name_key]
