"""Which documents a member is asked to agree to now, and until when they may decide."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import JSONObject

from letsconnect.base.read_ahead import RowQuestion
from letsconnect.base.statements import Inquiry, Statement
from registrations import documents
from registrations.domain.agreements import ConsentDocument
from registrations.domain.registrations import IN_THE_PROGRAMME, RegistrationState, Source
from registrations.models import Consent, Eligibility, Member, Registration


@dataclass(frozen=True)
class AgreementToAsk:
    """One document whose current version the member has not agreed to.

    ``required_on`` is the day from which agreement is needed, while an older agreement still counts; None means now.
    """

    document: ConsentDocument
    version: str
    required_on: date | None = None

    @property
    def label(self) -> str:
        return str(self.document.label)


@dataclass(frozen=True)
class AgreementsToAsk:
    """The agreements a member is asked for, and whether every page asks."""

    documents: tuple[AgreementToAsk, ...] = ()
    is_for_every_page: bool = False

    @property
    def is_needed_now(self) -> bool:
        """Whether the member is left out of everything until they agree."""
        return any(document.required_on is None for document in self.documents)

    @property
    def required_on(self) -> date | None:
        return min((document.required_on for document in self.documents if document.required_on), default=None)


_AGREED = Statement(
    lambda member: Consent.objects.filter(member=member, withdrawn_at=None).values_list("document", "version")
)


_AGREES = RowQuestion(lambda on, versions: Registration.objects.agreed(on=on))


def agrees(registration: Registration, *, on: date) -> bool:
    """Tell whether the member of a registration agreed to what the programme requires, counted on that day."""
    return _AGREES.is_so(registration, on=on, versions=documents.all_counting(on=on))


def agrees_as_read(registration: Registration, *, on: date) -> bool | None:
    """Return what `agrees` says if it was read of many people at once."""
    return _AGREES.read_of(registration, on=on, versions=documents.all_counting(on=on))


def read_who_agrees(people: Iterable[Registration], *, on: date) -> None:
    """Read of all of these people at once what `agrees` asks."""
    _AGREES.read_ahead(people, on=on, versions=documents.all_counting(on=on))


def agreed_versions(member: Member) -> dict[str, str]:
    """Return which version of each document the member agrees to."""
    return dict(asked_for_agreements(member).rows())


def asked_for_agreements(member: Member) -> Inquiry[tuple[str, str]]:
    return _AGREED.asked({"member": member})


def agreements_to_ask(member: Member, *, on: date, agreed: Mapping[str, str] | None = None) -> AgreementsToAsk:
    """Return what the member is asked to agree to, by one query.

    Every page asks people who take part, have taken over a registration of the old form, or agreed to an older version.
    The registration form asks new people. A page that has read `agreed_versions` gives them: it asks nothing more where
    nothing is missing.
    """
    stored = _stored(member) if agreed is None else None
    given: Mapping[str, str] = stored.agreed if stored is not None else agreed or {}
    missing = [
        document for document in documents.REQUIRED if given.get(document) != documents.current(document, on=on).name
    ]
    if not missing:
        return AgreementsToAsk()
    stored = stored or _stored(member)
    to_ask = tuple(
        _agreement_to_ask(document, given.get(document), on=on)
        for document in missing
        if document != ConsentDocument.CODE_OF_CONDUCT or stored.asks_for_the_code
    )
    takes_part = stored.state in IN_THE_PROGRAMME
    is_claimed = stored.source == Source.IMPORT and stored.state == RegistrationState.DRAFT
    agreed_before = any(agreement.document in given for agreement in to_ask)
    return AgreementsToAsk(to_ask, is_for_every_page=bool(to_ask) and (takes_part or is_claimed or agreed_before))


def _agreement_to_ask(document: ConsentDocument, agreed_version: str | None, *, on: date) -> AgreementToAsk:
    version = documents.current(document, on=on)
    counts = agreed_version in documents.counting(document, on=on)
    return AgreementToAsk(document, version.name, required_on=version.required_on if counts else None)


class _Stored(NamedTuple):
    """What the member agrees to, whether the code of conduct is asked for, and the member's registration."""

    agreed: Mapping[str, str]
    asks_for_the_code: bool
    state: str | None
    source: str | None


def _members(member: Member) -> QuerySet[Member, tuple[Any, ...]]:
    agreed = Consent.objects.filter(member=OuterRef("pk"), withdrawn_at=None)
    return (
        Member.objects.filter(pk=member.pk)
        .annotate(
            agreed=ArraySubquery(agreed.values_list(JSONObject(document="document", version="version"))),
            asks_for_the_code=~Exists(Eligibility.objects.filter(must_agree_to_the_code=False)),
        )
        .values_list("agreed", "asks_for_the_code", "registration__state", "registration__source")
    )


_STORED = Statement(_members)


def _stored(member: Member) -> _Stored:
    agreed, *others = _STORED.rows({"member": member})[0]
    return _Stored({row["document"]: row["version"] for row in agreed}, *others)
