"""Cells that tell when somebody is usually free, as windows of the local week."""

import re
from dataclasses import dataclass, replace
from typing import Any

from letsconnect.base import folding
from registrations.domain.registrations import MINUTES_A_WEEK, merge_windows, split_window
from registrations.oldform.reading import text, week
from registrations.oldform.reading.cells import BLANK, Cell, guessed, join, understood, unread
from registrations.oldform.reading.clock import DAY, READ_BY_24H, Span, Time, span

_EVERY = frozenset(range(7))
_GUESSED = week.HOURS_GUESSED
_WAKING = Span(9 * 60, 21 * 60, _GUESSED)
_WEEKEND_HOURS = Span(10 * 60, 18 * 60, _GUESSED)
_PART_START = re.compile(r"[;|\n]")
_TIME = re.compile(
    r"(?P<hour>\d{1,2})(?:\s?(?P<mark>[:h.])\s?(?P<minute>\d{2})(?!\d))?\s?(?P<unit>h(?:rs?|oras?|eures?|s)?\b|uhr\b)?"
    r"\s?(?P<half>[ap]\.?\s?m\b\.?)?"
)
_TOKEN = re.compile(r"\d+/\d+(?=\D|$)|[^\W\d_]+|[-~→&+,/]|\S")
_NAMED = (
    re.compile(r"\b(?:12\s?)?(?:noon|mediodia|(?<!apres[- ])midi|meio-dia)\b"),
    re.compile(r"\b(?:12\s?)?(?:midnight|medianoche|minuit|meia-noite)\b"),
)


@dataclass
class Said:
    """One thing said: days, a span of hours, or a word between.

    ``is_and``: "and" or a comma came before it. ``last_day``: the day named last, where a range goes on from.
    ``is_week``: "weekend" or "weekdays", which are other days in other countries.
    """

    kind: str
    value: Any = None
    is_and: bool = False
    last_day: int | None = None
    is_week: bool = False


def read(told: str, *, country: str | None = None) -> Cell:
    """Return windows [start, end) in minutes of the week, merged; the country only tells which days the weekend is."""
    if not folding.tidy(told):
        return BLANK
    if text.says_nothing(told) and folding.key(told) != "no":
        return understood([])
    parts = [part for part in _PART_START.split(told) if folding.tidy(part)]
    if len(parts) > text.MAX_ITEMS:
        return unread(f"more than {text.MAX_ITEMS} things; not read")
    cells = [_part(part, week.weekend_of(country)) for part in parts]
    return join(merge_windows([window for cell in cells for window in cell.value or []]), cells)


def _part(told: str, weekend: frozenset[int]) -> Cell:
    """Read what stands between two semicolons; one thing in it that is not understood leaves all of it unread."""
    said: list[Said] = []
    for one in _words(_spelled(told)):
        if one.kind == "unknown":
            return unread(f"“{folding.tidy(told)[:60]}” is not read: “{str(one.value)[:30]}” says nothing about hours")
        if one.kind in ("not", "elsewhere"):
            why = "says when not" if one.kind == "not" else "tells hours of another zone"
            return unread(f"“{folding.tidy(told)[:60]}” is not read: it {why}")
        said.append(one)
    items = _spans(_day_ranges(said, weekend))
    if items is None or not items:
        return unread(f"“{folding.tidy(told)[:60]}” tells no hours of a week")
    return _windows(items, weekend, folding.tidy(told)[:60])


def _spelled(told: str) -> str:
    plain = re.sub(r"([ap])\.\s?m\.?(?![a-z])", r"\1m", folding.plain(told))
    plain = _NAMED[1].sub("24:00", _NAMED[0].sub("12:00pm", plain))
    return re.sub(r"['’`]", "", plain)


