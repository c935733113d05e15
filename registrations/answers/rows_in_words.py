"""The answers that are rows of their own tables (offers, wishes, languages, windows, consents): all their words.

Each kind of row says itself in one line (to read back), as a change, as a cell of an export and as items of "my data".
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from letsconnect.base.folding import plain
from registrations.answers.kinds import Words
from registrations.answers.windows import DAYS, say_minute, say_window, window_rows
from registrations.domain.facts import LanguageFact, OfferFact, WindowFact, WishFact
from registrations.domain.registrations import BabelLevel, ConsentDocument, OfferLevel, WishPriority
from registrations.events import Item
from registrations.reference.names import language_name

Row = Any  # of the rows' own type
item = Item.of


class ConsentFact(NamedTuple):
    """A document somebody agreed to in today's version."""

    document: str


class Rows:
    """One kind of row, each of type ``row``. Here: rows whose first value says what they are about.

    ``names`` says of that value what it is a key of, if it is one. The rows stand in ``related`` of a registration.
    """

    name = ""
    names = ""
    related = ""
    row: type[Row]

    def of(self, registration: Any) -> list[Row]:
        """Return the rows of a registration from what was fetched along with it."""
        rows = getattr(registration, self.related).all()
        return [self.row(*(getattr(row, column) for column in self.row._fields)) for row in rows]

    def lines(self, rows: Sequence[Row], words: Words) -> list[str]:
        """Return the rows as the person reads them back."""
        return [self.line(row, words) for row in rows]

    def line(self, row: Row, words: Words) -> str:
        raise NotImplementedError

    def changes(self, before: Sequence[Row], after: Sequence[Row], words: Words) -> list[tuple[str, str, str]]:
        """Return what differs: what it is about, what was said, what is said."""
        was, now = ({key: rest for key, *rest in rows} for rows in (before, after))
        return [
            (
                self.about(key, words),
                self.said(*was[key]) if key in was else "",
                self.said(*now[key]) if key in now else "",
            )
            for key in dict.fromkeys([*was, *now])
            if was.get(key) != now.get(key)
        ]

    def about(self, key: Any, words: Words) -> str:
        raise NotImplementedError

    def said(self, *rest: Any) -> str:
        raise NotImplementedError

    def cells(self, rows: Sequence[Row], words: Words) -> list[str]:
        """Return what a cell of a spreadsheet holds, in the order a reader looks for it."""
        raise NotImplementedError

    def heading(self) -> str:
        """Return what "my data" calls these rows."""
        raise NotImplementedError

    def items(self, row: Row, words: Words) -> tuple[Item, ...]:
        """Return one row as "my data" shows it."""
        raise NotImplementedError


class _SkillRows(Rows):
    names = "skill"

    def by_name(self, rows: Sequence[Row], words: Words) -> list[tuple[str, Row]]:
        return sorted(((words.named("skill", row.skill_id), row) for row in rows), key=lambda pair: plain(pair[0]))

    def skill(self, key: int, words: Words) -> Item:
        return item("skill_id", _("Skill"), key, words.named("skill", key))


class OfferRows(_SkillRows):
    name = "offers"
    related = "offers"
    row = OfferFact

    def line(self, row: Row, words: Words) -> str:
        values = {"skill": words.named("skill", row.skill_id), "level": OfferLevel(row.level).label}
        return (
            _("%(skill)s: %(level)s, also in a clinic") % values
            if row.would_host
            else _("%(skill)s: %(level)s") % values
        )

    def about(self, key: int, words: Words) -> str:
        return _("Shares: %(skill)s") % {"skill": words.named("skill", key)}

    def said(self, level: int, would_host: bool) -> str:
        label = str(OfferLevel(level).label)
        return _("%(level)s; would share it in a clinic") % {"level": label} if would_host else label

    def cells(self, rows: Sequence[Row], words: Words) -> list[str]:
        return [name for name, _row in self.by_name(rows, words)]

    def heading(self) -> str:
        return _("What I share")

    def items(self, row: Row, words: Words) -> tuple[Item, ...]:
        return (
            self.skill(row.skill_id, words),
            item("level", _("Level"), row.level, OfferLevel(row.level).label),
            item("would_host", _("I would share it in a clinic"), row.would_host),
        )


