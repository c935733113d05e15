"""Reading a span of hours from its two ends: "18:00-20:30", "6pm-9", "18h à 20h30", "2-4 PM"."""

from dataclasses import dataclass

DAY = 24 * 60
QUARTER = 15
READ_BY_24H = "read by the 24-hour clock"


@dataclass(frozen=True)
class Time:
    """One time as it was written. ``half`` is "am", "pm" or ""; ``is_24h`` is true when only the 24-hour clock fits."""

    hour: int
    minute: int = 0
    half: str = ""
    is_24h: bool = False
    is_bare: bool = False  # a number alone, which need not be a time

    @property
    def is_possible(self) -> bool:
        if self.minute > 59:
            return False
        return 1 <= self.hour <= 12 if self.half else self.hour < 24 or (self.hour == 24 and self.minute == 0)

    def minutes(self, half: str = "") -> int:
        """Return minutes from midnight; ``half`` counts where the time has no half of its own."""
        half = self.half or half
        hour = self.hour % 12 + (12 if half == "pm" else 0) if half and self.hour <= 12 else self.hour
        return hour * 60 + self.minute


@dataclass(frozen=True)
class Span:
    """Minutes of a day; with ``end`` ≤ ``start`` it runs past midnight. ``doubt`` says what was guessed, "" nothing."""

    start: int
    end: int
    doubt: str = ""


def span(first: Time, last: Time) -> Span | None:
    """Return the span between two times, rounded inwards to quarters of an hour, or None when that makes no sense."""
    if not (first.is_possible and last.is_possible) or first.hour == 24:  # nobody can tell which day 24:00 begins
        return None
    start, end, doubt = _ends(first, last)
    start, end = -(-start // QUARTER) * QUARTER, end // QUARTER * QUARTER
    if (first.minute % QUARTER or last.minute % QUARTER) and not doubt:
        doubt = "rounded to quarters of an hour"
    start, end = start % DAY, end if end == DAY else end % DAY
    if start == end:
        return None
    length = end - start if end > start else end + DAY - start
    if end <= start and length > 12 * 60:
        return None  # "20:00-18:00" is a typing mistake, not twenty-two hours
    if end <= start and length > 8 * 60:
        doubt = doubt or "runs past midnight for long"
    return Span(start, end, doubt)


def _ends(first: Time, last: Time) -> tuple[int, int, str]:
    """Return both ends in minutes of a day, and what was guessed: one "am" or "pm" is often meant for both times."""
    if first.half and last.half:
        return first.minutes(), last.minutes(), ""
    if last.half:  # "2-4 pm", "10-2pm"
        if first.is_24h or first.hour > 12:
            return first.minutes(), last.minutes(), ""
        same_half = first.minutes(last.half)
        if same_half < last.minutes():
            return same_half, last.minutes(), ""
        other_half = first.minutes("am" if last.half == "pm" else "pm")
        return other_half, last.minutes(), "the first time taken as the other half of the day"
    if first.half:  # "6pm-9", "9am-5"
        if last.is_24h or last.hour > 12:
            return first.minutes(), last.minutes(), ""
        same_half = last.minutes(first.half)
        if same_half > first.minutes():
            return first.minutes(), same_half, "the second time taken as the same half of the day"
        return first.minutes(), last.minutes("pm" if first.half == "am" else "am"), "the half of the day guessed"
    if first.is_bare and last.is_bare and last.hour <= first.hour <= 12:  # "9-5"
        return first.minutes(), last.minutes("pm"), "the second time taken as the afternoon"
    return first.minutes(), last.minutes(), "" if _surely_24h(first, last) else READ_BY_24H


def _surely_24h(first: Time, last: Time) -> bool:
    """Tell whether only the 24-hour clock fits: "6-9" may be an evening; "06:00", "18h" and "8:30-12:00" cannot."""
    if first.hour > 12 or last.hour > 12 or first.hour == 0 or first.is_24h or last.is_24h:
        return True
    return first.hour >= 8 and first.hour < last.hour <= 12