def _words(plain: str) -> list[Said]:
    """Cut into times, known words and phrases, and what is unknown."""
    known, longest = week.words(), week.longest_phrase()
    found: list[Said] = []
    place = 0
    while place < len(plain):
        if plain[place] in " :()[]":
            place += 1
        elif (phrase := _phrase(plain, place, known, longest)) is not None:
            word, place = known[phrase[0]], phrase[1]
            found.append(Said(word.kind, word.value))
        elif plain[place].isdigit() and (match := _TIME.match(plain, place)) is not None:
            place += len(match[0].rstrip())
            glued = place < len(plain) and plain[place].isalnum()
            found.append(Said("unknown", match[0]) if glued else Said("time", _time(match)))
        elif plain[place] == ".":
            place += 1
        elif plain[place] == "و" and _phrase(plain, place + 1, known, longest) is not None:  # "and", written together
            found.append(Said("and"))
            place += 1
        else:
            match = _TOKEN.match(plain, place)
            piece = match[0] if match else plain[place]
            found.append(Said("unknown", piece))
            place += len(piece)
    return found


def _phrase(plain: str, place: int, known: dict[str, week.Word], longest: int) -> tuple[str, int] | None:
    """Return the longest known phrase that starts here, and where it ends."""
    ends, end = [], place
    for _ in range(longest):
        match = _TOKEN.match(plain, end)
        if not match or (plain[end].isdigit() and "/" not in match[0] and not ends):
            break
        end = match.end()
        ends.append(end)
        while end < len(plain) and plain[end] in " .":
            end += 1
    for end in reversed(ends):
        phrase = re.sub(r"\s+", " ", plain[place:end].replace(".", ""))
        if phrase in known:
            return phrase, end
    return None


def _time(match: re.Match[str]) -> Time:
    hour, minute = match["hour"], match["minute"]
    half = (match["half"] or "").replace(".", "").replace(" ", "")
    is_24h = bool(match["unit"]) or match["mark"] == "h" or (bool(minute) and len(hour) == 2 and hour[0] == "0")
    is_bare = not (minute or half or match["unit"] or match["mark"] == "h")
    return Time(int(hour), int(minute or 0), half, is_24h and not half, is_bare)


def _day_ranges(said: list[Said], weekend: frozenset[int]) -> list[Said]:
    """Turn days and ranges of days into sets, halves of the day into their times, and drop filler."""
    found: list[Said] = []
    was_and = False
    for position, one in enumerate(said):
        if one.kind == "filler":
            continue
        if one.kind == "and":
            was_and = True
            continue
        days = _days(one, weekend)
        before = found[-1] if found else None
        if days is not None:
            _add_days(found, one, days, was_and)
        elif one.kind in ("am", "pm", "part") and not was_and and before and before.kind == "time":
            before.value = _in_half(before.value, one)
        elif one.kind in ("am", "pm") and _is_open_time(said, position + 1):
            said[position + 1].value = _in_half(said[position + 1].value, one)  # "오후 6시", "下午2点"
        elif one.kind in ("am", "pm"):
            if (part := _as_part(one, said, position)) is not None:
                found.append(Said("span", part, was_and))
            else:
                found.append(Said("unknown"))
        else:
            found.append(Said("span" if one.kind == "part" else one.kind, one.value, was_and))
        was_and = False
    return found


def _is_open_time(said: list[Said], position: int) -> bool:
    """Tell whether a time stands there that may be of either half of the day."""
    return position < len(said) and said[position].kind == "time" and not said[position].value.half


def _in_half(time: Time, said: Said) -> Time:
    """The time with the half of the day a word after it tells: "7 مساء", "9 du soir"."""
    half = said.kind if said.kind in ("am", "pm") else _half_within(time, said.value)
    return time if time.half or time.hour > 12 else replace(time, half=half, is_24h=False)


def _half_within(time: Time, part: Span) -> str:
    """Which half puts a time inside a part of the day; "2 at night" is before noon, "9 at night" after it."""
    length = (part.end - part.start) % DAY
    inside = [half for half in ("am", "pm") if (time.minutes(half) - part.start) % DAY < length]
    return inside[0] if len(inside) == 1 else ("am" if part.start < 12 * 60 else "pm")


