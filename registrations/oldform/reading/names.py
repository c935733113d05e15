"""Looking names up: what a text certainly names, what it may name, and what it is one slip away from."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from letsconnect.base import folding
from registrations.oldform.reading import text

# Where the names of countries, languages and days come from besides our own tables (CLDR, by Babel).
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
    """A set of names of codes. ``sure`` beats ``also``, and within one a name of two codes names neither."""

    sure: dict[str, set[str]] = field(default_factory=dict)
    also: dict[str, set[str]] = field(default_factory=dict)
    _slips: dict[str, set[str]] = field(default_factory=dict, repr=False)  # what was asked for; bounded

    def add(self, name: str, code: str, *, is_sure: bool = True) -> None:
        found = folding.key(name)
        if found and (is_sure or len(found) > 3 or not found.isascii()):  # "kri" is Krio's code before it is a name
            (self.sure if is_sure else self.also).setdefault(found, set()).add(code)
            self._slips.clear()

    def add_all(self, pairs: Iterable[tuple[str, str]], *, is_sure: bool = True) -> None:
        for name, code in pairs:
            self.add(name, code, is_sure=is_sure)

    def find(self, name: str) -> set[str]:
        """Return the codes that go by exactly this name, spelling aside."""
        found = folding.key(name)
        return self.sure.get(found) or self.also.get(found) or set()

    def is_doubtful(self, name: str) -> bool:
        """Tell whether a name found only in a language far away may as well be a slip in a name nearer by."""
        found = folding.key(name)
        return found not in self.sure and bool(self._near(found))

    def close_to(self, name: str) -> set[str]:
        """Return the codes whose sure name is a slip away; two of them mean that nobody can tell."""
        return {code for other in self._near(folding.key(name)) for code in self.sure[other]}

    def _near(self, found: str) -> set[str]:
        if found not in self._slips:
            if len(self._slips) >= _MOST_SLIPS:
                self._slips.clear()
            self._slips[found] = text.near(found, self.sure.keys())
        return self._slips[found]
