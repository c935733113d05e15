"""What an address of the list asks for. Nothing is guessed: what makes no sense is said to make none."""

from typing import NamedTuple

from django.http import QueryDict

from clinics.listing.filters import CHOSEN_NAMES, WORDS, ClinicFilters
from letsconnect.open_data.answers import BadQuestion

PAGE, PER_PAGE = "page", "per_page"
USUAL_PER_PAGE, MOST_PER_PAGE, MOST_PAGES = 50, 100, 10_000
NAMES = (*CHOSEN_NAMES, WORDS, PAGE, PER_PAGE)
_READ_AS = {"when": "which", WORDS: "words"}  # where a filter is called otherwise than its parameter


class ListQuestion(NamedTuple):
    filters: ClinicFilters
    page: int
    per_page: int

    def query(self, *, page: int) -> str:
        """Return what follows the "?" of another page of the same list."""
        per_page = self.per_page if self.per_page != USUAL_PER_PAGE else ""
        return self.filters.as_query(per_page=per_page, page=page if page > 1 else "")


def question_of(query: QueryDict) -> ListQuestion:
    """Read what is asked; BadQuestion for a parameter that is unknown, comes twice or says what we do not know."""
    for name, values in query.lists():
        if name not in NAMES:
            raise BadQuestion("", f"Parameters are: {', '.join(NAMES)}.")
        if len(values) > 1:
            raise BadQuestion(name, "This parameter stands there more than once.")
    filters = ClinicFilters.of(query)
    for name in (*CHOSEN_NAMES, WORDS):
        typed = query.get(name, "")
        understood = getattr(filters, _READ_AS.get(name, name))
        if typed.strip() and (not understood or (isinstance(understood, str) and understood != typed.strip())):
            raise BadQuestion(name, "The value of this parameter is none that we know.")
    page, per_page = _number(query, PAGE, 1, MOST_PAGES), _number(query, PER_PAGE, USUAL_PER_PAGE, MOST_PER_PAGE)
    return ListQuestion(filters, page, per_page)


def _number(query: QueryDict, name: str, usual: int, most: int) -> int:
    typed = query.get(name, "")
    if not typed:
        return usual
    if not (typed.isascii() and typed.isdecimal() and len(typed) <= 6 and 1 <= int(typed) <= most):
        raise BadQuestion(name, f"This is a whole number from 1 to {most}.")
    return int(typed)