def _add_days(found: list[Said], one: Said, days: frozenset[int], was_and: bool) -> None:
    """Close a range, go on with a list of days, or begin one."""
    before = found[-1] if found else None
    opened = found[-2] if len(found) > 1 else None
    last_day = one.value if one.kind == "day" else None
    if before and before.kind == "range" and opened and opened.last_day is not None and last_day is not None:
        between = frozenset((opened.last_day + step) % 7 for step in range((last_day - opened.last_day) % 7 + 1))
        found[-2:] = [Said("days", opened.value | between, opened.is_and)]  # "Mon-Wed-Fri" goes no further
    elif before and before.kind == "days" and not before.is_week and last_day is not None:
        found[-1] = Said("days", before.value | days, before.is_and, last_day)
    else:
        found.append(Said("days", days, was_and, last_day, is_week=one.kind in ("weekend", "workdays")))


def _as_part(one: Said, said: list[Said], position: int) -> Span | None:
    """A word for a half of the day that follows no time is a part of the day: "مساء"."""
    spans = {"am": Span(9 * 60, 12 * 60, _GUESSED), "pm": Span(18 * 60, 21 * 60, _GUESSED)}
    return spans[one.kind] if position + 1 == len(said) or said[position + 1].kind != "time" else None


def _days(one: Said, weekend: frozenset[int]) -> frozenset[int] | None:
    match one.kind:
        case "day":
            return frozenset({one.value})
        case "weekend":
            return weekend
        case "workdays":
            return _EVERY - weekend
        case "daily":
            return _EVERY
        case "monday to friday":
            return frozenset(range(5))
    return None


