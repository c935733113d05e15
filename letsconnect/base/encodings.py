"""Bytes → text: find the encoding of a file, or the code pages it may be in, from which a person has to choose."""

import codecs
import re
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, gettext_noop


class UnreadableFile(Exception):
    """The file cannot be read; the text says why."""


UTF_8 = "utf-8"
# Code pages that programs still write, the likeliest first, by Python's names. Their own stand in rows in English too.
CODE_PAGES = {
    "cp1252": gettext_noop("Windows-1252 (Western Europe)"),
    "cp1256": gettext_noop("Windows-1256 (Arabic)"),
    "cp1250": gettext_noop("Windows-1250 (Central Europe)"),
    "cp1251": gettext_noop("Windows-1251 (Cyrillic)"),
    "cp1253": gettext_noop("Windows-1253 (Greek)"),
    "cp1254": gettext_noop("Windows-1254 (Turkish)"),
    "cp1255": gettext_noop("Windows-1255 (Hebrew)"),
    "cp1258": gettext_noop("Windows-1258 (Vietnamese)"),
    "mac_roman": gettext_noop("Macintosh Roman"),
    "cp850": gettext_noop("DOS 850 (Western Europe)"),
    "iso8859_15": gettext_noop("ISO 8859-15 (Western Europe)"),
    "shift_jis": gettext_noop("Shift JIS (Japanese)"),
    "gb18030": gettext_noop("GB 18030 (Chinese)"),
    "big5": gettext_noop("Big5 (Chinese)"),
    "euc_kr": gettext_noop("EUC-KR (Korean)"),
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
# UTF-8 that was read as Windows-1252: one garbled letter of Western Europe, or two of another script in a row.
_FOLLOWING_LETTER = (
    "[" + "".join(re.escape(bytes([byte]).decode("cp1252", "ignore") or chr(byte)) for byte in range(0x80, 0xC0)) + "]"
)
_MISREAD = re.compile(
    f"[\u00c2-\u00c5]{_FOLLOWING_LETTER}|(?:[\u00c6-\u00df]{_FOLLOWING_LETTER}){{2}}|[\u00e0-\u00ef]{_FOLLOWING_LETTER}{{2}}|[\u00f0-\u00f4]{_FOLLOWING_LETTER}{{3}}"
)
_UNDECODABLE = re.compile("[\udc80-\udcff]")  # what stands for a byte that is no UTF-8 (Python's "surrogateescape")


def named_code_pages() -> list[tuple[str, Promise]]:
    """Return the code pages to choose from, each with its name in the reader's language."""
    return [(page, gettext_lazy(name)) for page, name in CODE_PAGES.items()]


@dataclass(frozen=True)
class Decoded:
    """A file as text. ``guess`` is the code page it was read with when that is only a guess, "" when it is certain."""

    text: str
    guess: str = ""
    notes: list[str] = field(default_factory=list)


def decode(content: bytes, chosen: str = "") -> Decoded:
    """Return the text of a file; bytes of a Unicode file that are no text stay marked, see `without_undecodable`.

    ``chosen`` is the code page that a person chose. Raises UnreadableFile with a reason people understand.
    """
    if (encoding := certain_encoding(content)) != "":
        return Decoded(_decode_marking(content, encoding))
    if chosen:
        if chosen not in CODE_PAGES:
            raise UnreadableFile("This code page is none of those that can be chosen.")
        return Decoded(_decode_strictly(content, chosen))
    guess = possible_code_pages(content)[0]
    note = (
        f"The file is not UTF-8. It was read as {CODE_PAGES[guess]}, which is a guess, so nothing in it counts as "
        "understood. Please choose the code page under which the samples read right."
    )
    return Decoded(_decode_strictly(content, guess), guess, [note])


def certain_encoding(content: bytes) -> str:
    """Return the encoding a file is certainly in, "" when it is one of the code pages. Raises UnreadableFile."""
    for beginning, description in _OTHER_FORMATS.items():
        if content.startswith(beginning):
            raise UnreadableFile(f"This is {description}, not CSV.")
    encoding = _encoding_by_mark(content) or _wide_encoding(content)
    text = content.decode(encoding or "latin-1", errors="replace")
    if (place := text.find("\x00")) >= 0:  # which no database stores
        line = text.count("\n", 0, place) + 1
        raise UnreadableFile(
            f"Line {line} has a NUL byte, so the file is damaged or no text. Please export it again as CSV (UTF-8)."
        )
    return encoding or (UTF_8 if _is_mostly_utf_8(content) else "")


def _encoding_by_mark(content: bytes) -> str:
    return next((encoding for mark, encoding in _MARKS if content.startswith(mark)), "")


def _wide_encoding(content: bytes) -> str:
    """Recognise UTF-32 and UTF-16 without a mark by the places of zero bytes, as headings are mostly ASCII."""
    beginning = content[:400]
    beginning = beginning[: len(beginning) // 4 * 4]
    if not beginning or beginning.count(0) <= len(beginning) // 4:
        return ""
    zeros = [beginning[place::4].count(0) for place in range(4)]
    if sum(zeros) > len(beginning) * 5 // 8:
        return "utf-32-le" if zeros[0] < zeros[3] else "utf-32-be"
    return "utf-16-le" if zeros[0] + zeros[2] < zeros[1] + zeros[3] else "utf-16-be"


def _decode_strictly(content: bytes, encoding: str, errors: str = "strict") -> str:
    try:
        return content.decode(encoding, errors=errors).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        name = CODE_PAGES.get(encoding, encoding.removesuffix("-le").removesuffix("-be"))
        raise UnreadableFile(f"The file says it is {name} but is not: {error.reason}.") from error


def _decode_marking(content: bytes, encoding: str) -> str:
    """Return the text of a Unicode file, with a mark for each byte of UTF-8, or half letter of UTF-16, that is none."""
    return _decode_strictly(content, encoding, "surrogateescape" if encoding == UTF_8 else _MARKING)


def _mark(error: UnicodeError) -> tuple[str, int]:
    """Go on after half a letter of UTF-16 or UTF-32; Python's own "surrogateescape" marks single bytes only."""
    if not isinstance(error, UnicodeDecodeError) or error.end >= len(error.object):  # the file was cut off
        raise error
    return "\udc80", error.end


_MARKING = "letsconnect.mark"
codecs.register_error(_MARKING, _mark)


def _is_mostly_utf_8(content: bytes) -> bool:
    """Tell whether most letters beyond ASCII are valid UTF-8, which text in another code page almost never is."""
    text = content.decode(UTF_8, errors="surrogateescape")
    letters = len(text) - len(text.encode("ascii", errors="ignore"))
    undecodable = len(text) - len(_UNDECODABLE.sub("", text))
    return not undecodable or letters - undecodable > undecodable


def possible_code_pages(content: bytes) -> list[str]:
    """Return the code pages in which every byte of the file is a letter, the likeliest first."""
    pages = [page for page in CODE_PAGES if _can_be_read(content, page)]
    if not pages:
        raise UnreadableFile("The file cannot be read as text. Please export it again as CSV (UTF-8).")
    return pages


def _can_be_read(content: bytes, page: str) -> bool:
    try:
        text = content.decode(page)
    except UnicodeDecodeError:
        return False
    return not re.search(r"[\x80-\x9f]", text)


def samples(content: bytes) -> list[list[str]]:
    """Return, for a person to choose from, [code page, its name, some lines of the file read with it] each."""
    lines = [line for line in re.split(rb"[\r\n]+", content) if not line.isascii()][:SAMPLES]
    return [[page, CODE_PAGES[page], *(_sample(line, page) for line in lines)] for page in possible_code_pages(content)]


def _sample(line: bytes, page: str) -> str:
    """Return the part of a line around its first letter that is not ASCII."""
    text = line.decode(page, errors="replace")
    first = next((place for place, letter in enumerate(text) if letter > "\x7f"), 0)
    return text[max(0, first - _LONGEST_SAMPLE // 2) : first + _LONGEST_SAMPLE // 2]


def has_undecodable(text: str) -> bool:
    """Tell whether a text has marks of bytes that were no UTF-8."""
    return _UNDECODABLE.search(text) is not None


def without_undecodable(text: str) -> str:
    """Return the text with the replacement character "\\ufffd" where a byte was no UTF-8."""
    return _UNDECODABLE.sub("\ufffd", text)


def seems_garbled(text: str) -> bool:
    """Tell whether letters of a text were damaged before the file came here.

    They may be lost ("Jos\ufffd"), or read with another code page than they were written in ("JosÃ©").
    """
    return "\ufffd" in text or _MISREAD.search(text) is not None
