"""The access log: who of the working group looked at whose data."""

from collections.abc import Iterable
from datetime import date

from django.db import connections, models
from django.db.models import Q

from letsconnect.base.access_log import PeopleShown
from registrations.domain.registrations import LookKind
from registrations.models.members import Member
from registrations.models.registration import Registration

_KEEP = """
    INSERT INTO "registrations_look" (viewer_id, kind, seen_on, registration_id, member_id)
    SELECT %s, %s, %s, shown, NULL FROM unnest(%s::bigint[]) AS shown
    UNION ALL
    SELECT %s, %s, %s, NULL, shown FROM unnest(%s::bigint[]) AS shown
    ON CONFLICT DO NOTHING
"""


class LookQuerySet(models.QuerySet["Look"]):
    def about(self, member: Member) -> "LookQuerySet":
        """The looks at one person, newest first, with who looked and their seats."""
        return (
            self.filter(Q(member=member) | Q(registration__member=member))
            .select_related("viewer")
            .prefetch_related("viewer__seats")
            .order_by("-seen_on", "-pk")
        )

    def keep(self, viewer: Member, people: PeopleShown, kind: str, on: date) -> None:
        """Record that ``viewer`` was shown these people, in one statement whatever their number.

        One entry a day is enough, and looking at one's own data is not recorded.
        """
        registrations, members = set(people.registrations), set(people.members)
        if people.addresses:
            imported_registrations = Registration.objects.filter(imported_address__in=people.addresses)
            registrations.update(imported_registrations.values_list("pk", flat=True))
            members.update(Member.objects.filter(email__in=people.addresses).values_list("pk", flat=True))
        if registrations:
            registrations -= set(Registration.objects.filter(member=viewer).values_list("pk", flat=True))
        with connections[self.db].cursor() as cursor:  # not `bulk_create`, which spends a millisecond on twenty people
            cursor.execute(
                _KEEP, [viewer.pk, kind, on, sorted(registrations), viewer.pk, kind, on, sorted(members - {viewer.pk})]
            )

    def note(self, *, viewer: Member, registrations: Iterable[Registration], kind: LookKind, on: date) -> None:
        """Record that ``viewer`` read these registrations."""
        self.keep(viewer, PeopleShown(registrations={person.pk for person in registrations}), kind, on)


class Look(models.Model):
    """One entry of the access log: a member of the working group read something about a person on that day."""

    viewer = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    registration = models.ForeignKey(Registration, null=True, on_delete=models.PROTECT, related_name="looks")
    member = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="looks")
    kind = models.CharField(max_length=20, choices=LookKind)
    seen_on = models.DateField()

    objects = LookQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["viewer", "registration", "kind", "seen_on"],
                condition=Q(registration__isnull=False),
                name="registrations_one_look_a_day_at_a_registration",
            ),
            models.UniqueConstraint(
                fields=["viewer", "member", "kind", "seen_on"],
                condition=Q(member__isnull=False),
                name="registrations_one_look_a_day_at_an_account",
            ),
            models.CheckConstraint(
                condition=Q(registration=None, member__isnull=False) | Q(registration__isnull=False, member=None),
                name="registrations_look_is_at_one_thing",
            ),
            models.CheckConstraint(condition=Q(kind__in=LookKind.values), name="registrations_look_kind_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.seen_on}"
