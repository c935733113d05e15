"""Files that eat a machine which reads them without a measure: each as large as asked for."""

HEADING = b"Timestamp,Email Address,Username,Full name,Country or territory,Languages you speak,Skills I can share\n"
_WORDS = b"wikedata,engllish,vedeo editting,logik moddels,copiright lawws,surweys and more,"


def _filled(head: bytes, piece: bytes, size: int, tail: bytes = b"") -> bytes:
    return head + piece * max(1, (size - len(head) - len(tail)) // len(piece)) + tail


def _rows(cell: bytes, size: int) -> bytes:
    """Rows of different people whose list cells are all the same words, numbered so that nothing is remembered."""
    out, number, length = [HEADING], 0, len(HEADING)
    while length < size:
        numbered = b";".join(cell + str(number * 50 + place).encode() for place in range(50))
        row = b'2023/05/19,a%d@example.org,User%d,Ana,Chile,"%s","%s"\n' % (number, number, numbered, numbered)
        out.append(row)
        length, number = length + len(row), number + 1
    return b"".join(out)


HOSTILE = {
    "a heading of commas": lambda size: _filled(HEADING.rstrip(), b",", size, b"\n"),
    "the same heading again and again": lambda size: _filled(
        b"Email,Username,Full name,Country", b",Email", size, b"\n"
    ),
    "nothing but line ends": lambda size: b"\n" * size,
    "line ends after the heading": lambda size: _filled(HEADING, b"\n", size),
    "line ends before a row": lambda size: _filled(HEADING, b"\n", size, b"x,a@b.org,Ana,Ana,Chile\n"),
    "carriage returns": lambda size: _filled(HEADING, b"\r", size),
    "quotes": lambda size: _filled(HEADING, b'"', size),
    "quotes in pairs on lines of their own": lambda size: _filled(HEADING, b'""\n', size),
    "a quote that is never closed": lambda size: _filled(HEADING + b'x,a@b.org,"Ana,', b"Ana,x\n", size),
    "a quote that is never closed at the end": lambda size: _filled(HEADING, b"x,a@b.org,Ana\n", size // 9, b'x,"y'),
    "one huge cell": lambda size: _filled(HEADING + b"x,a@b.org,", b"x", size),
    "a row of commas": lambda size: _filled(HEADING, b",", size, b"x\n"),
    "rows of one letter": lambda size: _filled(HEADING, b"x\n", size),
    "cells of one letter": lambda size: _filled(HEADING, b"x,x,x,x,x,x,x,x\n", size),
    "bytes of no encoding": lambda size: _filled(HEADING, b"\xff\xfe\xfd", size),
    "broken UTF-8": lambda size: _filled(HEADING, b"\xc3", size),
    "NUL": lambda size: _filled(HEADING, b"x,", size, b"\x00"),
    "ligatures that unfold": lambda size: _filled(HEADING, "x,a@b.org,Ana,ﷺﷺﷺ\n".encode(), size),
    "lists of slips of the pen": lambda size: _rows(b"wikedatta", size),
    "lists of long slips of the pen": lambda size: _rows(b"organizzing contesst", size),
    "spaces in lists": lambda size: _rows(b" " * 60 + b"e ", size),
    "brackets in lists": lambda size: _rows(b"((((((((((((", size),
}

# Answers to one question that go on and on, the questions they may be given to, and usernames that do.
LONG_CELLS = ("9" * 5000, "(" * 5000, "a " * 2500, "-" * 5000, "1:" * 2500, " " * 4990 + "and x", "ﷺ" * 5000)
ANSWERED_WITH_ONE_THING = ("role", "country", "zone", "sessions", "clinic", "newsletter", "consent", "written_at")
LONG_NAMES = ("%41", "[", "a:", "&amp;", "https://x.org/wiki/User:")
