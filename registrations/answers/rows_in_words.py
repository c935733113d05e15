"""The answers that are rows of their own tables (offers, wishes, languages, windows, consents): all their words.

Each kind of row says itself in one line (to read back), as a change, as a cell of an export and as items of "my data".
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from letsconnect.base.folding import plain
from registrations.answers.kinds import Words
from registrations.answers.windows import say_minute, say_window, windows_in_words
from registrations.domain.agreements import AGREEMENTS
from registrations.domain.facts import LanguageFact, OfferFact, WindowFact, WishFact
from registrations.domain.registrations import BabelLevel, OfferLevel, WishPriority
from registrations.events import Item
from registrations.models import Registration
from registrations.reference.names import language_name

item = Item.of
BETWEEN = "; "  # of two things in one cell of a spreadsheet


class ConsentFact(NamedTuple):
    """A document somebody agreed to in today's version."""

    document: str


RowFact = TypeVar("RowFact", bound=NamedTuple)
SkillFact = TypeVar("SkillFact", OfferFact, WishFact)
Difference = tuple[str, str, str]  # what it is about, what was said, what is said


class AnswerRows(ABC, Generic[RowFact]):
    """One kind of row, and how it is put into words wherever an answer is shown.

    ``name`` is the fact that holds the rows, ``row`` the type of each.
    """

    name: str
    row: type[RowFact]

    def read(self, stored: Iterable[Any]) -> list[RowFact]:
        """Return rows from the facts of a registration or of a snapshot, which keeps each as a list."""
        return [self.row._make(values) for values in stored]

    @abstractmethod
    def lines(self, rows: Sequence[RowFact], words: Words) -> list[str]:
        """Return the rows as the person reads them back."""

    @abstractmethod
    def changes(self, before: Sequence[RowFact], after: Sequence[RowFact], words: Words) -> list[Difference]:
        """Return what differs between the rows of two moments."""

    @abstractmethod
    def heading(self) -> str:
        """Return what "my data" calls these rows."""

    @abstractmethod
    def items(self, row: RowFact, words: Words) -> tuple[Item, ...]:
        """Return one row as "my data" shows it."""


class TableRows(AnswerRows[RowFact]):
    """Rows of a table that points at the registration, in its ``related`` name; the export shows them."""

    related: str

    def of(self, registration: Registration) -> list[RowFact]:
        """Return the rows of a registration from what was fetched along with it."""
        rows = getattr(registration, self.related).all()
        return self.read([getattr(row, column) for column in self.row._fields] for row in rows)

    def cell(self, registration: Registration, words: Words) -> str:
        """Return what a spreadsheet shows of a registration's rows, in one cell."""
        return BETWEEN.join(self.cells(self.of(registration), words))

    @abstractmethod
    def cells(self, rows: Sequence[RowFact], words: Words) -> list[str]:
        """Return what a cell of a spreadsheet says of each row, in the order a reader looks for it."""


class KeyedRows(TableRows[RowFact]):
    """Rows told apart by their first value, which says what they are about: one that differs was changed."""

    @abstractmethod
    def line(self, row: RowFact, words: Words) -> str:
        """Return one row as the person reads it back."""

    @abstractmethod
    def about(self, row: RowFact, words: Words) -> str:
        """Return what the row is about: its key in words."""

    @abstractmethod
    def said(self, row: RowFact) -> str:
        """Return what the row says about it: all but its key in words."""

    def lines(self, rows: Sequence[RowFact], words: Words) -> list[str]:
        return [self.line(row, words) for row in rows]

    def changes(self, before: Sequence[RowFact], after: Sequence[RowFact], words: Words) -> list[Difference]:
        was, now = ({row[0]: row for row in rows} for rows in (before, after))
        return [
            (
                self.about(row, words),
                self.said(was[key]) if key in was else "",
                self.said(now[key]) if key in now else "",
            )
            for key, row in {**was, **now}.items()
            if was.get(key) != now.get(key)
        ]


