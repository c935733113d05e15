"""Made-up people for an empty embedded database, so that every page has something to show."""

import random
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress

from registrations import documents
from registrations.answers import editing
from registrations.consents.agreeing import agree
from registrations.domain.agreements import ConsentDocument
from registrations.domain.facts import LanguageFact, OfferFact, RegistrationFacts, WindowFact, WishFact
from registrations.domain.registrations import RegistrationState, SeatRole
from registrations.models import Group, Member, Registration, Role, Skill
from registrations.reference.countries import region_of
from registrations.seats import appointing
from registrations.seats.team import show_on_team_page

DOMAIN = "demo.example"
SEED = 20221001

# name, country, zone, language of the portal, spoken languages with Babel level
PEOPLE = [
    ("Amina", "TN", "Africa/Tunis", "en", {"ar": 6, "fr": 5, "en": 2}),
    ("Youssef", "MA", "Africa/Casablanca", "ar", {"ar": 6, "fr": 4}),
    ("Mariam", "EG", "Africa/Cairo", "ar", {"ar": 6, "en": 4}),
    ("Karim", "DZ", "Africa/Algiers", "fr", {"ar": 6, "fr": 5}),
    ("Rania", "JO", "Asia/Amman", "ar", {"ar": 6, "en": 3}),
    ("Chidi", "NG", "Africa/Lagos", "en", {"en": 5, "ig": 6}),
    ("Folake", "NG", "Africa/Lagos", "en", {"en": 5, "yo": 6}),
    ("Kwame", "GH", "Africa/Accra", "en", {"en": 5, "tw": 6}),
    ("Neema", "TZ", "Africa/Dar_es_Salaam", "en", {"sw": 6, "en": 4}),
    ("Aïcha", "BJ", "Africa/Porto-Novo", "fr", {"fr": 5, "yo": 4, "en": 2}),
    ("Thandi", "ZA", "Africa/Johannesburg", "en", {"zu": 6, "en": 5}),
    ("Didier", "CM", "Africa/Douala", "fr", {"fr": 5, "en": 3}),
    ("Lucía", "AR", "America/Argentina/Buenos_Aires", "es", {"es": 6, "en": 3}),
    ("Mateo", "CO", "America/Bogota", "es", {"es": 6}),
    ("Valentina", "MX", "America/Mexico_City", "es", {"es": 6, "en": 4}),
    ("João", "BR", "America/Sao_Paulo", "pt", {"pt": 6, "es": 3, "en": 3}),
    ("Beatriz", "BR", "America/Sao_Paulo", "pt", {"pt": 6, "en": 2}),
    ("Wara", "BO", "America/La_Paz", "es", {"es": 5, "qu": 6}),
    ("Camila", "UY", "America/Montevideo", "es", {"es": 6, "pt": 4}),
    ("Priya", "IN", "Asia/Kolkata", "en", {"hi": 6, "en": 5}),
    ("Arjun", "IN", "Asia/Kolkata", "en", {"ta": 6, "en": 4}),
    ("Sita", "NP", "Asia/Kathmandu", "en", {"ne": 6, "en": 3, "hi": 4}),
    ("Rahim", "BD", "Asia/Dhaka", "en", {"bn": 6, "en": 3}),
    ("Sana", "PK", "Asia/Karachi", "en", {"ur": 6, "en": 4}),
    ("Dewi", "ID", "Asia/Jakarta", "en", {"id": 6, "en": 4}),
    ("Jun", "PH", "Asia/Manila", "en", {"tl": 6, "en": 5}),
    ("Haruka", "JP", "Asia/Tokyo", "en", {"ja": 6, "en": 3}),
    ("Mei", "TW", "Asia/Taipei", "en", {"zh": 6, "en": 4}),
    ("Olivia", "AU", "Australia/Sydney", "en", {"en": 6}),
    ("Olena", "UA", "Europe/Kyiv", "en", {"uk": 6, "en": 4, "pl": 2}),
    ("Piotr", "PL", "Europe/Warsaw", "en", {"pl": 6, "en": 4}),
    ("Arta", "AL", "Europe/Tirane", "en", {"sq": 6, "en": 4, "it": 3}),
    ("Nino", "GE", "Asia/Tbilisi", "en", {"ka": 6, "en": 3, "ru": 4}),
    ("Camille", "FR", "Europe/Paris", "fr", {"fr": 6, "en": 4}),
    ("Jonas", "DE", "Europe/Berlin", "en", {"de": 6, "en": 5}),
    ("Inés", "ES", "Europe/Madrid", "es", {"es": 6, "en": 3, "fr": 3}),
    ("Rui", "PT", "Europe/Lisbon", "pt", {"pt": 6, "en": 4, "es": 4}),
    ("Sarah", "CA", "America/St_Johns", "en", {"en": 6, "fr": 3}),
    ("Miguel", "US", "America/New_York", "es", {"es": 6, "en": 5}),
    ("Dana", "US", "America/Los_Angeles", "en", {"en": 6}),
]
POPULAR = (
    "wikidata", "wikimedia-commons", "organizing-edit-a-thons", "budgeting", "proposal-writing", "social-media",
    "facilitation", "grantee-reporting", "training-newcomers", "video-editing", "volunteer-retention", "surveys",
    "partnership-building", "preventing-burnout", "education-programs", "bots-and-tools",
)  # fmt: skip
LIAISONS = {  # name and language
    "CEECA": ("Oksana", "en"), "ESEAP": ("Linh", "en"), "LAC": ("Paula", "es"), "MENA": ("Hana", "en"),
    "NA": ("Jordan", "en"), "NWE": ("Elin", "fr"), "SA": ("Meera", "en"), "SSA": ("Tendai", "en"),
}  # fmt: skip
ON_THE_TEAM_PAGE = ("LAC", "MENA", "NWE", "SA", "SSA")
# Free when nobody else is, with one wish nobody shares: the last round has nobody for her, and says why.
WAITING = ("Salma", "TN", "Africa/Tunis", "en", {"ar": 6, "en": 1})
WAITING_WISHES = ("wikidata", "budgeting", "social-media", "preventing-burnout", "podcasting")
WAITING_HOURS = (WindowFact(1 * 1440 + 4 * 60, 1 * 1440 + 6 * 60),)
ONE_IN_SO_MANY_IS_FOUND = 3
WAITING_FOR_REVIEW = {"Didier", "Camila", "Rahim", "Nino", "Rania"}


