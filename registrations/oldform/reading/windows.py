"""Cells that say when somebody is usually free, read as windows of the local week."""

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
_WAKING_HOURS = Span(9 * 60, 21 * 60, _GUESSED)
_WEEKEND_HOURS = Span(10 * 60, 18 * 60, _GUESSED)
_PART_START = re.compile(r"[;|\n]")
_TIME = re.compile(
    r"(?P<hour>\d{1,2})(?:\s?(?P<mark>[:h.])\s?(?P<minute>\d{2})(?!\d))?\s?(?P<unit>h(?:rs?|oras?|eures?|s)?\b|uhr\b)?"
    r"\s?(?P<half>[ap]\.?\s?m\b\.?)?"
)
_TOKEN = re.compile(r"\d+/\d+(?=\D|$)|[^\W\d_]+|[-~→&+,/]|\S")
_NOON_AND_MIDNIGHT = (
    re.compile(r"\b(?:12\s?)?(?:noon|mediodia|(?<!apres[- ])midi|meio-dia)\b"),
    re.compile(r"\b(?:12\s?)?(?:midnight|medianoche|minuit|meia-noite)\b"),
)


@dataclass
class TimeTerm:
    """One part of the answer: days, a span of hours, or a word that joins them.

    ``is_and``: "and" or a comma stands before it. ``last_day``: the day named last, at which a range of days begins.
    ``is_week``: it is "weekend" or "weekdays", which are different days in different countries.
    """

    kind: str
    value: Any = None
    is_and: bool = False
    last_day: int | None = None
    is_week: bool = False


def read(answer: str, *, country: str | None = None) -> Cell:
    """Return windows [start, end) in minutes of the week, merged; the country decides which days are the weekend."""
    if not folding.tidy(answer):
        return BLANK
    if text.says_nothing(answer) and folding.key(answer) != "no":
        return understood([])
    parts = [part for part in _PART_START.split(answer) if folding.tidy(part)]
    if len(parts) > text.MAX_ITEMS:
        return unread(f"more than {text.MAX_ITEMS} things; not read")
    cells = [_read_part(part, week.weekend_of(country)) for part in parts]
    return join(merge_windows([window for cell in cells for window in cell.value or []]), cells)


def _read_part(part: str, weekend: frozenset[int]) -> Cell:
    """Read the text between two semicolons; when one thing in it is not understood, all of it stays unread."""
    terms: list[TimeTerm] = []
    for term in _terms(_plain_text(part)):
        if term.kind == "unknown":
            return unread(f"“{folding.tidy(part)[:60]}” is not read: “{str(term.value)[:30]}” says nothing about hours")
        if term.kind in ("not", "elsewhere"):
            reason = "says when not" if term.kind == "not" else "tells hours of another zone"
            return unread(f"“{folding.tidy(part)[:60]}” is not read: it {reason}")
        terms.append(term)
    items = _spans(_day_ranges(terms, weekend))
    if items is None or not items:
        return unread(f"“{folding.tidy(part)[:60]}” tells no hours of a week")
    return _windows(items, weekend, folding.tidy(part)[:60])


def _plain_text(part: str) -> str:
    """Return the text with letters folded, with "12:00pm" and "24:00" for noon and midnight, without apostrophes."""
    plain = re.sub(r"([ap])\.\s?m\.?(?![a-z])", r"\1m", folding.plain(part))
    plain = _NOON_AND_MIDNIGHT[1].sub("24:00", _NOON_AND_MIDNIGHT[0].sub("12:00pm", plain))
    return re.sub(r"['’`]", "", plain)