def _spans(said: list[Said]) -> list[Said] | None:
    """Turn times into spans; None when a time stands where it says nothing."""
    found: list[Said] = []
    place = 0
    while place < len(said):
        one = said[place]
        kinds = [other.kind for other in said[place : place + 3]]
        if kinds == ["time", "range", "time"] or kinds == ["between", "time", "time"]:
            first, last = (one, said[place + 2]) if one.kind == "time" else (said[place + 1], said[place + 2])
            enclosed = span(first.value, last.value)
            if enclosed is None:
                return None
            found.append(Said("span", enclosed, one.is_and))
            place += 3
        elif one.kind == "after" and kinds[1:2] == ["time"] and kinds[2:3] == ["range"]:
            place += 1
        elif (one.kind in ("after", "before") or one.value == "until") and kinds[1:2] == ["time"]:
            open_ended = _open_ended(one.kind, said[place + 1].value)
            if open_ended is None or (one.value == "until" and found and found[-1].kind != "days"):
                return None
            found.append(Said("span", open_ended, one.is_and))
            place += 2
        elif one.kind in ("days", "span", "anytime"):
            found.append(one)
            place += 1
        elif one.kind == "time" and _is_hour(one.value):
            start = -(-one.value.minutes() // 15) * 15
            found.append(Said("span", Span(start, start + 60, "an hour from then"), one.is_and))
            place += 1
        elif (
            one.kind == "range"
            and not found
            and place + 1 < len(said)
            and said[place + 1].kind in ("days", "time", "span")
        ):
            place += 1  # "a las 18h", a dash before a list
        elif one.kind in ("after", "between") and kinds[1:2] in (["days"], ["span"], ["time"]):
            place += 1  # "from Monday to Friday"
        elif (
            one.kind == "range" and found and found[-1].kind in ("days", "span") and kinds[1:2] in (["time"], ["span"])
        ):
            place += 1  # "Mon - 18:00-20:00", "sábado a la tarde"
        else:
            return None
    return found


def _is_hour(time: Time) -> bool:
    """Tell whether a time that stands alone is surely one, and leaves an hour of the day."""
    return time.is_possible and not time.is_bare and time.minutes() <= 22 * 60


def _open_ended(kind: str, time: Time) -> Span | None:
    if not time.is_possible:
        return None
    minutes = time.minutes("pm" if kind == "after" and not time.is_24h and time.hour < 9 else "")
    minutes = -(-minutes // 15) * 15
    if kind == "after":
        return Span(minutes, 22 * 60, "the end guessed") if minutes < 22 * 60 else None
    return Span(7 * 60, minutes, "the beginning guessed") if minutes > 7 * 60 else None


def _windows(items: list[Said], weekend: frozenset[int], told: str) -> Cell:
    """Bring days and hours together: "Mon Wed 18-20 Fri 10-12", "18-20 Mon", "evenings and weekends"."""
    pairs: list[tuple[Said | None, list[Span]]] = []
    waiting: list[Span] = []
    for place, item in enumerate(items):
        last = pairs[-1] if pairs else None
        if item.kind == "days":
            if waiting and item.is_and:  # "evenings and weekends" are two things
                pairs.append((None, waiting))
                waiting = []
            pairs.append((item, waiting))
            waiting = []
            continue
        hours = _WAKING if item.kind == "anytime" else item.value
        alone = item.is_and and hours.doubt == _GUESSED and last is not None and last[0] is not None and last[0].is_week
        days_follow = place + 1 < len(items) and items[place + 1].kind == "days" and not items[place + 1].is_and
        if last is None or waiting or alone or (last[1] and days_follow and item.is_and):
            _add_hours(waiting, hours, is_and=item.is_and)
        else:
            _add_hours(last[1], hours, is_and=item.is_and)
    if waiting:
        pairs.append((None, waiting))
    return _cell(pairs, weekend, told)


def _add_hours(spans: list[Span], hours: Span, *, is_and: bool) -> None:
    """Add a span; hours told right after a part of the day say which hours of it: "evenings 6-9"."""
    if spans and spans[-1].doubt == _GUESSED and hours.doubt != _GUESSED and not is_and:
        part = spans.pop()
        if part.start >= 12 * 60 and hours.start < hours.end <= 12 * 60:
            hours = Span(hours.start + 12 * 60, hours.end + 12 * 60, "the half of the day taken from the word")
    spans.append(hours)


def _cell(pairs: list[tuple[Said | None, list[Span]]], weekend: frozenset[int], told: str) -> Cell:
    windows: list[tuple[int, int]] = []
    doubts: list[str] = []
    for days, spans in pairs:
        chosen = days.value if days else _EVERY
        if days is None and any(hours.doubt == READ_BY_24H for hours in spans):
            return unread(f"“{told}” is not read: two numbers and no day")
        if days is None:
            doubts.append("taken for every day")
        elif days.is_week:
            doubts.append("days taken by the week of the country")
        if not spans:
            spans = [_WEEKEND_HOURS if chosen <= weekend else _WAKING]
        doubts += [hours.doubt for hours in spans if hours.doubt]
        for day in sorted(chosen):
            for hours in spans:
                start = day * DAY + hours.start
                end = day * DAY + hours.end + (0 if hours.end > hours.start else DAY)
                windows += split_window(start, end if end <= MINUTES_A_WEEK else end - MINUTES_A_WEEK)
    windows = merge_windows(windows)
    if doubts:
        return guessed(windows, f"“{told}”: " + ", ".join(dict.fromkeys(doubts)))
    return understood(windows)


_SHORT = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def show(windows: list[tuple[int, int]]) -> str:
    """Return windows as people read them, for the report: "Mon 18:00–20:30"."""
    return ", ".join(
        f"{_SHORT[start // DAY]} {_hour(start % DAY)}–{_hour(end - start // DAY * DAY)}" for start, end in windows
    )


def _hour(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}" if minutes <= DAY else f"+{_hour(minutes - DAY)}"
