"""The page of one person: what matters first, and what happened, in pages."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from letsconnect.people import of_clinics, of_mailings, of_matching, of_registrations
from letsconnect.people.facts import PersonFact, facts_of
from letsconnect.people.timeline import ON_A_PAGE, PageAsked, Timeline, TimelinePart, page_of_lines
from letsconnect.people.who import PersonAtDesk
from registrations.models import Member

KINDS: dict[str, tuple[Promise, tuple[TimelinePart, ...]]] = {
    "registration": (
        gettext_lazy("Registration"),
        (of_registrations.acts, of_registrations.invitations, of_registrations.suggestions, of_registrations.seats),
    ),
    "matches": (
        gettext_lazy("Matches and sessions"),
        (
            of_matching.matches,
            of_matching.hours,
            of_matching.requests,
            of_matching.exclusions,
            of_matching.concerns,
        ),
    ),
    "clinics": (
        gettext_lazy("Clinics"),
        (of_clinics.seats, of_clinics.attendances, of_clinics.parts, of_clinics.topics),
    ),
    "emails": (gettext_lazy("Emails"), (of_mailings.letters,)),
    "looks": (gettext_lazy("Who looked"), (of_registrations.looks,)),
}


@dataclass(frozen=True)
class PersonPage:
    """What the template shows: facts, where to go from here, and one page of what happened."""

    person: PersonAtDesk
    facts: list[PersonFact]
    links: list[tuple[str, str]]
    timeline: Timeline
    kinds: list[tuple[str, str]]
    kind: str


def page_of_person(person: PersonAtDesk, *, reader: Member, kind: str, number: int) -> PersonPage:
    """Return the page, in a constant number of statements whatever there is of the person."""
    kind = kind if kind in KINDS else ""
    asked = PageAsked(person, reader, most=number * ON_A_PAGE + 1)
    reading = [begin(asked) for name, (_label, parts) in KINDS.items() if kind in ("", name) for begin in parts]
    facts = facts_of(asked)
    asked.batch.run()
    kinds = [(name, str(label)) for name, (label, _parts) in KINDS.items() if name != "emails" or reader.is_coordinator]
    lines = page_of_lines(reading, number=number)
    return PersonPage(person, list(facts), _links(person, reader), lines, kinds, kind)


def _links(person: PersonAtDesk, reader: Member) -> list[tuple[str, str]]:
    """Where the desk shows more of them, for those who see it there."""
    links = []
    if person.registration is not None:
        change = reverse("admin:registrations_registration_change", args=[person.registration.pk])
        links.append((_("Registration"), change))
    if person.member is not None and reader.is_coordinator:
        links.append((_("Account"), reverse("admin:registrations_member_change", args=[person.member.pk])))
        emails = reverse("admin:mailings_letter_changelist", query={"person": person.member.pk})
        links.append((_("Emails"), emails))
    return links