class WholeRows(AnswerRows[RowFact]):
    """Rows without a key: one that differs went, and another one came."""

    @abstractmethod
    def gone_or_come(self, row: RowFact) -> tuple[str, str]:
        """Return what a row that went or came is about, and what it says."""

    def changes(self, before: Sequence[RowFact], after: Sequence[RowFact], words: Words) -> list[Difference]:
        went, came = set(before) - set(after), set(after) - set(before)
        return [
            (about, said if row in went else "", said if row in came else "")
            for row in sorted(went | came)
            for about, said in [self.gone_or_come(row)]
        ]


class SkillRows(KeyedRows[SkillFact]):
    """Rows about a skill."""

    def followed(self, rows: Iterable[SkillFact], heirs: Mapping[int, int]) -> list[SkillFact]:
        """Return the rows with the heirs of skills that were merged."""
        return [row._replace(skill_id=heirs.get(row.skill_id, row.skill_id)) for row in rows]

    def by_name(self, rows: Iterable[SkillFact], words: Words) -> list[tuple[str, SkillFact]]:
        return sorted(((words.named("skill", row.skill_id), row) for row in rows), key=lambda pair: plain(pair[0]))

    def skill(self, row: SkillFact, words: Words) -> Item:
        return item("skill_id", _("Skill"), row.skill_id, words.named("skill", row.skill_id))


class OfferRows(SkillRows[OfferFact]):
    name = "offers"
    related = "offers"
    row = OfferFact

    def line(self, row: OfferFact, words: Words) -> str:
        values = {"skill": words.named("skill", row.skill_id), "level": OfferLevel(row.level).label}
        return (
            _("%(skill)s: %(level)s, also in a clinic") % values
            if row.would_host
            else _("%(skill)s: %(level)s") % values
        )

    def about(self, row: OfferFact, words: Words) -> str:
        return _("Shares: %(skill)s") % {"skill": words.named("skill", row.skill_id)}

    def said(self, row: OfferFact) -> str:
        label = str(OfferLevel(row.level).label)
        return _("%(level)s; would share it in a clinic") % {"level": label} if row.would_host else label

    def cells(self, rows: Sequence[OfferFact], words: Words) -> list[str]:
        return [name for name, _row in self.by_name(rows, words)]

    def heading(self) -> str:
        return _("What I share")

    def items(self, row: OfferFact, words: Words) -> tuple[Item, ...]:
        return (
            self.skill(row, words),
            item("level", _("Level"), row.level, OfferLevel(row.level).label),
            item("would_host", _("I would share it in a clinic"), row.would_host),
        )


class WishRows(SkillRows[WishFact]):
    name = "wishes"
    related = "wishes"
    row = WishFact

    def line(self, row: WishFact, words: Words) -> str:
        label = WishPriority(row.priority).label
        values = {"skill": words.named("skill", row.skill_id), "priority": label, "why": row.why}
        return _("%(skill)s: %(priority)s. Why: %(why)s") % values if row.why else _("%(skill)s: %(priority)s") % values

    def about(self, row: WishFact, words: Words) -> str:
        return _("Wants to learn: %(skill)s") % {"skill": words.named("skill", row.skill_id)}

    def said(self, row: WishFact) -> str:
        label = str(WishPriority(row.priority).label)
        return _("%(priority)s: %(why)s") % {"priority": label, "why": row.why} if row.why else label

    def cells(self, rows: Sequence[WishFact], words: Words) -> list[str]:
        return [f"{name} ({row.why})" if row.why else name for name, row in self.by_name(rows, words)]

    def heading(self) -> str:
        return _("What I want to learn")

    def items(self, row: WishFact, words: Words) -> tuple[Item, ...]:
        return (
            self.skill(row, words),
            item("priority", _("How soon"), row.priority, WishPriority(row.priority).label),
            item("why", _("Why"), row.why),
        )


