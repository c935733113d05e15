"""The letters that bring new clinics: an announcement and the weekly list. What they bring is asked when they leave.

A clinic that was called off meanwhile is left out, one that was moved stands there with its new hour, and a letter with
nothing left is not sent.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils.text import Truncator

from clinics.announcing.choosing import ClinicsToTell
from clinics.domain.clinics import ClinicState, ForWhom
from clinics.models import Announcement, Clinic, Digest, Rsvp
from letsconnect.base.labels import label_of
from letsconnect.base.languages import direction_of, language_or_default, speaking
from letsconnect.base.links import absolute
from mailings import kinds
from mailings.domain.subscriptions import BulkList
from mailings.models import Letter, Subscription
from mailings.newsletters.checking import LARGEST
from mailings.newsletters.composing import MARKS, without_marks
from mailings.newsletters.letter import LEFT_OR_PAUSED
from mailings.rendering import Rendered, render_letter
from mailings.sending.composing import BulkTemplate, ComposedBulk, in_short_lines
from mailings.subscriptions import links
from registrations.reference.names import language_name

ANNOUNCED, DIGEST = "clinics.announced", "clinics.digest"
NOTHING_NEW = "no clinic is left to tell of"
MOST_CLINICS = 20
SUMMARY = 160  # characters: no line of a letter may grow past 998 bytes
_TEMPLATES = {ANNOUNCED: "clinics/emails/announced", DIGEST: "clinics/emails/digest"}


@dataclass(frozen=True)
class NewClinic:
    """What a letter says of one clinic to readers of one language."""

    title: str
    summary: str
    text_language: str
    text_direction: str
    described_in: str  # the language of title and summary, by name, where it is not the reader's
    starts_at: datetime
    minutes: int
    floor_language: str
    region: str
    url: str


class NewClinicsFacts:
    """What a group of letters needs: the subscriptions, and the clinics that each letter still brings."""

    def __init__(self, letters: list[Letter], chosen: BulkList) -> None:
        self._chosen = chosen
        wanted = {letter.subscription_id for letter in letters}
        readers = Subscription.objects.saying_whether_written_to(chosen).select_related("member")
        self._subscriptions = readers.in_bulk([key for key in wanted if key])
        self._clinics: dict[int, list[Clinic]] = {}

    def member_of(self, letter: Letter) -> int | None:
        subscription = self._subscriptions.get(letter.subscription_id)
        return letter.member_id or (subscription.member_id if subscription else None)

    def members(self, letters: list[Letter]) -> set[int]:
        return {member for letter in letters if (member := self.member_of(letter))}

    def reason(self, letter: Letter) -> str | None:
        """Return why this reader no longer gets the letter, or None."""
        subscription = self._subscriptions.get(letter.subscription_id)
        if subscription is None or not subscription.is_written_to:
            return LEFT_OR_PAUSED
        return None if self._clinics.get(letter.pk) else NOTHING_NEW

    def waits(self, _letter: Letter) -> bool:
        return False

    def unchanged(self) -> Q:
        """Return the condition under which what was read of a letter is still true.

        Its reader still gets the list, and has signed up for none of the clinics that were read; if one of these was
        called off or moved since, no letter meets it.
        """
        clinics = {clinic.pk: clinic.sequence for of_letter in self._clinics.values() for clinic in of_letter}
        as_read = Q(*(Q(pk=key, sequence=number) for key, number in clinics.items()), _connector=Q.OR)
        others = Clinic.objects.filter(pk__in=clinics).exclude(as_read, state=ClinicState.ANNOUNCED)
        signed_up = Rsvp.objects.active().filter(clinic__in=clinics, member=OuterRef("subscription__member"))
        readers = Subscription.objects.to_write_to(self._chosen)
        return Q(~Exists(others), ~Exists(signed_up), subscription__in=readers)

    def compose(self, letter: Letter) -> ComposedBulk:
        """Return the message in the language and the zone that the reader uses now."""
        subscription = self._subscriptions[letter.subscription_id]
        reader = subscription.member or subscription
        letter.language, letter.zone = language_or_default(reader.language), reader.zone
        clinics = self._clinics[letter.pk]
        new = tuple(_new_clinic(clinic, letter.language) for clinic in clinics[:MOST_CLINICS])
        template = _template(letter.kind, letter.language, letter.zone, new, len(clinics))
        values, headers = links.of_letter(subscription, self._chosen)
        return template.fill(letter, values, headers=headers)


class AnnouncementFacts(NewClinicsFacts):
    """The clinics that each letter of a group announces."""

    def __init__(self, letters: list[Letter], now: datetime) -> None:
        super().__init__(letters, BulkList.ANNOUNCEMENTS)
        keys: dict[int, set[int]] = defaultdict(set)
        rows = Announcement.objects.filter(letter__in=[letter.pk for letter in letters])
        for letter_key, clinic in rows.values_list("letter_id", "clinic_id"):
            keys[letter_key].add(clinic)
        clinics = Clinic.objects.filter(pk__in=set().union(*keys.values()))
        open_clinics = ClinicsToTell(clinics, members=self.members(letters), now=now)
        sent = self._sent_to_their_addresses(letters)
        self._with_the_same_address = _with_the_same_address({letter.address for letter in letters})
        for letter in letters:
            new = keys[letter.pk] - sent[letter.address]
            self._clinics[letter.pk] = open_clinics.among(new, self.member_of(letter))
            if self.reason(letter) is None:
                sent[letter.address] |= new

    def unchanged(self) -> Q:
        """Return the condition of any such letter; one to an address with several subscriptions is read right before it
        is sent, because what it still brings depends on what became of the others."""
        return super().unchanged() & ~Q(subscription__in=self._with_the_same_address)

    def _sent_to_their_addresses(self, letters: list[Letter]) -> defaultdict[str, set[int]]:
        """Return the clinics that other letters brought to these addresses.

        Somebody who has moved to an address with a subscription of its own has two.
        """
        others = Letter.objects.perhaps_read().filter(
            kind=ANNOUNCED, address__in={letter.address for letter in letters} - {""}
        )
        others = others.exclude(pk__in=[letter.pk for letter in letters])
        sent = defaultdict[str, set[int]](set)
        rows = Announcement.objects.filter(letter__in=others.values("pk"))
        for address, clinic in rows.values_list("letter__address", "clinic_id"):
            sent[address].add(clinic)
        return sent


def _with_the_same_address(addresses: Collection[str]) -> set[int]:
    """Return the subscriptions whose letters go to one of these addresses, as those of another do."""
    keys: dict[str, set[int]] = defaultdict(set)
    rows = Subscription.objects.filter(Q(member=None, address__in=addresses) | Q(member__email__in=addresses))
    for key, address in rows.annotate(to=Coalesce("member__email", "address")).values_list("pk", "to"):
        keys[address].add(key)
    return {key for shared in keys.values() if len(shared) > 1 for key in shared}


class DigestFacts(NewClinicsFacts):
    """The clinics of the weekly list that each letter of a group brings."""

    def __init__(self, letters: list[Letter], now: datetime) -> None:
        super().__init__(letters, BulkList.DIGEST)
        digests = {digest.letter_id: digest for digest in Digest.objects.filter(letter__in=[row.pk for row in letters])}
        if not digests:
            return
        since = min(digest.since for digest in digests.values())
        until = max(digest.until for digest in digests.values())
        clinics = Clinic.objects.filter(announced_at__gt=since, announced_at__lte=until)
        new = ClinicsToTell(clinics, members=self.members(letters), now=now)
        for letter in letters:
            if digest := digests.get(letter.pk):
                member = self.member_of(letter)
                self._clinics[letter.pk] = new.announced_between(digest.since, digest.until, member)


def _new_clinic(clinic: Clinic, language: str) -> NewClinic:
    with speaking(language):
        text = clinic.text_in(language)
        is_other = text is not None and text.language != language
        return NewClinic(
            title=without_marks(clinic.title),
            summary=without_marks(" ".join(Truncator(text.summary).chars(SUMMARY).split())) if text else "",
            text_language=text.language if text else language,
            text_direction=direction_of(text.language if text else language),
            described_in=language_name(text.language, language) if text and is_other else "",
            starts_at=clinic.starts_at,
            minutes=clinic.minutes,
            floor_language=label_of(clinic, "floor_language"),
            region=clinic.for_whom_in_words if clinic.for_whom != ForWhom.ALL else "",
            url=absolute("clinics:clinic-detail", clinic.pk),
        )


@lru_cache(maxsize=128)
def _template(kind: str, language: str, zone: str, clinics: tuple[NewClinic, ...], count: int) -> BulkTemplate:
    """Return the message about these clinics for readers of one language in one zone: many readers share it.

    It names fewer of them where mail programs would cut it.
    """
    rendered = _rendered(kind, language, zone, clinics, count)
    short = Rendered(rendered.subject, rendered.text, in_short_lines(rendered.html))
    chosen = BulkList.ANNOUNCEMENTS if kind == ANNOUNCED else BulkList.DIGEST
    headers = {"List-ID": links.list_id(chosen), "Auto-Submitted": "auto-generated"}
    template = BulkTemplate(language, short, marks=MARKS, headers=headers)
    if template.size > LARGEST and len(clinics) > 1:  # letters that take four bytes each
        return _template(kind, language, zone, clinics[: len(clinics) * 3 // 4], count)
    return template


def _rendered(kind: str, language: str, zone: str, clinics: tuple[NewClinic, ...], count: int) -> Rendered:
    context: dict[str, Any] = {
        "clinics": [asdict(clinic) for clinic in clinics],
        "first": clinics[0],
        "count": count,
        "more": count - len(clinics),
        "list_url": absolute("clinics:clinic-list"),
        "preferences_url": MARKS["preferences"],
        "leave_url": MARKS["leave"],
    }
    return render_letter(_TEMPLATES[kind], context, language=language, zone=zone)


def sample_of_announcement(clinic: Clinic, *, language: str, zone: str) -> Rendered:
    """Return what a reader would get about this clinic alone; in place of their own links stand an ellipsis."""
    letter = _rendered(ANNOUNCED, language, zone, (_new_clinic(clinic, language),), 1)
    return Rendered(without_marks(letter.subject), without_marks(letter.text), without_marks(letter.html))


def register() -> None:
    """Register the letters with the ledger."""
    kinds.register_bulk(ANNOUNCED, AnnouncementFacts, keeps=kinds.kept(), unchanged=AnnouncementFacts.unchanged)
    kinds.register_bulk(DIGEST, DigestFacts, keeps=kinds.kept(), unchanged=DigestFacts.unchanged)
