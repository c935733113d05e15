"""People and registrations for tests: real rows, told apart by a counter."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from registrations import documents
from registrations.domain.registrations import BabelLevel, RegistrationState, SeatRole, SkillFamily
from registrations.models import (
    Consent,
    Member,
    Offer,
    Registration,
    Skill,
    SkillName,
    SpokenLanguage,
    Window,
    Wish,
    WorkingGroupSeat,
)

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
EVENINGS = tuple((day * 1440 + 18 * 60, day * 1440 + 21 * 60) for day in range(5))
_numbers = count(1)
_coordinators: list[Member] = []


def make_member(**fields: Any) -> Member:
    number = next(_numbers)
    return Member.objects.create_user(
        **{"email": f"person-{number}@example.org", "name": f"Person {number}", "joined_at": NOW, **fields}
    )


def make_liaison(region: str = "MENA", **fields: Any) -> Member:
    """A member with a seat for ``region``; "" makes a coordinator."""
    member = make_member(**fields)
    role = SeatRole.LIAISON if region else SeatRole.COORDINATOR
    WorkingGroupSeat.objects.create(member=member, role=role, region=region, from_on=date(2026, 1, 1))
    return member


def make_coordinator(**fields: Any) -> Member:
    return make_liaison("", **fields)


def make_editor(**fields: Any) -> Member:
    """A member who writes the newsletter, and has no seat in the working group."""
    member = make_member(**fields)
    WorkingGroupSeat.objects.create(member=member, role=SeatRole.EDITOR, region="", from_on=date(2026, 1, 1))
    return member


def coordinator_of_the_test() -> Member:
    """The one coordinator who decided whatever a test does not say who decided; made when first asked for.

    A coordinator for each row was a third of the statements of a match. Each test begins without one.
    """
    _coordinators[:] = _coordinators or [make_coordinator()]
    return _coordinators[0]


def forget_coordinator_of_the_test() -> None:
    _coordinators.clear()


def make_skill(slug: str | Skill = "", **fields: Any) -> Skill:
    """The skill of this slug, made when missing; one that was made already is handed back unread."""
    if isinstance(slug, Skill):
        return slug
    slug = slug or f"skill-{next(_numbers)}"
    skill, made = Skill.objects.get_or_create(slug=slug, defaults={"family": SkillFamily.TACTICS, **fields})
    if made:
        SkillName.objects.create(skill=skill, language="en", text=slug.replace("-", " ").capitalize())
    return skill


def make_agreement(member: Member, *only: str, **fields: Any) -> None:
    """Let the member agree to what the programme needs, in the first versions, or to ``only`` these documents."""
    Consent.objects.bulk_create(
        Consent(
            member=member,
            document=document,
            **{"version": documents.versions(document)[0].name, "given_at": NOW, **fields},
        )
        for document in only or documents.REQUIRED
    )


def make_agreed_member(*, on: date, **fields: Any) -> Member:
    """Return a member who has agreed to what the programme needs, in the versions in force on that day."""
    member, in_force = make_member(**fields), documents.in_force(on=on)
    for document in documents.REQUIRED:
        make_agreement(member, document, version=in_force[document])
    return member


def make_registration(
    *,
    member: Member | None = None,
    offers: Iterable[str | Skill] = (),
    wishes: Iterable[str | Skill] = (),
    speaks: Iterable[tuple[str, int]] = (("en", BabelLevel.ADVANCED),),
    windows: Iterable[tuple[int, int]] = EVENINGS,
    reviewer: Member | None = None,
    agrees: bool = True,
    **fields: Any,
) -> Registration:
    """An approved registration, unless ``state`` says otherwise; skills are given, or named and made when missing.

    Its member has agreed to the documents, but for one made without ``agrees``.
    """
    values: dict[str, Any] = {
        "state": RegistrationState.APPROVED,
        "zone": "UTC",
        "country": "TN",
        "region": "MENA",
        "made_at": NOW,
        "changed_at": NOW,
        **fields,
    }
    if values["state"] != RegistrationState.DRAFT:
        values.setdefault("submitted_at", NOW)
    if values["state"] == RegistrationState.APPROVED:
        values.setdefault("reviewed_at", NOW)
        values.setdefault("reviewed_by", reviewer or coordinator_of_the_test())
    if values.get("source") != "import":
        values["member"] = member or make_member(region=values["region"], zone=values["zone"])
    else:
        values["member"] = member
    registration = Registration.objects.create(**values)
    is_new = member is None  # of whom nothing is stored yet, so that nothing has to be asked
    if agrees and values["member"] is not None and (is_new or not values["member"].consents.exists()):
        make_agreement(values["member"])
    Offer.objects.bulk_create(Offer(registration=registration, skill=make_skill(slug)) for slug in offers)
    Wish.objects.bulk_create(Wish(registration=registration, skill=make_skill(slug)) for slug in wishes)
    SpokenLanguage.objects.bulk_create(
        SpokenLanguage(registration=registration, code=code, level=level) for code, level in speaks
    )
    Window.objects.bulk_create(Window(registration=registration, start=start, end=end) for start, end in windows)
    return registration