def _terms(plain: str) -> list[TimeTerm]:
    """Cut a text into times, known words and phrases, and unknown rest."""
    vocabulary, longest = week.words(), week.longest_phrase()
    terms: list[TimeTerm] = []
    place = 0
    while place < len(plain):
        if plain[place] in " :()[]":
            place += 1
        elif (phrase := _phrase(plain, place, vocabulary, longest)) is not None:
            word, place = vocabulary[phrase[0]], phrase[1]
            terms.append(TimeTerm(word.kind, word.value))
        elif plain[place].isdigit() and (match := _TIME.match(plain, place)) is not None:
            place += len(match[0].rstrip())
            glued = place < len(plain) and plain[place].isalnum()
            terms.append(TimeTerm("unknown", match[0]) if glued else TimeTerm("time", _time(match)))
        elif plain[place] == ".":
            place += 1
        elif (
            plain[place] == "و" and _phrase(plain, place + 1, vocabulary, longest) is not None
        ):  # "and", written together
            terms.append(TimeTerm("and"))
            place += 1
        else:
            match = _TOKEN.match(plain, place)
            piece = match[0] if match else plain[place]
            terms.append(TimeTerm("unknown", piece))
            place += len(piece)
    return terms


def _phrase(plain: str, place: int, vocabulary: dict[str, week.Word], longest: int) -> tuple[str, int] | None:
    """Return the longest phrase of the vocabulary that starts at ``place``, and where it ends."""
    ends: list[int] = []
    end = place
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
        if phrase in vocabulary:
            return phrase, end
    return None


def _time(match: re.Match[str]) -> Time:
    hour, minute = match["hour"], match["minute"]
    half = (match["half"] or "").replace(".", "").replace(" ", "")
    is_24h = bool(match["unit"]) or match["mark"] == "h" or (bool(minute) and len(hour) == 2 and hour[0] == "0")
    is_bare = not (minute or half or match["unit"] or match["mark"] == "h")
    return Time(int(hour), int(minute or 0), half, is_24h and not half, is_bare)


def _day_ranges(terms: list[TimeTerm], weekend: frozenset[int]) -> list[TimeTerm]:
    """Turn days and ranges of days into sets, give "am" and "pm" to the times beside them, and drop filler words."""
    result: list[TimeTerm] = []
    is_and = False
    for position, term in enumerate(terms):
        if term.kind == "filler":
            continue
        if term.kind == "and":
            is_and = True
            continue
        days = _days(term, weekend)
        previous = result[-1] if result else None
        if days is not None:
            _add_days(result, term, days, is_and)
        elif term.kind in ("am", "pm", "part") and not is_and and previous and previous.kind == "time":
            previous.value = _in_half(previous.value, term)
        elif term.kind in ("am", "pm") and _is_time_of_either_half(terms, position + 1):
            terms[position + 1].value = _in_half(terms[position + 1].value, term)  # "오후 6시", "下午2点"
        elif term.kind in ("am", "pm"):
            if (part := _as_part(term, terms, position)) is not None:
                result.append(TimeTerm("span", part, is_and))
            else:
                result.append(TimeTerm("unknown"))
        else:
            result.append(TimeTerm("span" if term.kind == "part" else term.kind, term.value, is_and))
        is_and = False
    return result


def _is_time_of_either_half(terms: list[TimeTerm], position: int) -> bool:
    """Tell whether the term at this position is a time without "am" or "pm"."""
    return position < len(terms) and terms[position].kind == "time" and not terms[position].value.half


def _in_half(time: Time, half_of_day: TimeTerm) -> Time:
    """The time with the half of the day a word after it tells: "7 مساء", "9 du soir"."""
    half = half_of_day.kind if half_of_day.kind in ("am", "pm") else _half_within(time, half_of_day.value)
    return time if time.half or time.hour > 12 else replace(time, half=half, is_24h=False)


def _half_within(time: Time, part: Span) -> str:
    """Return "am" or "pm", whichever puts a time inside a part of the day: "2 at night" is am, "9 at night" pm."""
    length = (part.end - part.start) % DAY
    inside = [half for half in ("am", "pm") if (time.minutes(half) - part.start) % DAY < length]
    return inside[0] if len(inside) == 1 else ("am" if part.start < 12 * 60 else "pm")


