"""The access log: who of the working group looked at whose data."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import connections, models
from django.db.models import Q

from letsconnect.base.access_log import PeopleShown
from letsconnect.base.labels import label_of
from registrations.domain.looks import LookKind
from registrations.models.members import Member
from registrations.models.registration import Registration

_SHOWN = """
    SELECT id AS registration_id, NULL::bigint AS member_id FROM registrations_registration
    WHERE id = ANY(%(registrations)s::bigint[]) AND member_id IS DISTINCT FROM %(viewer)s
    UNION
    SELECT NULL, id FROM registrations_member WHERE id = ANY(%(members)s::bigint[]) AND id <> %(viewer)s
"""
_SHOWN_BY_ADDRESS = """
    UNION
    SELECT id, NULL FROM registrations_registration
    WHERE imported_address = ANY(%(addresses)s::text[]) AND member_id IS DISTINCT FROM %(viewer)s
    UNION
    SELECT NULL, id FROM registrations_member WHERE email = ANY(%(addresses)s::text[]) AND id <> %(viewer)s
"""
_KEEP = """
    INSERT INTO "registrations_look" (viewer_id, kind, seen_on, registration_id, member_id)
    SELECT %(viewer)s, %(kind)s, %(on)s, registration_id, member_id FROM ({shown}) AS shown
    ORDER BY registration_id, member_id
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
        values: dict[str, Any] = {
            "viewer": viewer.pk,
            "kind": kind,
            "on": on,
            "registrations": list(people.registrations),
            "members": list(people.members),
            "addresses": list(people.addresses),
        }
        shown = _SHOWN + (_SHOWN_BY_ADDRESS if people.addresses else "")
        with connections[self.db].cursor() as cursor:  # not `bulk_create`, which spends a millisecond on twenty people
            cursor.execute(_KEEP.format(shown=shown), values)

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
        return f"{label_of(self, 'kind')} {self.seen_on}"