class LanguageRows(KeyedRows[LanguageFact]):
    name = "languages"
    related = "spoken_languages"
    row = LanguageFact

    def line(self, row: LanguageFact, words: Words) -> str:
        values = {"language": language_name(row.code, words.language), "level": BabelLevel(row.level).label}
        if row.is_preferred:
            return _("%(language)s: %(level)s, preferred") % values
        return _("%(language)s: %(level)s") % values

    def about(self, row: LanguageFact, words: Words) -> str:
        return _("Speaks: %(language)s") % {"language": language_name(row.code, words.language)}

    def said(self, row: LanguageFact) -> str:
        label = str(BabelLevel(row.level).label)
        return _("%(level)s; preferred") % {"level": label} if row.is_preferred else label

    def cells(self, rows: Sequence[LanguageFact], words: Words) -> list[str]:
        """The best spoken first, each with its Babel level."""
        return [
            f"{language_name(row.code, words.language)} ({'N' if row.level == BabelLevel.NATIVE else row.level})"
            for row in sorted(rows, key=lambda row: (-row.level, row.code))
        ]

    def heading(self) -> str:
        return _("Languages I speak")

    def items(self, row: LanguageFact, words: Words) -> tuple[Item, ...]:
        return (
            item("code", _("Language"), row.code, language_name(row.code, words.language)),
            item("level", _("Level"), row.level, BabelLevel(row.level).label),
            item("is_preferred", _("Preferred"), row.is_preferred),
        )


class WindowRows(WholeRows[WindowFact], TableRows[WindowFact]):
    name = "windows"
    related = "windows"
    row = WindowFact

    def lines(self, rows: Sequence[WindowFact], words: Words) -> list[str]:
        return [
            _("%(day)s %(start)s–%(end)s") % {"day": days, "start": f"{start:%H:%M}", "end": f"{end:%H:%M}"}
            for days, start, end in windows_in_words(rows)
        ]

    def gone_or_come(self, row: WindowFact) -> tuple[str, str]:
        return _("free hours"), say_window(*row)

    def cells(self, rows: Sequence[WindowFact], words: Words) -> list[str]:
        return [say_window(*window) for window in rows]

    def heading(self) -> str:
        return _("When I am usually free")

    def items(self, row: WindowFact, words: Words) -> tuple[Item, ...]:
        return (
            item("start", pgettext("hours", "From"), row.start, say_minute(row.start)),
            item("end", pgettext("hours", "Until"), row.end, say_minute(row.end)),
        )


class ConsentRows(WholeRows[ConsentFact]):
    """Documents and the newsletter, which the facts name without a row around them."""

    name = "consents"
    row = ConsentFact

    def read(self, stored: Iterable[str]) -> list[ConsentFact]:
        return [ConsentFact(document) for document in stored]

    def lines(self, rows: Sequence[ConsentFact], words: Words) -> list[str]:
        return [str(AGREEMENTS[row.document]) for row in rows]

    def gone_or_come(self, row: ConsentFact) -> tuple[str, str]:
        return _("Agreed to: %(document)s") % {"document": AGREEMENTS[row.document]}, _("yes")

    def heading(self) -> str:
        return _("What I agree to today")

    def items(self, row: ConsentFact, words: Words) -> tuple[Item, ...]:
        return (item("document", _("Document"), row.document, AGREEMENTS[row.document]),)


OFFERS, WISHES, LANGUAGES, WINDOWS, CONSENTS = OfferRows(), WishRows(), LanguageRows(), WindowRows(), ConsentRows()
ROWS: dict[str, AnswerRows[Any]] = {rows.name: rows for rows in (OFFERS, WISHES, LANGUAGES, WINDOWS, CONSENTS)}
TABLES: tuple[TableRows[Any], ...] = (OFFERS, WISHES, LANGUAGES, WINDOWS)
