"""Which of some clinics a reader is told of: still open, of a skill they want to learn, without a seat of theirs."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime

from clinics.models import Clinic, ClinicQuerySet, Rsvp
from registrations.models import Registration, Wish, heir_at


class ClinicsToTell:
    """Clinics that people may still sign up for, with what decides for whom they are: read once for many readers."""

    def __init__(self, clinics: ClinicQuerySet, *, members: Collection[int], now: datetime) -> None:
        self._clinics = list(clinics.joinable(now=now).prefetch_related("texts"))
        keys = [clinic.pk for clinic in self._clinics]
        self._seats = set(
            Rsvp.objects.active().filter(clinic__in=keys, member__in=members).values_list("member_id", "clinic_id")
        )
        self._skills: dict[int, set[int]] = defaultdict(set)
        taught = Clinic.objects.filter(pk__in=keys, skills__isnull=False).order_by()
        heir = heir_at("skills")
        for clinic, skill in taught.annotate(heir=heir).values_list("pk", "heir"):
            self._skills[clinic].add(skill)
        self._wishes: dict[int, set[int]] = defaultdict(set)
        if self._skills:
            wishes = Wish.objects.filter(
                registration__in=Registration.objects.in_force(), registration__member__in=members
            )
            heir = heir_at("skill")
            for member, skill in wishes.annotate(heir=heir).values_list("registration__member_id", "heir"):
                self._wishes[member].add(skill)

    def among(self, keys: Iterable[int], member: int | None) -> list[Clinic]:
        """Return those of these clinics that the reader has no seat at and does not wait for, soonest first."""
        chosen = set(keys)
        return [clinic for clinic in self._clinics if clinic.pk in chosen and (member, clinic.pk) not in self._seats]

    def announced_between(self, since: datetime, until: datetime, member: int | None) -> list[Clinic]:
        """Return the clinics of a reader's weekly list.

        They are those that teach a skill the reader wants to learn, and those that name no skill; all for a reader of
        whom no wish is known.
        """
        wishes = self._wishes.get(member, set()) if member else set()
        span = {
            clinic.pk
            for clinic in self._clinics
            if clinic.announced_at and since < clinic.announced_at <= until and self._is_of(clinic, wishes)
        }
        return self.among(span, member)

    def _is_of(self, clinic: Clinic, wishes: set[int]) -> bool:
        skills = self._skills.get(clinic.pk, set())
        return not wishes or not skills or bool(skills & wishes)
