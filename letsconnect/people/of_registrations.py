"""The registration, the account, seats, and who looked."""

from collections.abc import Iterator

from django.db.models import Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from letsconnect.base.admin import with_readable_reasons
from letsconnect.base.models import Act
from letsconnect.people.timeline import PageAsked, TimelineLine, at_midnight, part
from registrations.domain.looks import LookKind
from registrations.models import (
    ClaimInvitation,
    Look,
    Member,
    Registration,
    SkillSuggestion,
    WorkingGroupSeat,
)

# What somebody read of the person, as the desk reads it: the person reads `LookKind`'s own labels.
LOOKED_AT: dict[str, Promise] = {
    LookKind.REGISTRATION: gettext_lazy("looked at the registration"),
    LookKind.PERSON: gettext_lazy("looked at this page"),
    LookKind.ACCOUNT: gettext_lazy("looked at the account"),
    LookKind.MATCH: gettext_lazy("looked at a match, with both sides"),
    LookKind.EXPORT: gettext_lazy("took the registration along in an export"),
    LookKind.ACCOUNTS: gettext_lazy("looked at a list of accounts"),
    LookKind.REGISTRATIONS: gettext_lazy("looked at a list of registrations"),
    LookKind.MATCHES: gettext_lazy("looked at a list of people and matches"),
    LookKind.LETTER: gettext_lazy("looked when an email to them was sent, and where"),
    LookKind.LETTER_TEXT: gettext_lazy("read what an email to them said"),
    LookKind.LETTER_NAMING: gettext_lazy("read what an email to somebody else said that names them"),
    LookKind.LETTERS: gettext_lazy("looked at a list of emails"),
    LookKind.INVITATIONS: gettext_lazy("looked at the invitation to take over what they wrote in the old form"),
    LookKind.CLINIC: gettext_lazy("looked at who comes to a clinic"),
    LookKind.IMPORT: gettext_lazy("looked at what they wrote in the old form, in a file"),
    LookKind.TOPIC: gettext_lazy("looked for which clinics they asked, or which they support"),
    LookKind.CANDIDATE: gettext_lazy("looked who would like to share in a clinic or to come"),
}


@part
def acts(asked: PageAsked) -> Iterator[TimelineLine | None]:
    """What was done with the registration; with the account, for those who see accounts."""
    person = asked.person
    objects: list[Registration | Member] = [person.registration] if person.registration else []
    if person.member is not None and asked.reader.is_coordinator:
        objects.append(person.member)
    logs = [(about, asked.batch.add(Act.objects.on(about).order_by("-at", "-pk")[: asked.most])) for about in objects]
    yield None
    for about, log in logs:
        for act in with_readable_reasons(log, about, asked.reader):
            yield TimelineLine(
                act.at,
                act.pk,
                "%(act)s (%(state)s)" if act.became else "%(act)s",
                {"act": act.verb_in_words, "state": act.became_in_words},
                by=str(act.actor) if act.actor else _("the portal"),
                note=vars(act)["reason_to_show"],
            )


@part
def invitations(asked: PageAsked) -> Iterator[TimelineLine | None]:
    """What came of the invitation to take over a registration of the old form; the log has when it was sent."""
    rows = ClaimInvitation.objects.visible_to(asked.reader).filter(registration=asked.person.registration)
    reminded = asked.newest(rows, "reminded_at")
    used = asked.newest(rows, "used_at")
    yield None
    for at, key in reminded:
        yield TimelineLine(at, key, _("was reminded of the invitation to take over the registration"))
    for at, key in used:
        yield TimelineLine(at, key, _("used the invitation to take over the registration"))


@part
def suggestions(asked: PageAsked) -> Iterator[TimelineLine | None]:
    own = SkillSuggestion.objects.filter(member=asked.person.member, member__isnull=False)
    rows = asked.newest(own, "made_at", "skill")
    yield None
    for at, key, skill in rows:
        link = reverse("admin:registrations_skill_change", args=[skill])
        yield TimelineLine(at, key, _("suggested the skill %(skill)s"), link=link, skill=skill)


@part
def seats(asked: PageAsked) -> Iterator[TimelineLine | None]:
    own = WorkingGroupSeat.objects.filter(member=asked.person.member, member__isnull=False)
    rows = asked.batch.add(own.order_by("-from_on", "-pk"))
    yield None
    for seat in rows:
        values = {"role": seat.role_in_words}
        yield TimelineLine(at_midnight(seat.from_on), seat.pk, _("the seat begins: %(role)s"), values, is_day=True)
        if seat.until_on is not None:
            ends = at_midnight(seat.until_on)
            yield TimelineLine(ends, seat.pk, _("the seat has ended: %(role)s"), values, is_day=True)


@part
def looks(asked: PageAsked) -> Iterator[TimelineLine | None]:
    person, theirs = asked.person, Q(pk__in=[])
    if person.registration is not None:
        theirs |= Q(registration=person.registration)
    if person.member is not None:
        theirs |= Q(member=person.member)
    rows = asked.newest(Look.objects.filter(theirs), "seen_on", "kind", "viewer__name")
    yield None
    for day, key, kind, viewer in rows:
        by = viewer or _("somebody of the working group")
        yield TimelineLine(at_midnight(day), key, LOOKED_AT[kind], by=by, is_day=True)
