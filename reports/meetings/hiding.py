"""Which numbers of people the report on clinics hides: of clinics and months whole rows, of languages single numbers.

A reader knows more than the report: how many seats are taken is on the page of a clinic and in its open data while
people can sign up, and how many came stands there afterwards. So both count as known wherever they are not small, and
what is protected is who of those with a seat came.

**Rows.** A row is hidden whole if any of its numbers is small: seats, who came, who came with a seat, and the seats of
those who did not and the others who came, which a reader subtracts. Hidden rows are known only by their sum, the row
above them less the rows shown. Their small seats (and their small numbers of people) can be anything up to their sum,
which must therefore be no small one; and of a row of which at most ``u`` can have come with a seat, any number between
W - (the u of all other hidden rows) and the sum W can have. More rows are hidden, those of fewest people first, until
these are `ROOM` apart (or `u`). Where all of them are not enough the row above is hidden as well: of a month with all
its clinics, of the year alone, for months that are shown have no sum then from which the hidden ones could be taken.

**Languages.** Who listened in which language at a clinic is a table with holes: clinics by languages, its margins being
the seats of a clinic and what the report shows. That is a network (`reports/domain/privacy.py`). All languages of a
clinic with a small number of seats are hidden, so that they tell nothing about it.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from letsconnect.base.small_counts import SMALLEST_COUNT_SHOWN, too_small
from reports.domain.privacy import ALL, ROOM, Key, Sum, hidden_counts, is_small


class Attended(NamedTuple):
    """The people of one clinic, month or year. ``most`` is how many can have come with a seat, as far as is known."""

    seats: int
    came_with_seat: int
    came: int
    most: int

    @property
    def tells_of_few(self) -> bool:
        absent, seatless = self.seats - self.came_with_seat, self.came - self.came_with_seat
        return any(map(is_small, (self.seats, self.came_with_seat, self.came, absent, seatless)))

    @property
    def size(self) -> tuple[bool, int]:
        """Rows of nobody come last: they help nobody."""
        return not self.most, self.seats + self.came


Rows = Mapping[Key, Attended]


def row_of(*, seats: int, came_with_seat: int, came: int) -> Attended:
    return Attended(seats, came_with_seat, came, min(seats, came))


def sum_of(rows: Iterable[Attended]) -> Attended:
    return Attended(*(sum(numbers) for numbers in zip(Attended(0, 0, 0, 0), *rows, strict=True)))


def hidden_rows(months: Mapping[Key, Rows]) -> set[Key]:
    """Return which rows are hidden, of clinics, of months, and `ALL`; ``months`` has the clinics of each."""
    of_month = {month: sum_of(clinics.values()) for month, clinics in months.items()}
    hidden: set[Key] = set()
    away: set[Key] = set()
    for month, clinics in months.items():
        few = {key for key, row in clinics.items() if row.tells_of_few}
        enough = None if of_month[month].tells_of_few else _enough(clinics, few)
        if enough is None:
            away.add(month)
        else:
            hidden |= enough
    everything = {ALL, *months, *(key for clinics in months.values() for key in clinics)}
    if sum_of(of_month.values()).tells_of_few:
        return everything
    few, below = set(away), _below(away, months)
    while away:
        enough = _enough(of_month, away)
        others = [month for month in months if month not in away]
        if enough is None or not others:  # hidden with what is above it: months that are shown have no sum to lack it
            return hidden | few | _below(few, months).keys() | {ALL}
        away, below = enough, _below(enough, months)
        if _leaves_room(below.values(), nobody_came=False):
            break
        away = away | {min(others, key=lambda month: of_month[month].size)}
    return hidden | away | below.keys()


def _below(hidden: Iterable[Key], months: Mapping[Key, Rows]) -> dict[Key, Attended]:
    return {key: row for month in hidden for key, row in months[month].items()}


def _enough(rows: Rows, few: Collection[Key]) -> set[Key] | None:
    """Return these rows and what has to be hidden with them, so that their sum tells nothing; None where it does."""
    chosen = set(few)
    others = sorted((key for key in rows if key not in chosen), key=lambda key: rows[key].size)
    nobody_came = not sum_of(rows.values()).came_with_seat
    while chosen and not _leaves_room([rows[key] for key in chosen], nobody_came=nobody_came):
        if not others:
            return None
        chosen.add(others.pop(0))
    return chosen


def _leaves_room(rows: Iterable[Attended], *, nobody_came: bool) -> bool:
    """Tell whether rows of which only the sum is shown may each have numbers that are far enough apart."""
    rows = list(rows)
    for numbers in ([row.seats for row in rows], [row.came for row in rows]):
        if is_small(sum(filter(is_small, numbers))):
            return False
    if nobody_came:  # that is seen, and speaks of all of them
        return True
    came, most = sum(row.came_with_seat for row in rows), sum(row.most for row in rows)
    return all(min(came, row.most) - max(0, came - (most - row.most)) >= min(ROOM, row.most) for row in rows)


Listened = Mapping[int, Mapping[str, int]]


def hidden_languages(listened: Listened, *, on_their_page: Collection[int]) -> set[str]:
    """Return of which languages is hidden how many listened, and whether `ALL` of them are.

    ``listened`` has them by clinic and language, with 0 for each language that was there. The own page of the clinics
    in ``on_their_page`` tells the working group how many listened, where they are not few.
    """
    counts: dict[Key, int] = {}
    sums: list[Sum] = []
    outside: set[Key] = set()
    parts: dict[str, list[Key]] = {language: [] for by_language in listened.values() for language in by_language}
    with_few: set[Key] = set()
    for clinic, by_language in listened.items():
        cells: list[Key] = [(clinic, language) for language in by_language]
        counts |= dict(zip(cells, by_language.values(), strict=True))
        counts[clinic] = sum(by_language.values())
        sums.append(Sum(clinic, tuple(cells)))
        if is_small(counts[clinic]):
            with_few |= by_language.keys()
        else:
            outside.add(clinic)
        if clinic in on_their_page:
            few = too_small(by_language, least=SMALLEST_COUNT_SHOWN)
            outside |= {(clinic, language) for language in by_language if language not in few}
        for language, cell in zip(by_language, cells, strict=True):
            parts[language].append(cell)
    for language, of_it in parts.items():
        counts[language] = sum(counts[cell] for cell in of_it)
        sums.append(Sum(language, tuple(of_it)))
    counts[ALL] = sum(counts[language] for language in parts)
    sums += [Sum(ALL, tuple(parts)), Sum(ALL, tuple(listened))]
    cells_and_clinics = {key for key in counts if key != ALL and key not in parts}
    away = hidden_counts(counts, sums, unpublished=cells_and_clinics, shown=outside, protected=with_few)
    return {key for key in away if key == ALL or key in parts}
