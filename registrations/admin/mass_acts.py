"""What the working group does with many registrations at once: each kind of it, and what it says before it begins."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from django.db.models import prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from letsconnect.base import mass_acts
from letsconnect.base.access_log import PeopleShown
from letsconnect.base.mass_acts import MassActKind, NoteWanted, Preview, RowRefused, SampleEmail
from letsconnect.base.models import MassAct, MassActRow
from letsconnect.base.once_more import concerned
from mailings import kinds
from registrations.admin.beside import DECISIONS, problems_of
from registrations.domain.looks import LookKind
from registrations.domain.registrations import RegistrationError, RegistrationState
from registrations.models import ClaimInvitation, Eligibility, Registration
from registrations.oldform import claims
from registrations.oldform.emails import INVITATION
from registrations.oldform.languages import languages_of
from registrations.review import deciding

LIST = "admin:registrations_registration_changelist"
ACCEPT, INVITE = "registrations.accept", "registrations.invite"


def review_kind(decision: RegistrationState) -> str:
    """Return the name of the mass act that decides so on each registration."""
    return f"registrations.{decision}"


def register() -> None:
    """Register what the lists of registrations and invitations do with many rows."""
    for decision, label in DECISIONS.items():
        needs_note = NoteWanted.WELCOME if decision == RegistrationState.APPROVED else NoteWanted.NEEDED
        _register(
            review_kind(decision),
            label,
            do=partial(_review, decision),
            preview=partial(_preview_of_review, decision),
            said=partial(_said_of_review, decision),
            note=needs_note,
            note_help=gettext_lazy("They read it in their email. Needed to ask for changes and to decline."),
        )
    _register(
        ACCEPT,
        gettext_lazy("Accept the changes of approved people"),
        do=_accept,
        preview=_preview_of_accepting,
        said=_said_of_accepting,
        asks_first=False,
    )
    _register(
        INVITE,
        gettext_lazy("Invite to take over"),
        do=_invite,
        preview=_preview_of_inviting,
        said=_said_of_inviting,
        may=lambda member: bool(member.is_coordinator),
    )


def _register(
    name: str,
    label: Any,
    *,
    do: Callable[[Registration, MassAct, datetime], None],
    preview: Callable[[list[Registration], MassAct], Preview],
    said: Callable[[int], str],
    may: Callable[[Any], bool] = lambda member: bool(member.is_staff),
    note: NoteWanted = NoteWanted.NONE,
    note_help: Any = "",
    asks_first: bool = True,
) -> None:
    def with_row(row: MassActRow, act: MassAct, now: datetime) -> str:
        registration = mass_acts.as_seen(Registration.objects.visible_to(act.by), row, _version_of)
        do(registration, act, now)
        return ""

    def with_rows(keys: list[int], act: MassAct) -> Preview:
        rows = Registration.objects.visible_to(act.by).filter(pk__in=keys).select_related("member").order_by("pk")
        return preview(list(rows), act)

    mass_acts.register(
        MassActKind(
            name=name,
            label=label,
            list_name=LIST,
            do=with_row,
            version_of=_version_of,
            preview=with_rows,
            said=said,
            names=_names,
            people=lambda keys: PeopleShown(registrations=set(keys)),
            look=LookKind.REGISTRATIONS,
            may=may,
            refusals=(RegistrationError,),
            note=note,
            note_help=note_help,
            asks_first=asks_first,
        )
    )


def _version_of(registration: Registration) -> str:
    return str(registration.version)


def _names(keys: list[int], reader: Any) -> Mapping[int, str]:
    rows = Registration.objects.visible_to(reader).filter(pk__in=keys).select_related("member").order_by("pk")
    return {row.pk: str(row) for row in rows.only("name", "region", "member__name")}


def _review(decision: RegistrationState, registration: Registration, act: MassAct, now: datetime) -> None:
    deciding.review(
        registration=registration,
        decision=decision,
        note=act.note,
        by=act.by,
        now=now,
        version=registration.version,
    )


def _accept(registration: Registration, act: MassAct, now: datetime) -> None:
    deciding.accept_changes(registration=registration, version=registration.version, by=act.by, now=now)


def _invite(registration: Registration, act: MassAct, now: datetime) -> None:
    if claims.invite_to_claim(registration=registration, by=act.by, now=now).invited_at != now:
        raise RowRefused(_("Was invited before, and the link still works: no email is sent again."))


def _preview_of_review(decision: RegistrationState, people: list[Registration], act: MassAct) -> Preview:
    text = {
        RegistrationState.APPROVED: ngettext(
            "%(count)d registration is approved. The person gets an email.",
            "%(count)d registrations are approved. Each person gets an email.",
            len(people),
        ),
        RegistrationState.NEEDS_CHANGES: ngettext(
            "%(count)d person is asked for changes, by an email with your note.",
            "%(count)d people are asked for changes, each by an email with your note.",
            len(people),
        ),
        RegistrationState.DECLINED: ngettext(
            "%(count)d registration is declined. The person gets an email with your note.",
            "%(count)d registrations are declined. Each person gets an email with your note.",
            len(people),
        ),
    }[decision] % {"count": len(people)}
    checked = _("Each one is checked again: one that somebody else decided on, or that was changed, is left alone.")
    written = [person for person in people if person.member is not None and person.member.is_active]
    languages = [(person.member.language, person) for person in written if person.member is not None]
    return Preview(
        sentences=(text, checked),
        concerned=concerned(
            [(language, 1, False) for language, _person in languages], without=len(people) - len(written)
        ),
        samples=tuple(_samples(deciding.LETTERS[decision], _one_of_each(languages), _decided(decision, act.note))),
        cautions=_cautions(people) if decision == RegistrationState.APPROVED else (),
    )


def _preview_of_accepting(people: list[Registration], act: MassAct) -> Preview:
    text = ngettext(
        "What %(count)d person changed is accepted. No email is sent.",
        "What %(count)d people changed is accepted. No email is sent.",
        len(people),
    )
    return Preview(sentences=(text % {"count": len(people)},))


def _preview_of_inviting(people: list[Registration], act: MassAct) -> Preview:
    text = ngettext(
        "At most %(count)d person gets an email with a link to take over what they wrote in the old form.",
        "At most %(count)d people get an email with a link to take over what they wrote in the old form.",
        len(people),
    ) % {"count": len(people)}
    checked = _("Nobody is invited whose link still works, or to whose address no email may go.")
    written = [person for person in people if not person.is_claimed and person.imported_address]
    spoken = languages_of(written)
    languages = [(spoken[person.pk], person) for person in written]
    return Preview(
        sentences=(text, checked),
        concerned=concerned(
            [(language, 1, False) for language, _person in languages], without=len(people) - len(written)
        ),
        samples=tuple(_samples(INVITATION, _one_of_each(languages), _invited)),
    )


def _said_of_review(decision: RegistrationState, count: int) -> str:
    return {
        RegistrationState.APPROVED: ngettext(
            "%(count)d registration is approved.", "%(count)d registrations are approved.", count
        ),
        RegistrationState.NEEDS_CHANGES: ngettext(
            "%(count)d person is asked for changes.", "%(count)d people are asked for changes.", count
        ),
        RegistrationState.DECLINED: ngettext(
            "%(count)d registration is declined.", "%(count)d registrations are declined.", count
        ),
    }[decision] % {"count": count}


def _said_of_accepting(count: int) -> str:
    text = ngettext("What %(count)d person changed is accepted.", "What %(count)d people changed is accepted.", count)
    return text % {"count": count}


def _said_of_inviting(count: int) -> str:
    return ngettext("%(count)d person is invited.", "%(count)d people are invited.", count) % {"count": count}


def _one_of_each(languages: Iterable[tuple[str, Registration]]) -> dict[str, Registration]:
    """Return for each language the first person who reads it."""
    first: dict[str, Registration] = {}
    for language, person in languages:
        first.setdefault(language, person)
    return first


def _samples(
    letter: str, people: Mapping[str, Registration], about: Callable[[Registration], Any]
) -> Iterator[SampleEmail]:
    """Yield the email as each of these people would get it."""
    for language, person in sorted(people.items()):
        rendered = kinds.get(letter).render(about(person), language, person.own_zone)
        yield SampleEmail(language=language, subject=rendered.subject, text=rendered.text)


def _decided(decision: RegistrationState, note: str) -> Callable[[Registration], Registration]:
    def decided(registration: Registration) -> Registration:
        """Return it as it would be; nothing is stored."""
        registration.state, registration.review_note = decision, note or _("(your note)")
        return registration

    return decided


def _invited(registration: Registration) -> ClaimInvitation:
    """Return an invitation that is stored nowhere, so that the link in a sample opens nothing."""
    now = timezone.now()
    return ClaimInvitation(registration=registration, invited_at=now, expires_at=now + claims.LINK_LASTS)


def _cautions(people: list[Registration]) -> tuple[tuple[str, int], ...]:
    """Return the objections to approving these people, each once with the number it is true of."""
    prefetch_related_objects(people, "member__consents")
    rules = Eligibility.objects.current().rules
    numbers: dict[str, int] = {}
    for person in people:
        for problem in problems_of(person, rules):
            numbers[problem] = numbers.get(problem, 0) + 1
    return tuple(sorted(numbers.items(), key=lambda line: (-line[1], line[0])))
