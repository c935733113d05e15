"""Who is signed in, read by one statement with what every page asks of them: their seats, and whether they sit on the
trust team, because the sessions of both last a day only."""

from datetime import date

from allauth.account import auth_backends
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Concat
from django.utils import timezone

from letsconnect.base.statements import Statement
from registrations.models import Member, WorkingGroupSeat
from trust.models import TrustSeat

_BETWEEN = ":"  # the role of a seat and its region
_IS_ON_TRUST_TEAM = "_is_on_trust_team"  # on the object of the member who asks


def _members(pk: int, on: date) -> QuerySet[Member]:
    seats = WorkingGroupSeat.objects.current(on=on).filter(member=OuterRef("pk"))
    return Member.objects.filter(pk=pk).annotate(
        seats_read=ArraySubquery(seats.values_list(Concat("role", Value(_BETWEEN), "region"))),
        sits_on_trust_team=Exists(TrustSeat.objects.current(on=on).filter(member=OuterRef("pk"))),
    )


_MEMBERS: Statement[Member] = Statement(_members)


class AuthenticationBackend(auth_backends.AuthenticationBackend):
    """allauth's ways in; what differs is how much is read of who came in."""

    def get_user(self, user_id: int) -> Member | None:
        """Return the member of a session, unless the account is closed."""
        for member in _MEMBERS.rows({"pk": user_id, "on": timezone.now().date()}):
            if self.user_can_authenticate(member):
                member.sit_on(tuple(seat.split(_BETWEEN)) for seat in vars(member).pop("seats_read"))
                vars(member)[_IS_ON_TRUST_TEAM] = vars(member).pop("sits_on_trust_team")
                return member
        return None


def is_on_trust_team(member: Member) -> bool:
    """Tell whether the member has a seat on the trust team: as it was read with who asks, or as it is now."""
    on_team: bool | None = getattr(member, _IS_ON_TRUST_TEAM, None)  # of a request's user, too, which is a lazy object
    if on_team is None:
        return TrustSeat.objects.current(on=timezone.now().date()).of(member).exists()
    return on_team
