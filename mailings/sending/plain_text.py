"""The plain text of a letter in short lines, from which mail programs that can make paragraphs again (RFC 3676).

Such a program joins a line that ends with a space to the next one. Others show the lines as they are.
"""

import re
import unicodedata

WIDTH = 76  # characters; mail programs on a terminal have eighty
# Told with the text, so that programs may join its lines.
FORMAT = ("format", "flowed")
SIGNATURE = "-- "
_TOO_LONG = re.compile(rf"^.{{{WIDTH + 1},}}$", re.MULTILINE)
# In front of these a program takes the line for a quotation or for lines it has joined already.
_STUFFED = re.compile(r"^(?=[ >])", re.MULTILINE)
_ENDS_IN_SPACES = re.compile(r" +$", re.MULTILINE)
# A name that is a whole line needs nothing that keeps it apart, and would stand at the left also where it is Arabic.
_ALONE = re.compile("^\u2068([^\n\u2066-\u2069]+)\u2069$", re.MULTILINE)
_OPENS, _CLOSES, _FROM_THE_RIGHT = "\u2066\u2067\u2068", "\u2069", "\u200f"


def flowed(text: str) -> str:
    """Return the text with long lines broken at spaces. An address is never broken.

    A line of a text that runs from right to left stays so, whatever word it begins with; what keeps a name apart from
    the direction of the words around it ends with the line and begins anew.
    """
    parts = [_ALONE.sub(r"\1", _ENDS_IN_SPACES.sub("", part)) for part in text.split(f"\n{SIGNATURE}\n")]
    broken = [_STUFFED.sub(" ", _TOO_LONG.sub(lambda line: _broken(line[0]), part)) for part in parts]
    return f"\n{SIGNATURE}\n".join(broken)


def _broken(line: str) -> str:
    lines: list[str] = []
    for word in line.split(" "):
        if lines and len(lines[-1]) + len(word) < WIDTH:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    from_the_right = _runs_from_the_right(line)
    opened = ""
    for place, words in enumerate(lines):
        starts = opened
        for character in words:
            opened = opened + character if character in _OPENS else opened[:-1] if character in _CLOSES else opened
        turned = from_the_right and place > 0 and not _runs_from_the_right(starts + words) and "://" not in words
        lines[place] = (_FROM_THE_RIGHT if turned else "") + starts + words + _CLOSES * len(opened)
    return " \n".join(lines)


def _runs_from_the_right(line: str) -> bool:
    """Tell whether a program that goes by the first letter outside of a name reads the line from right to left."""
    depth = 0
    for character in line:
        if character in _OPENS:
            depth += 1
        elif character in _CLOSES:
            depth = max(0, depth - 1)
        elif not depth and (kind := unicodedata.bidirectional(character)) in ("L", "R", "AL"):
            return kind != "L"
    return False
