"""The columns of the old form: finding them by their headings, in any order, any case and with words added."""

from collections.abc import Sequence
from dataclasses import dataclass

from letsconnect.base import folding
from letsconnect.base.encodings import UnreadableFile

# Field → its heading in the form, then other headings it has had. Messages use the first.
HEADINGS: dict[str, tuple[str, ...]] = {
    "written_at": (
        "Timestamp",
        "Submitted at",
        "Date",
        "Marca temporal",
        "Horodateur",
        "Carimbo de data/hora",
        "طابع زمني",
    ),
    "username": (
        "Wikimedia username",
        "Username",
        "Wiki username",
        "User name",
        "Nombre de usuario",
        "Nom d'utilisateur",
    ),
    "name": ("Full name", "Name", "Full name (optional)", "Nombre completo", "Nom complet", "Nome completo"),
    "address": ("Email Address", "Email", "E-mail", "E-mail address", "Correo electrónico", "Adresse e-mail", "Mail"),
    "role": ("What is your main role?", "Main role", "Role"),
    "group": ("Group / affiliation", "Group", "Affiliation", "Group or affiliation", "Affiliate"),
    "country": ("Country or territory", "Country", "Country / territory", "País", "Pays"),
    "languages": ("Languages you speak (with level)", "Languages you speak", "Languages", "Idiomas", "Langues"),
    "zone": ("Time zone", "Timezone", "Your time zone"),
    "windows": ("When are you usually free?", "Availability", "When are you free?"),
    "shares": ("Skills I can share", "Skills to share", "Skills you can share"),
    "learns": ("Skills I want to learn", "Skills to learn", "Skills you want to learn"),
    "clinic": ("Would you share in a Learning Clinic?", "Learning Clinic"),
    "sessions": ("1:1 sessions a month", "Sessions a month", "1:1 sessions per month"),
    "newsletter": ("Newsletter?", "Newsletter", "Subscribe to the newsletter"),
    "consent": (
        "I agree to follow the Universal Code of Conduct",
        "Universal Code of Conduct",
        "Code of Conduct",
        "I agree to follow the UCoC",
    ),
}
MOST_COLUMNS = 200  # the form has sixteen
FEWEST = 4  # a file with fewer known headings is something else


class NotTheOldForm(UnreadableFile):
    """The file is not an export of the old form; the text says why."""


@dataclass(frozen=True)
class Columns:
    """In which column each field stands. ``headings`` are as written, with numbers added to make each one unique.

    ``second_places`` are the columns whose question another column has already, which is the one that is read.
    """

    places: dict[str, int]
    headings: tuple[str, ...]
    second_places: tuple[int, ...] = ()

    @property
    def missing(self) -> list[str]:
        """Return the headings of the form that the file lacks."""
        return [names[0] for field, names in HEADINGS.items() if field not in self.places]

    @property
    def not_read(self) -> list[str]:
        """Return the headings of columns that are not read because an earlier column has the same question."""
        return [f"“{self.headings[place]}” (column {place + 1})" for place in self.second_places]


def match(header: Sequence[str]) -> Columns:
    """Find the fields of a header. Raises NotTheOldForm when there are too few to believe it is the form's."""
    if len(header) > MOST_COLUMNS:
        raise NotTheOldForm(f"The first line has more than {MOST_COLUMNS} columns, so this is not the old form.")
    field_by_heading = {folding.key(name): field for field, names in HEADINGS.items() for name in names}
    places: dict[str, int] = {}
    second_places = []
    for exactly in (True, False):
        for place, heading in enumerate(header):
            field = field_by_heading.get(folding.key(heading[:300])) if exactly else _by_beginning(heading)
            if field and field not in places and place not in places.values():
                places[field] = place
            elif field and exactly:
                second_places.append(place)
    headings_there = ", ".join(HEADINGS[field][0] for field in places)
    if len(places) < FEWEST or not places.keys() & {"address", "username", "name"}:
        if not headings_there:
            raise NotTheOldForm(
                "This is not an export of the old form: of its headings none could be found in the first line."
            )
        raise NotTheOldForm(
            f"This is not an export of the old form: of its headings only {headings_there} could be found in the first "
            "line."
        )
    return Columns(places, _made_unique(header), tuple(second_places))


def field_of(heading: str) -> str | None:
    """Return the field that a column of this heading answers, None if it is none of the form's."""
    exact = {folding.key(name): field for field, names in HEADINGS.items() for name in names}
    return exact.get(folding.key(heading[:300])) or _by_beginning(heading)


def _by_beginning(heading: str) -> str | None:
    """Return the field whose heading the given one begins with: "Time zone (as Area/City)"."""
    heading_key = folding.key(heading[:300])
    for field, names in HEADINGS.items():
        if len(folding.key(names[0])) > 8 and heading_key.startswith(folding.key(names[0]) + " "):
            return field
    return None


def _made_unique(header: Sequence[str]) -> tuple[str, ...]:
    headings: dict[str, None] = {}
    for place, heading in enumerate(header, start=1):
        name = folding.tidy(heading[:300]) or f"column {place}"
        while name in headings:
            name = f"{name} ({place})"
        headings[name] = None
    return tuple(headings)
