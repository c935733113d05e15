"""The answers that are rows of their own tables (offers, wishes, languages, windows, consents): all their words.

Each kind of row says itself in one line (to read back), as a change, as a cell of an export and as items of "my data".
"""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from letsconnect.base.folding import plain
from registrations.answers.kinds import Words
from registrations.answers.windows import DAYS, say_minute, say_window, window_rows
from registrations.domain.registrations import BabelLevel, ConsentDocument, OfferLevel, WishPriority
from registrations.events import Item
from registrations.reference.names import language_name

Row = Sequence[Any]
item = Item.of


class Rows:
    """One kind of row, each a tuple as in `RegistrationFacts`. Here: rows whose first value says what they are about.

    ``names`` says of that value what it is a key of, if it is one. The rows stand in ``related`` of a registration.
    """

    name = ""
    names = ""
    related = ""
    columns: tuple[str, ...] = ()

    def of(self, registration: Any) -> list[Row]:
        """Return the rows of a registration from what was fetched along with it."""
        rows = getattr(registration, self.related).all()
        return [tuple(getattr(row, column) for column in self.columns) for row in rows]

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
        return sorted(((words.named("skill", row[0]), row) for row in rows), key=lambda pair: plain(pair[0]))

    def skill(self, key: int, words: Words) -> Item:
        return item("skill_id", _("Skill"), key, words.named("skill", key))


class OfferRows(_SkillRows):
    name = "offers"
    related = "offers"
    columns = ("skill_id", "level", "would_host")

    def line(self, row: Row, words: Words) -> str:
        skill, level, would_host = row
        values = {"skill": words.named("skill", skill), "level": OfferLevel(level).label}
        return (
            _("%(skill)s: %(level)s, also in a clinic") % values if would_host else _("%(skill)s: %(level)s") % values
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
            self.skill(row[0], words),
            item("level", _("Level"), row[1], OfferLevel(row[1]).label),
            item("would_host", _("I would share it in a clinic"), row[2]),
        )


class WishRows(_SkillRows):
    name = "wishes"
    related = "wishes"
    columns = ("skill_id", "priority", "why")

    def line(self, row: Row, words: Words) -> str:
        skill, priority, why = row
        values = {"skill": words.named("skill", skill), "priority": WishPriority(priority).label, "why": why}
        return _("%(skill)s: %(priority)s. Why: %(why)s") % values if why else _("%(skill)s: %(priority)s") % values

    def about(self, key: int, words: Words) -> str:
        return _("Wants to learn: %(skill)s") % {"skill": words.named("skill", key)}

    def said(self, priority: int, why: str) -> str:
        label = str(WishPriority(priority).label)
        return _("%(priority)s: %(why)s") % {"priority": label, "why": why} if why else label

    def cells(self, rows: Sequence[Row], words: Words) -> list[str]:
        return [f"{name} ({why})" if why else name for name, (_key, _priority, why) in self.by_name(rows, words)]

    def heading(self) -> str:
        return _("What I want to learn")

    def items(self, row: Row, words: Words) -> tuple[Item, ...]:
        return (
            self.skill(row[0], words),
            item("priority", _("How soon"), row[1], WishPriority(row[1]).label),
            item("why", _("Why"), row[2]),
        )


class LanguageRows(Rows):
    name = "languages"
    related = "spoken_languages"
    columns = ("code", "level", "is_preferred")

    def line(self, row: Row, words: Words) -> str:
        code, level, is_preferred = row
        values = {"language": language_name(code, words.language), "level": BabelLevel(level).label}
        if is_preferred:
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
            f"{language_name(code, words.language)} ({'N' if level == BabelLevel.NATIVE else level})"
            for code, level, _is_preferred in sorted(rows, key=lambda row: (-row[1], row[0]))
        ]

    def heading(self) -> str:
        return _("Languages I speak")

    def items(self, row: Row, words: Words) -> tuple[Item, ...]:
        return (
            item("code", _("Language"), row[0], language_name(row[0], words.language)),
            item("level", _("Level"), row[1], BabelLevel(row[1]).label),
            item("is_preferred", _("Preferred"), row[2]),
        )


class WindowRows(Rows):
    name = "windows"
    related = "windows"
    columns = ("start", "end")

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
            item("start", pgettext("hours", "From"), row[0], say_minute(row[0])),
            item("end", pgettext("hours", "Until"), row[1], say_minute(row[1])),
        )


class ConsentRows(Rows):
    """Documents, which the facts name without a row around them."""

    name = "consents"

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
        return (item("document", _("Document"), row[0], ConsentDocument(row[0]).label),)


OFFERS, WISHES, LANGUAGES, WINDOWS, CONSENTS = OfferRows(), WishRows(), LanguageRows(), WindowRows(), ConsentRows()
ROWS = {rows.name: rows for rows in (OFFERS, WISHES, LANGUAGES, WINDOWS, CONSENTS)}
