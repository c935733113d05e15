"""What the working group does with many matches at once: approve, refuse, swap, publish."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Self

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from letsconnect.base import mass_acts
from letsconnect.base.access_log import PeopleShown, people_on
from letsconnect.base.fields import longest
from letsconnect.base.mass_acts import MassActKind, NoteWanted, Preview, RowRefused, SampleEmail
from letsconnect.base.models import MassAct, MassActRow
from letsconnect.base.once_more import concerned
from letsconnect.base.versioned_admin import MOST_WHILE_ONE_WAITS
from mailings import kinds
from matching.admin import one_match, results
from matching.admin.desk import BOTH, concern_in_words, line
from matching.domain.matches import WHY_REFUSED, MatchingError, MatchState, Side, answer_by, check_reason
from matching.feedback.concerns import close_concern
from matching.locking import lock_step
from matching.models import Concern, Match
from matching.models.feedback import ConcernQuerySet
from matching.rounds.by_hand import swap_match
from matching.rounds.explanations import Other
from matching.rounds.publishing import publish_match
from matching.rounds.reviews import approve_match, refuse_match
from registrations.domain.looks import LookKind
from registrations.models import Registration, Skill

APPROVE, REFUSE, SWAP, PUBLISH = "matching.approve", "matching.refuse", "matching.swap", "matching.publish"
LOOK_AFTER = "matching.look_after"
MATCHES = "admin:matching_match_changelist"
SHOWN = 50  # rows of a table, and sentences of warning


@dataclass(frozen=True)
class PlannedSwap:
    """A match as it was shown, and with whom it is to be swapped."""

    pk: int
    version: int
    sharer: int
    skill: int

    @classmethod
    def of(cls, match: Match, other: Other) -> Self:
        return cls(match.pk, match.version, other.sharer.pk, other.skill.pk)

    @classmethod
    def read(cls, row: MassActRow) -> Self:
        """Read it from a row, where it stands as its version."""
        return cls(row.object_id, *map(int, row.seen_version.split(":")))

    def __str__(self) -> str:
        return f"{self.version}:{self.sharer}:{self.skill}"


def register() -> None:
    """Register what the list of matches and the page of a round do with many of them."""
    _register(
        APPROVE,
        gettext_lazy("Approve (sends nothing yet)"),
        do=_approve,
        preview=_preview_of_approving,
        said=_said_of_approving,
        asks_first=False,
    )
    _register(
        REFUSE,
        gettext_lazy("Refuse"),
        do=_refuse,
        preview=_preview_of_refusing,
        said=_said_of_refusing,
        reasons=tuple((why.value, why.label) for why in WHY_REFUSED),
        note=NoteWanted.WELCOME,
        note_label=gettext_lazy("In your words"),
        note_at_most=longest(Match, "closed_note"),
        check=lambda act: check_reason(why=act.reason, note=act.note, allowed=WHY_REFUSED),
    )
    _register(
        SWAP,
        gettext_lazy("Swap for the next best"),
        do=_swap,
        preview=_preview_of_swapping,
        said=_said_of_swapping,
        lock=partial(lock_step, rounds=True),
        version_of=str,
        most=MOST_WHILE_ONE_WAITS,
    )
    _register(
        PUBLISH,
        gettext_lazy("Publish and send"),
        do=_publish,
        preview=lambda matches, _act: preview_of_publishing(matches),
        said=_said_of_publishing,
        lock=partial(lock_step, rounds=True),
    )
    mass_acts.register(
        MassActKind(
            name=LOOK_AFTER,
            label=gettext_lazy("I have looked after it"),
            list_name="admin:matching_concern_changelist",
            do=_look_after,
            version_of=lambda concern: str(concern.closed_at),
            preview=lambda keys, _act: Preview(sentences=(_said_of_looking_after(len(keys)),)),
            said=_said_of_looking_after,
            names=_names_of_concerns,
            people=lambda keys: people_on(_concerns(keys), ("registration", "match__learner", "match__sharer")),
            look=LookKind.MATCHES,
            may=_has_seat,
            refusals=(MatchingError,),
            asks_first=False,
        )
    )


def _version_of(match: Match) -> str:
    return str(match.version)


def _register(
    name: str,
    label: Any,
    *,
    do: Callable[[Match, MassActRow, MassAct, datetime], str],
    preview: Callable[[list[Match], MassAct], Preview],
    lock: Callable[[list[int]], None] = lock_step,
    version_of: Callable[[Any], str] = _version_of,
    **more: Any,
) -> None:
    def with_row(row: MassActRow, act: MassAct, now: datetime) -> str:
        match = Match.objects.visible_to(act.by).select_related("round").filter(pk=row.object_id).first()
        if match is None:
            raise RowRefused(_("It is not yours to see any more."))
        return do(match, row, act, now)

    def with_rows(keys: list[int], act: MassAct) -> Preview:
        rows = Match.objects.visible_to(act.by).with_people().with_approvals().filter(pk__in=keys).order_by("pk")
        return preview(list(rows), act)

    mass_acts.register(
        MassActKind(
            name=name,
            label=label,
            list_name=MATCHES,
            do=with_row,
            version_of=version_of,
            preview=with_rows,
            names=_names,
            people=lambda keys: people_on(Match.objects.filter(pk__in=keys), BOTH) if keys else PeopleShown(),
            look=LookKind.MATCHES,
            may=_has_seat,
            refusals=(MatchingError,),
            lock=lock,
            **more,
        )
    )


def _has_seat(member: Any) -> bool:
    return bool(member.is_staff)


def _names(keys: list[int], reader: Any) -> Mapping[int, str]:
    rows = Match.objects.visible_to(reader).with_people().with_approvals().filter(pk__in=keys).order_by("pk")
    # Translators: a match by its number, and its two people.
    text = _("%(match)s (%(learner)s – %(sharer)s)")
    lines = ((match.pk, line(match, reader=reader)) for match in rows)
    return {
        key: text % {"match": shown["match"], "learner": shown["learner"], "sharer": shown["sharer"]}
        for key, shown in lines
    }


def _approve(match: Match, row: MassActRow, act: MassAct, now: datetime) -> str:
    approved = approve_match(match=match, by=act.by, now=now, seen_version=int(row.seen_version))
    if approved.state == MatchState.PROPOSED:
        return _("Approved for your region; an approval for the other person is still to come.")
    return ""


def _refuse(match: Match, row: MassActRow, act: MassAct, now: datetime) -> str:
    refuse_match(match=match, why=act.reason, note=act.note, by=act.by, now=now, seen_version=int(row.seen_version))
    return ""


def _swap(match: Match, row: MassActRow, act: MassAct, now: datetime) -> str:
    planned = PlannedSwap.read(row)
    swap_match(
        match=match,
        sharer=Registration.objects.get(pk=planned.sharer),
        skill=Skill.objects.get(pk=planned.skill),
        by=act.by,
        now=now,
        seen_version=planned.version,
    )
    return ""


def _publish(match: Match, row: MassActRow, act: MassAct, now: datetime) -> str:
    publish_match(match=match, by=act.by, now=now, seen_version=int(row.seen_version))
    return ""


def _concerns(keys: list[int]) -> ConcernQuerySet:
    return Concern.objects.filter(pk__in=keys).with_people().order_by("pk")


def _look_after(row: MassActRow, act: MassAct, now: datetime) -> str:
    concern = Concern.objects.filter(pk=row.object_id).first()
    if concern is None:
        raise RowRefused(_("This is not there any more."))
    close_concern(concern=concern, by=act.by, now=now)
    return ""


def _names_of_concerns(keys: list[int], reader: Any) -> Mapping[int, str]:
    return {concern.pk: concern_in_words(concern) for concern in _concerns(keys).visible_to(reader)}


def _preview_of_approving(matches: list[Match], act: MassAct) -> Preview:
    checked = _("Each one is checked again: one that somebody else decided on, or that was changed, is left alone.")
    return Preview(
        sentences=(_said_of_approving(len(matches)), _("Nobody is written to before the round is published."), checked),
        cautions=tuple((sentence, 1) for sentence in results.cautions(matches)[:SHOWN]),
        **_table(matches, reader=act.by),
    )


def _preview_of_refusing(matches: list[Match], act: MassAct) -> Preview:
    never = _(
        "These matches are refused, and the two people never hear of them. They are not proposed to each other again "
        "in this round, nor before the days that the rules set are over; if they know each other already, never."
    )
    return Preview(sentences=(_said_of_refusing(len(matches)), never), **_table(matches, reader=act.by))


def _preview_of_swapping(matches: list[Match], act: MassAct) -> Preview:
    instead = _(
        "Each of these learners would get their next best sharer instead. The proposals they have now are let go; "
        "nobody was told of them."
    )
    sharers = {row.object_id: PlannedSwap.read(row).sharer for row in act.rows.all()}
    rows = one_match.instead_of(matches, sharers, reader=act.by)
    return Preview(sentences=(instead,), table="matching/admin/_swaps.html", rows=tuple(rows))


def preview_of_publishing(matches: list[Match]) -> Preview:
    """Say who is asked in which language, and how the question reads."""
    now = timezone.now()
    people = [(match.person(side).member, match, side) for match in matches for side in Side]
    written = [(member.language, match, side) for member, match, side in people if member is not None]
    samples: dict[str, tuple[Match, Side]] = {}
    for language, match, side in written:
        samples.setdefault(language, (match, side))
    return Preview(
        concerned=concerned(
            [(language, 1, False) for language, _match, _side in written], without=len(people) - len(written)
        ),
        samples=tuple(_samples(samples, now)),
    )


def _samples(people: Mapping[str, tuple[Match, Side]], now: datetime) -> Iterator[SampleEmail]:
    for language, (match, side) in sorted(people.items()):
        match.answer_by = answer_by(now)  # as it would be; nothing is stored
        question = kinds.get(f"matching.asked_{side}").render(match, language, match.person(side).own_zone)
        yield SampleEmail(language=language, subject=question.subject, text=question.text)


def _table(matches: Iterable[Match], *, reader: Any) -> dict[str, Any]:
    rows = [line(match, reader=reader) for match in list(matches)[:SHOWN]]
    return {"table": "matching/admin/_matches.html", "rows": tuple(rows)}


def _said_of_approving(count: int) -> str:
    return ngettext("%(count)d match is approved.", "%(count)d matches are approved.", count) % {"count": count}


def _said_of_refusing(count: int) -> str:
    return ngettext("%(count)d match is refused.", "%(count)d matches are refused.", count) % {"count": count}


def _said_of_swapping(count: int) -> str:
    return ngettext("%(count)d match is swapped.", "%(count)d matches are swapped.", count) % {"count": count}


def _said_of_looking_after(count: int) -> str:
    return ngettext("%(count)d looked after.", "%(count)d looked after.", count) % {"count": count}


def _said_of_publishing(count: int) -> str:
    text = ngettext(
        "%(count)d match is published: both people are asked.",
        "%(count)d matches are published: both people of each are asked.",
        count,
    )
    return text % {"count": count}
