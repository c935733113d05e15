"""Bytes → text: which encoding a file is in, and what to ask when only a guess is possible."""

import codecs
import re
from dataclasses import dataclass, field

from registrations.oldform.reading.columns import NotTheOldForm

UTF_8 = "utf-8"
# Code pages that people's programs still write, the likeliest first; the names are those of Python.
CODE_PAGES = {
    "cp1252": "Windows-1252 (Western Europe)",
    "cp1256": "Windows-1256 (Arabic)",
    "cp1250": "Windows-1250 (Central Europe)",
    "cp1251": "Windows-1251 (Cyrillic)",
    "cp1253": "Windows-1253 (Greek)",
    "cp1254": "Windows-1254 (Turkish)",
    "cp1255": "Windows-1255 (Hebrew)",
    "cp1258": "Windows-1258 (Vietnamese)",
    "mac_roman": "Macintosh Roman",
    "cp850": "DOS 850 (Western Europe)",
    "iso8859_15": "ISO 8859-15 (Western Europe)",
    "shift_jis": "Shift JIS (Japanese)",
    "gb18030": "GB 18030 (Chinese)",
    "big5": "Big5 (Chinese)",
    "euc_kr": "EUC-KR (Korean)",
}
SAMPLES = 5
_LONGEST_SAMPLE = 60
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: it begins with the same two bytes
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_OTHER_FORMATS = {
    b"PK\x03\x04": "a spreadsheet file (save it as CSV first)",
    b"%PDF": "a PDF",
    b"\xd0\xcf\x11\xe0": "an old spreadsheet file (save it as CSV first)",
    b"\x1f\x8b": "a compressed file (unpack it first)",
    b"BZh": "a compressed file (unpack it first)",
    b"7z\xbc\xaf": "a compressed file (unpack it first)",
    b"{\\rtf": "a text document (save it as CSV first)",
}
# UTF-8 as Windows-1252 shows it: one such letter of Western Europe, or two letters of any other script in a row.
_MORE = "[" + "".join(re.escape(bytes([one]).decode("cp1252", "ignore") or chr(one)) for one in range(0x80, 0xC0)) + "]"
_MISREAD = re.compile(
    f"[\u00c2-\u00c5]{_MORE}|(?:[\u00c6-\u00df]{_MORE}){{2}}|[\u00e0-\u00ef]{_MORE}{{2}}|[\u00f0-\u00f4]{_MORE}{{3}}"
)
_BAD = re.compile("[\udc80-\udcff]")  # where a byte stood that is no UTF-8 (Python's "surrogateescape")


@dataclass(frozen=True)
class Decoded:
    """A file as text. ``guess`` is the code page it was read by when nobody confirmed it, "" when that is certain."""

    text: str
    guess: str = ""
    notes: list[str] = field(default_factory=list)


def decode(content: bytes, chosen: str = "") -> Decoded:
    """Return the text of a file; bytes of a UTF-8 file that are none stay marked, see `without_bad`.

    ``chosen`` is the code page a person confirmed. Raises NotTheOldForm with a reason people understand.
    """
    if (encoding := surely(content)) != "":
        return Decoded(_strictly(content, encoding) if encoding != UTF_8 else _as_utf_8(content))
    if chosen:
        if chosen not in CODE_PAGES:
            raise NotTheOldForm("This code page is none of those that can be chosen.")
        return Decoded(_strictly(content, chosen))
    guess = possible(content)[0]
    note = (
        f"The file is not UTF-8. It was read as {CODE_PAGES[guess]}, which is a guess, so nothing in it counts as "
        "understood. Please choose the code page under which the samples read right."
    )
    return Decoded(_strictly(content, guess), guess, [note])


def surely(content: bytes) -> str:
    """Return the encoding that a file is in without doubt, "" when it is some code page. Raises NotTheOldForm."""
    for begins, what in _OTHER_FORMATS.items():
        if content.startswith(begins):
            raise NotTheOldForm(f"This is {what}, not CSV.")
    if encoding := _marked(content) or _wide(content):
        return encoding
    if (place := content.find(0)) >= 0:
        line = content.count(b"\n", 0, place) + 1
        raise NotTheOldForm(
            f"Line {line} has a NUL byte, so the file is damaged or no text. Please export it again as CSV (UTF-8)."
        )
    return UTF_8 if _is_mostly_utf_8(content) else ""


def _marked(content: bytes) -> str:
    return next((encoding for mark, encoding in _MARKS if content.startswith(mark)), "")


def _wide(content: bytes) -> str:
    """Tell UTF-32 and UTF-16 without a mark by where the zeros stand: the headings of the form are mostly ASCII."""
    some = content[:400]
    some = some[: len(some) // 4 * 4]
    if not some or some.count(0) <= len(some) // 4:
        return ""
    zeros = [some[place::4].count(0) for place in range(4)]
    if sum(zeros) > len(some) * 5 // 8:
        return "utf-32-le" if zeros[0] < zeros[3] else "utf-32-be"
    return "utf-16-le" if zeros[0] + zeros[2] < zeros[1] + zeros[3] else "utf-16-be"


def _strictly(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        name = CODE_PAGES.get(encoding, encoding.removesuffix("-le").removesuffix("-be"))
        raise NotTheOldForm(f"The file says it is {name} but is not: {error.reason}.") from error


def _as_utf_8(content: bytes) -> str:
    return content.decode(UTF_8, errors="surrogateescape").removeprefix("\ufeff")


def _is_mostly_utf_8(content: bytes) -> bool:
    """Tell whether what is not ASCII is UTF-8 more often than not: code pages are UTF-8 by chance hardly ever."""
    text = content.decode(UTF_8, errors="surrogateescape")
    letters = len(text) - len(text.encode("ascii", errors="ignore"))
    bad = len(text) - len(_BAD.sub("", text))
    return not bad or letters - bad > bad


def possible(content: bytes) -> list[str]:
    """Return the code pages under which every byte of the file is a letter, the likeliest first."""
    found = [page for page in CODE_PAGES if _reads(content, page)]
    if not found:
        raise NotTheOldForm("The file cannot be read as text. Please export it again as CSV (UTF-8).")
    return found


def _reads(content: bytes, page: str) -> bool:
    try:
        text = content.decode(page)
    except UnicodeDecodeError:
        return False
    return not re.search(r"[\x80-\x9f]", text)


def samples(content: bytes) -> list[list[str]]:
    """Return [code page, its name, lines of the file as it reads them]: what a person chooses from."""
    lines = [line for line in re.split(rb"[\r\n]+", content) if not line.isascii()][:SAMPLES]
    return [[page, CODE_PAGES[page], *(_sample(line, page) for line in lines)] for page in possible(content)]


def _sample(line: bytes, page: str) -> str:
    """The part of a line around its first letter that is not ASCII."""
    text = line.decode(page, errors="replace")
    first = next((place for place, letter in enumerate(text) if letter > "\x7f"), 0)
    return text[max(0, first - _LONGEST_SAMPLE // 2) : first + _LONGEST_SAMPLE // 2]


def has_bad(text: str) -> bool:
    """Tell whether a text has bytes that were no UTF-8."""
    return _BAD.search(text) is not None


def without_bad(text: str) -> str:
    """Return the text with the sign for a lost letter where a byte was no UTF-8."""
    return _BAD.sub("\ufffd", text)


def seems_garbled(text: str) -> bool:
    """Tell whether letters of a text were lost before it came to us ("Jos\ufffd"), or were read as another code page
    than they were written in ("JosÃ©")."""
    return "\ufffd" in text or _MISREAD.search(text) is not None