@dataclass(frozen=True)
class Cast:
    """The accounts that a visitor of the demo signs in with, and everybody whose registration is approved."""

    volunteer: Member
    liaison: Member
    coordinator: Member
    members: list[Member]
    waiting: Member


def load(*, now: datetime) -> Cast:
    """Write the demo's people: forty, one more who waits, a liaison for each region, a coordinator. Sends nothing."""
    chance = random.Random(SEED)  # noqa: S311  made-up people, not a secret
    coordinator = _member("coordinator", "Noor", "Europe/Berlin", "en", now=now)
    appointing.appoint(member=coordinator, role=SeatRole.COORDINATOR, by=None, now=now)
    liaisons = {region: _liaison(region, by=coordinator, now=now) for region in LIAISONS}
    for member in (coordinator, *(liaisons[region] for region in ON_THE_TEAM_PAGE)):
        show_on_team_page(member=member, is_shown=True, by=member, now=now)
    people = []
    for number, (name, country, zone, language, speaks) in enumerate(PEOPLE):
        address = "volunteer" if number == 0 else f"person-{number}"
        member = _member(address, name, zone, language, now=now)
        facts = replace(_facts(chance, name, country, zone, speaks), is_findable=number % ONE_IN_SO_MANY_IS_FOUND == 0)
        if number == 0:
            facts = replace(facts, can_learn_from=2)  # so that she can ask for somebody beside the match that asks her
        _register(member, facts, reviewer=None if name in WAITING_FOR_REVIEW else coordinator, now=now)
        people.append(member)
    waiting = _somebody_who_waits(chance, reviewer=coordinator, now=now)
    return Cast(people[0], liaisons["MENA"], coordinator, [*people, waiting], waiting)