class WishRows(_SkillRows):
    name = "wishes"
    related = "wishes"
    row = WishFact

    def line(self, row: Row, words: Words) -> str:
        label = WishPriority(row.priority).label
        values = {"skill": words.named("skill", row.skill_id), "priority": label, "why": row.why}
        return _("%(skill)s: %(priority)s. Why: %(why)s") % values if row.why else _("%(skill)s: %(priority)s") % values

    def about(self, key: int, words: Words) -> str:
        return _("Wants to learn: %(skill)s") % {"skill": words.named("skill", key)}

    def said(self, priority: int, why: str) -> str:
        label = str(WishPriority(priority).label)
        return _("%(priority)s: %(why)s") % {"priority": label, "why": why} if why else label

    def cells(self, rows: Sequence[Row], words: Words) -> list[str]:
        return [f"{name} ({row.why})" if row.why else name for name, row in self.by_name(rows, words)]

    def heading(self) -> str:
        return _("What I want to learn")

    def items(self, row: Row, words: Words) -> tuple[Item, ...]:
        return (
            self.skill(row.skill_id, words),
            item("priority", _("How soon"), row.priority, WishPriority(row.priority).label),
            item("why", _("Why"), row.why),
        )


class LanguageRows(Rows):
    name = "languages"
    related = "spoken_languages"
    row = LanguageFact

    def line(self, row: Row, words: Words) -> str:
        values = {"language": language_name(row.code, words.language), "level": BabelLevel(row.level).label}
        if row.is_preferred:
            return _("%(language)s: %(level)s, preferred") % values
        return _("%(language)s: %(level)s") % values

    def about(self, key: str, words: Words) -> str:
        return _("Speaks: %(language)s") % {"language": language_name(key, words.language)}

    def said(self, level: int, is_preferred: bool) -> str:
        label = str(BabelLevel(level).label)
        return _("%(level)s; preferred") % {"level": label} if is_preferred else label

    def cells(self, rows: Sequence[Row], words: Words) -> list[str]:
        """The best spoken first, each with its Babel level."""
        return [
            f"{language_name(row.code, words.language)} ({'N' if row.level == BabelLevel.NATIVE else row.level})"
            for row in sorted(rows, key=lambda row: (-row.level, row.code))
        ]

    def heading(self) -> str:
        return _("Languages I speak")

    def items(self, row: Row, words: Words) -> tuple[Item, ...]:
        return (
            item("code", _("Language"), row.code, language_name(row.code, words.language)),
            item("level", _("Level"), row.level, BabelLevel(row.level).label),
            item("is_preferred", _("Preferred"), row.is_preferred),
        )


class WindowRows(Rows):
    name = "windows"
    related = "windows"
    row = WindowFact

    def lines(self, rows: Sequence[Row], words: Words) -> list[str]:
        days = dict(DAYS)
        return [
            _("%(day)s %(start)s–%(end)s")
            % {"day": days[str(row["day"])], "start": f"{row['start']:%H:%M}", "end": f"{row['end']:%H:%M}"}
            for row in window_rows([(start, end) for start, end in rows])
        ]

    def changes(self, before: Sequence[Row], after: Sequence[Row], words: Words) -> list[tuple[str, str, str]]:
        gone = [(_("free hours"), say_window(*window), "") for window in before if window not in after]
        return gone + [(_("free hours"), "", say_window(*window)) for window in after if window not in before]

    def cells(self, rows: Sequence[Row], words: Words) -> list[str]:
        return [say_window(*window) for window in rows]

    def heading(self) -> str:
        return _("When I am usually free")

    def items(self, row: Row, words: Words) -> tuple[Item, ...]:
        return (
            item("start", pgettext("hours", "From"), row.start, say_minute(row.start)),
            item("end", pgettext("hours", "Until"), row.end, say_minute(row.end)),
        )


class ConsentRows(Rows):
    """Documents, which the facts name without a row around them."""

    name = "consents"
    row = ConsentFact

    def line(self, row: Any, words: Words) -> str:
        return str(ConsentDocument(row).label)

    def changes(self, before: Sequence[Any], after: Sequence[Any], words: Words) -> list[tuple[str, str, str]]:
        return [
            (
                _("Agreed to: %(document)s") % {"document": ConsentDocument(document).label},
                _("yes") if document in before else "",
                _("yes") if document in after else "",
            )
            for document in sorted({*before, *after})
            if (document in before) != (document in after)
        ]

    def heading(self) -> str:
        return _("What I agree to today")

    def items(self, row: Row, words: Words) -> tuple[Item, ...]:
        return (item("document", _("Document"), row.document, ConsentDocument(row.document).label),)


OFFERS, WISHES, LANGUAGES, WINDOWS, CONSENTS = OfferRows(), WishRows(), LanguageRows(), WindowRows(), ConsentRows()
ROWS = {rows.name: rows for rows in (OFFERS, WISHES, LANGUAGES, WINDOWS, CONSENTS)}
