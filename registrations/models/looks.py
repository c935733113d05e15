"""Who of the working group looked at whom."""

from collections.abc import Iterable
from datetime import date

from django.db import models
from django.db.models import Q

from registrations.domain import LookKind
from registrations.models.members import Member
from registrations.models.registration import Registration


class LookQuerySet(models.QuerySet["Look"]):
    def about(self, member: Member) -> "LookQuerySet":
        """What was read about one person, newest first, with who read it and their seats."""
        return (
            self.filter(Q(member=member) | Q(registration__member=member))
            .select_related("viewer")
            .prefetch_related("viewer__seats")
            .order_by("-seen_on", "-pk")
        )

    def note(self, *, viewer: Member, registrations: Iterable[Registration], what: LookKind, on: date) -> None:
        """Remember that ``viewer`` read these registrations; once a day is enough, and one's own is no look."""
        theirs = {person.pk for person in registrations if person.member_id != viewer.pk}
        looks = [Look(viewer=viewer, registration_id=pk, what=what, seen_on=on) for pk in sorted(theirs)]
        self.bulk_create(looks, ignore_conflicts=True)

    def note_account(self, *, viewer: Member, member: Member, on: date) -> None:
        """Remember that ``viewer`` read somebody's account."""
        if member.pk != viewer.pk:
            look = Look(viewer=viewer, member=member, what=LookKind.ACCOUNT, seen_on=on)
            self.bulk_create([look], ignore_conflicts=True)


class Look(models.Model):
    """That one member of the working group read something about one person on one day."""

    viewer = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    registration = models.ForeignKey(Registration, null=True, on_delete=models.PROTECT, related_name="looks")
    member = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="looks")
    what = models.CharField(max_length=12, choices=LookKind)
    seen_on = models.DateField()

    objects = LookQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["viewer", "registration", "what", "seen_on"],
                condition=Q(registration__isnull=False),
                name="registrations_one_look_a_day_at_a_registration",
            ),
            models.UniqueConstraint(
                fields=["viewer", "member", "what", "seen_on"],
                condition=Q(member__isnull=False),
                name="registrations_one_look_a_day_at_an_account",
            ),
            models.CheckConstraint(
                condition=Q(registration=None, member__isnull=False) | Q(registration__isnull=False, member=None),
                name="registrations_look_is_at_one_thing",
            ),
            models.CheckConstraint(condition=Q(what__in=LookKind.values), name="registrations_look_kind_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.seen_on}"
