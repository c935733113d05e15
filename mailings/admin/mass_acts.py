"""What coordinators do with many emails and suppressed addresses at once."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from letsconnect.base import mass_acts
from letsconnect.base.access_log import PeopleShown
from letsconnect.base.fields import longest
from letsconnect.base.mass_acts import MassActKind, NoteWanted, Preview, RowRefused
from letsconnect.base.models import ActReason, MassAct, MassActRow
from mailings import kinds
from mailings.admin.board import why_refused
from mailings.domain.letters import CannotSendAgain, LiftRefused, NotForAPerson
from mailings.ledger import by_hand, suppressing
from mailings.models import Letter, Suppression

MARK_AS_SENT, SEND_AGAIN, LIFT = "mailings.mark_as_sent", "mailings.send_again", "mailings.lift"


def register() -> None:
    """Register what the lists of emails and of suppressed addresses do with many rows."""
    _register_letters(MARK_AS_SENT, gettext_lazy("It arrived: mark as sent"), by_hand.mark_as_sent)
    _register_letters(SEND_AGAIN, gettext_lazy("Send again"), by_hand.send_again)
    mass_acts.register(
        MassActKind(
            name=LIFT,
            label=gettext_lazy("Write to these addresses again"),
            list_name="admin:mailings_suppression_changelist",
            do=_lift,
            version_of=lambda suppression: str(suppression.lifted_at),
            preview=lambda keys, _act: Preview(sentences=(_said_of_lifting(len(keys)),)),
            said=_said_of_lifting,
            names=_names_of_suppressions,
            people=lambda keys: PeopleShown(),  # only fingerprints of addresses are kept
            look="letters",
            may=_is_coordinator,
            refusals=(LiftRefused,),
            note=NoteWanted.WELCOME,
            note_label=gettext_lazy("Why:"),
            note_at_most=longest(ActReason, "text"),
            check=lambda act: suppressing.check_reason(act.note),
            asks_first=False,
        )
    )


def _register_letters(name: str, label: Any, decide: Callable[..., Letter]) -> None:
    def with_row(row: MassActRow, act: MassAct, now: datetime) -> str:
        letter = mass_acts.as_seen(Letter.objects.visible_to(act.by), row, _state_of)
        try:
            decide(letter=letter, by=act.by, now=now)
        except (NotForAPerson, CannotSendAgain) as refusal:
            raise RowRefused(why_refused(letter, refusal)) from refusal
        return ""

    mass_acts.register(
        MassActKind(
            name=name,
            label=label,
            list_name="admin:mailings_letter_changelist",
            do=with_row,
            version_of=_state_of,
            preview=lambda keys, _act: Preview(sentences=(_said_of_deciding(len(keys)), _each_is_checked())),
            said=_said_of_deciding,
            names=_names_of_letters,
            people=people_of_letters,
            look="letters",
            may=_is_coordinator,
            asks_first=False,
        )
    )


def _is_coordinator(member: Any) -> bool:
    return bool(member.is_coordinator)


def _state_of(letter: Letter) -> str:
    return letter.state


def _lift(row: MassActRow, act: MassAct, now: datetime) -> str:
    suppression = Suppression.objects.filter(pk=row.object_id).first()
    if suppression is None:
        raise RowRefused(_("This is not there any more."))
    if not suppressing.lift_suppression(suppression=suppression, reason=act.note, by=act.by, now=now):
        raise RowRefused(_("Emails go there again already."))
    return ""


def _names_of_suppressions(keys: list[int], reader: Any) -> Mapping[int, str]:
    return {row.pk: str(row) for row in Suppression.objects.filter(pk__in=keys).order_by("pk")}


def _names_of_letters(keys: list[int], reader: Any) -> Mapping[int, str]:
    rows = Letter.objects.visible_to(reader).filter(pk__in=keys).order_by("pk").only("kind", "address")
    return {row.pk: f"{kinds.label_of(row.kind)} · {row.address}" for row in rows}


def people_of_letters(keys: list[int]) -> PeopleShown:
    """Return the people these emails go to: members, or else bare addresses."""
    people = PeopleShown()
    for member, address in Letter.objects.filter(pk__in=keys).values_list("member", "address"):
        if member is not None:
            people.members.add(member)
        elif address:
            people.addresses.add(address)
    return people


def _each_is_checked() -> str:
    return _("Each one is checked again: one that somebody else decided on, or that was changed, is left alone.")


def _said_of_deciding(count: int) -> str:
    return ngettext("%(count)s email decided.", "%(count)s emails decided.", count) % {"count": count}


def _said_of_lifting(count: int) -> str:
    text = ngettext("Emails go to %(count)d address again.", "Emails go to %(count)d addresses again.", count)
    return text % {"count": count}