def _somebody_who_waits(chance: random.Random, *, reviewer: Member, now: datetime) -> Member:
    name, country, zone, language, speaks = WAITING
    member = _member("waiting", name, zone, language, now=now)
    skills = dict(Skill.objects.active().values_list("slug", "pk"))
    wishes = tuple(sorted(WishFact(skills[slug], 2, "") for slug in WAITING_WISHES if slug in skills))
    facts = replace(_facts(chance, name, country, zone, speaks), offers=(), wishes=wishes, windows=WAITING_HOURS)
    _register(member, facts, reviewer=reviewer, now=now)
    return member


def _member(address: str, name: str, zone: str, language: str, *, now: datetime) -> Member:
    member = Member.objects.create_user(
        email=f"{address}@{DOMAIN}", name=name, zone=zone, language=language, is_demo=True, joined_at=now
    )
    EmailAddress.objects.create(user=member, email=member.email, verified=True, primary=True)
    return member


def _liaison(region: str, *, by: Member, now: datetime) -> Member:
    address = "liaison" if region == "MENA" else f"liaison-{region.lower()}"
    name, language = LIAISONS[region]
    member = _member(address, name, "UTC", language, now=now)
    appointing.appoint(member=member, role=SeatRole.LIAISON, region=region, by=by, now=now)
    return member


def _facts(chance: random.Random, name: str, country: str, zone: str, speaks: dict[str, int]) -> RegistrationFacts:
    skills = dict(Skill.objects.active().values_list("slug", "pk"))
    drawn = chance.sample([slug for slug in POPULAR if slug in skills], 5)
    offers = tuple(sorted(OfferFact(skills[slug], chance.randint(2, 4), chance.random() < 0.5) for slug in drawn[:2]))
    wishes = tuple(sorted(WishFact(skills[slug], chance.randint(1, 3), "") for slug in drawn[2:]))
    start = chance.choice((16, 17, 18)) * 60
    days = sorted(chance.sample(range(7), 4))
    weekend = [WindowFact(day * 1440 + 8 * 60, day * 1440 + 18 * 60) for day in (5, 6)]
    evenings = [WindowFact(day * 1440 + start, day * 1440 + start + 240) for day in days if day < 5]
    return RegistrationFacts(
        name=name,
        country=country,
        region=region_of(country),
        group_id=chance.choice([None, *Group.objects.filter(country=country).values_list("pk", flat=True)]),
        role_id=chance.choice(list(Role.objects.values_list("pk", flat=True))),
        zone=zone,
        can_help=chance.randint(1, 3),
        offers=offers,
        wishes=wishes,
        languages=tuple(sorted(LanguageFact(code, level, level > 3) for code, level in speaks.items())),
        windows=tuple(sorted(evenings + weekend)),
        consents=(ConsentDocument.CODE_OF_CONDUCT, ConsentDocument.PRIVACY_NOTICE),
    )


def _register(member: Member, facts: RegistrationFacts, *, reviewer: Member | None, now: datetime) -> None:
    before = now - timedelta(days=2 if reviewer is None else 40)
    registration = editing.submit_registration(
        member=member,
        facts=facts,
        version=0,
        versions_shown=documents.in_force(on=before.date()),
        by=member,
        now=before,
    )
    agree(member=member, versions=documents.in_force(on=now.date()), by=member, now=now)  # if one is newer by now
    if reviewer is not None:
        # Not by the review action: forty letters of welcome would bury the ones a visitor looks for.
        Registration.objects.filter(pk=registration.pk).update(
            state=RegistrationState.APPROVED, reviewed_by=reviewer, reviewed_at=now
        )