def _add_days(result: list[TimeTerm], term: TimeTerm, days: frozenset[int], is_and: bool) -> None:
    """Add days to the result: as the end of a range, as one more of a list, or as a new list."""
    previous = result[-1] if result else None
    range_start = result[-2] if len(result) > 1 else None
    last_day = term.value if term.kind == "day" else None
    if (
        previous
        and previous.kind == "range"
        and range_start
        and range_start.last_day is not None
        and last_day is not None
    ):
        between = frozenset(
            (range_start.last_day + step) % 7 for step in range((last_day - range_start.last_day) % 7 + 1)
        )
        result[-2:] = [
            TimeTerm("days", range_start.value | between, range_start.is_and)
        ]  # "Mon-Wed-Fri" goes no further
    elif previous and previous.kind == "days" and not previous.is_week and last_day is not None:
        result[-1] = TimeTerm("days", previous.value | days, previous.is_and, last_day)
    else:
        result.append(TimeTerm("days", days, is_and, last_day, is_week=term.kind in ("weekend", "workdays")))


def _as_part(term: TimeTerm, terms: list[TimeTerm], position: int) -> Span | None:
    """Return the hours of "am" or "pm" where no time stands beside it, so that the word names a part of the day."""
    spans = {"am": Span(9 * 60, 12 * 60, _GUESSED), "pm": Span(18 * 60, 21 * 60, _GUESSED)}
    return spans[term.kind] if position + 1 == len(terms) or terms[position + 1].kind != "time" else None


def _days(term: TimeTerm, weekend: frozenset[int]) -> frozenset[int] | None:
    match term.kind:
        case "day":
            return frozenset({term.value})
        case "weekend":
            return weekend
        case "workdays":
            return _EVERY - weekend
        case "daily":
            return _EVERY
        case "monday to friday":
            return frozenset(range(5))
    return None


