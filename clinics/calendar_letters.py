"""Whether what somebody agreed to may stand in their calendar: it follows from the letters that reached them.

A cancellation goes to whoever may have the event, and to nobody else: it would puzzle them.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.db.models import F, Model, OuterRef, QuerySet, Subquery

from clinics.models import Notice
from letsconnect.base.models import Act
from letsconnect.base.querysets import any_of
from letsconnect.base.statements import Statement
from mailings.domain.letters import LetterState
from mailings.models import Letter

Row = tuple[int, str, str, datetime | None, datetime, int]  # whose, kind, state, sent, owed, key of the letter
Step = tuple[datetime, bool, bool]  # when, and whether somebody came before it and after


class CalendarLetters:
    """Which letters about the rows of a ``table`` bring an event into a calendar, and which take it out.

    Those of the kinds that ``follow`` did the one or the other, as it stood with their reader when they left. They are
    about a row, or about a notice to it (``notice_to``). ``comes`` is the state of somebody who comes.
    """

    def __init__(
        self,
        table: type[Model],
        *,
        notice_to: str,
        comes: str,
        bring: Iterable[str],
        take_out: Iterable[str],
        follow: Iterable[str],
    ) -> None:
        self.table, self.notice_to, self.comes = table, notice_to, comes
        self.bring, self.follow = frozenset(bring), frozenset(follow)
        self.kinds = sorted({*bring, *take_out, *follow})
        self._about_rows = Statement(self._letters_about_rows)
        self._about_notices = Statement(self._letters_about_notices)
        self._acts = Statement(self._acts_on)

    def may_have_the_event(self, keys: Collection[int]) -> set[int]:
        """Return those of these rows whose event may stand in somebody's calendar, in two queries or three."""
        if not keys:
            return set()
        letters: dict[int, list[Row]] = defaultdict(list)
        values = {"keys": list(keys)}
        for row in (*self._about_rows.rows(values), *self._about_notices.rows(values)):
            letters[row[0]].append(row)
        if not letters:
            return set()
        acts: dict[int, list[Step]] = defaultdict(list)
        if any(kind in self.follow for rows in letters.values() for _key, kind, *_rest in rows):
            for key, *step in self._acts.rows({"keys": list(letters)}):
                acts[key].append((step[0], step[1] == self.comes, step[2] == self.comes))
        return {key for key, rows in letters.items() if self._may_have(rows, acts[key])}

    def _may_have(self, rows: list[Row], acts: list[Step]) -> bool:
        """Look at the letters from the last one back: the first that surely arrived, or brought the event, decides."""
        for _key, kind, state, sent_at, owed_at, _letter in sorted(rows, key=lambda row: -row[-1]):
            left_at = max(sent_at or owed_at, owed_at)
            if kind in self.bring or (kind in self.follow and _may_have_come(acts, at=left_at)):
                return True
            if state == LetterState.SENT:
                return False
        return False

    def _letters_about_rows(self, keys: list[int]) -> "QuerySet[Letter, Any]":
        about = Letter.objects.perhaps_read().filter(about_type=self.table._meta.label_lower, about_id__in=any_of(keys))
        return self._rows(about, whose=F("about_id"))

    def _letters_about_notices(self, keys: list[int]) -> "QuerySet[Letter, Any]":
        notices = Notice.objects.filter(**{f"{self.notice_to}__in": any_of(keys)})
        about = Letter.objects.perhaps_read().filter(about_type=Notice._meta.label_lower)
        about = about.filter(about_id__in=notices.values("pk"))
        whose = notices.filter(pk=OuterRef("about_id")).values(self.notice_to)
        return self._rows(about, whose=Subquery(whose))

    def _rows(self, about: "QuerySet[Letter]", *, whose: Any) -> "QuerySet[Letter, Any]":
        ours = about.filter(kind__in=self.kinds).annotate(whose=whose)
        return ours.values_list("whose", "kind", "state", "sent_at", "owed_at", "pk")

    def _acts_on(self, keys: list[int]) -> "QuerySet[Act, Any]":
        acts = Act.objects.filter(object_type=self.table._meta.label_lower, object_id__in=any_of(keys))
        return acts.exclude(became="").order_by("pk").values_list("object_id", "at", "was", "became")


def _may_have_come(acts: list[Step], *, at: datetime) -> bool:
    """Tell whether somebody came at that moment, as far as the log of acts tells: what is of the same moment may."""
    comes = bool(acts) and acts[0][1]
    for moment, _came, becomes_coming in acts:
        if moment < at or (becomes_coming and moment == at):
            comes = becomes_coming
    return comes