def _spans(terms: list[TimeTerm]) -> list[TimeTerm] | None:
    """Turn times into spans of hours; return None when a time or a word stands where it makes no sense."""
    result: list[TimeTerm] = []
    place = 0
    while place < len(terms):
        term = terms[place]
        kinds = [next_term.kind for next_term in terms[place : place + 3]]
        if kinds == ["time", "range", "time"] or kinds == ["between", "time", "time"]:
            first, last = (term, terms[place + 2]) if term.kind == "time" else (terms[place + 1], terms[place + 2])
            enclosed = span(first.value, last.value)
            if enclosed is None:
                return None
            result.append(TimeTerm("span", enclosed, term.is_and))
            place += 3
        elif term.kind == "after" and kinds[1:2] == ["time"] and kinds[2:3] == ["range"]:
            place += 1
        elif (term.kind in ("after", "before") or term.value == "until") and kinds[1:2] == ["time"]:
            open_ended = _open_ended(term.kind, terms[place + 1].value)
            if open_ended is None or (term.value == "until" and result and result[-1].kind != "days"):
                return None
            result.append(TimeTerm("span", open_ended, term.is_and))
            place += 2
        elif term.kind in ("days", "span", "anytime"):
            result.append(term)
            place += 1
        elif term.kind == "time" and _is_hour(term.value):
            start = -(-term.value.minutes() // 15) * 15
            result.append(TimeTerm("span", Span(start, start + 60, "an hour from then"), term.is_and))
            place += 1
        elif (
            term.kind == "range"
            and not result
            and place + 1 < len(terms)
            and terms[place + 1].kind in ("days", "time", "span")
        ):
            place += 1  # "a las 18h", a dash before a list
        elif term.kind in ("after", "between") and kinds[1:2] in (["days"], ["span"], ["time"]):
            place += 1  # "from Monday to Friday"
        elif (
            term.kind == "range"
            and result
            and result[-1].kind in ("days", "span")
            and kinds[1:2] in (["time"], ["span"])
        ):
            place += 1  # "Mon - 18:00-20:00", "sábado a la tarde"
        else:
            return None
    return result


def _is_hour(time: Time) -> bool:
    """Tell whether a time without an end is surely a time, and early enough for an hour to follow on that day."""
    return time.is_possible and not time.is_bare and time.minutes() <= 22 * 60


def _open_ended(kind: str, time: Time) -> Span | None:
    """Return the hours after, or before, one time: until 22:00, or from 7:00."""
    if not time.is_possible:
        return None
    minutes = time.minutes("pm" if kind == "after" and not time.is_24h and time.hour < 9 else "")
    minutes = -(-minutes // 15) * 15
    if kind == "after":
        return Span(minutes, 22 * 60, "the end guessed") if minutes < 22 * 60 else None
    return Span(7 * 60, minutes, "the beginning guessed") if minutes > 7 * 60 else None


def _windows(items: list[TimeTerm], weekend: frozenset[int], answer: str) -> Cell:
    """Pair days with their hours: "Mon Wed 18-20 Fri 10-12", "18-20 Mon", "evenings and weekends"."""
    pairs: list[tuple[TimeTerm | None, list[Span]]] = []
    hours_without_days: list[Span] = []
    for place, item in enumerate(items):
        last = pairs[-1] if pairs else None
        if item.kind == "days":
            if hours_without_days and item.is_and:  # "evenings and weekends" are two things
                pairs.append((None, hours_without_days))
                hours_without_days = []
            pairs.append((item, hours_without_days))
            hours_without_days = []
            continue
        hours = _WAKING_HOURS if item.kind == "anytime" else item.value
        is_apart = (
            item.is_and and hours.doubt == _GUESSED and last is not None and last[0] is not None and last[0].is_week
        )
        days_follow = place + 1 < len(items) and items[place + 1].kind == "days" and not items[place + 1].is_and
        if last is None or hours_without_days or is_apart or (last[1] and days_follow and item.is_and):
            _add_hours(hours_without_days, hours, is_and=item.is_and)
        else:
            _add_hours(last[1], hours, is_and=item.is_and)
    if hours_without_days:
        pairs.append((None, hours_without_days))
    return _windows_of_pairs(pairs, weekend, answer)


def _add_hours(spans: list[Span], hours: Span, *, is_and: bool) -> None:
    """Add hours to a list; hours right after a part of the day replace it, as in "evenings 6-9"."""
    if spans and spans[-1].doubt == _GUESSED and hours.doubt != _GUESSED and not is_and:
        part = spans.pop()
        if part.start >= 12 * 60 and hours.start < hours.end <= 12 * 60:
            hours = Span(hours.start + 12 * 60, hours.end + 12 * 60, "the half of the day taken from the word")
    spans.append(hours)


def _windows_of_pairs(pairs: list[tuple[TimeTerm | None, list[Span]]], weekend: frozenset[int], answer: str) -> Cell:
    windows: list[tuple[int, int]] = []
    doubts: list[str] = []
    for days, spans in pairs:
        week_days = days.value if days else _EVERY
        if days is None and any(hours.doubt == READ_BY_24H for hours in spans):
            return unread(f"“{answer}” is not read: two numbers and no day")
        if days is None:
            doubts.append("taken for every day")
        elif days.is_week:
            doubts.append("days taken by the week of the country")
        if not spans:
            spans = [_WEEKEND_HOURS if week_days <= weekend else _WAKING_HOURS]
        doubts += [hours.doubt for hours in spans if hours.doubt]
        for day in sorted(week_days):
            for hours in spans:
                start = day * DAY + hours.start
                end = day * DAY + hours.end + (0 if hours.end > hours.start else DAY)
                windows += split_window(start, end if end <= MINUTES_A_WEEK else end - MINUTES_A_WEEK)
    windows = merge_windows(windows)
    if doubts:
        return guessed(windows, f"“{answer}”: " + ", ".join(dict.fromkeys(doubts)))
    return understood(windows)


_SHORT_DAY_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def show(windows: list[tuple[int, int]]) -> str:
    """Return windows as people read them, for the report: "Mon 18:00–20:30"."""
    return ", ".join(
        f"{_SHORT_DAY_NAMES[start // DAY]} {_hour(start % DAY)}–{_hour(end - start // DAY * DAY)}"
        for start, end in windows
    )


def _hour(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}" if minutes <= DAY else f"+{_hour(minutes - DAY)}"
