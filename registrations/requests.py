"""Who asks: the request of a person who signed in."""

from typing import TypeGuard

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from registrations.models import Member


class MemberRequest(HttpRequest):
    """The request a view gets behind `login_required`: its user is a member, never a visitor."""

    user: Member


def is_signed_in(request: HttpRequest) -> TypeGuard[MemberRequest]:
    """Tell whether a member asks: for views that answer visitors too."""
    return request.user.is_authenticated


def signed_in(request: HttpRequest) -> Member:
    """Return the member who asks, where Django's admin hands over a plain request; refuse a visitor."""
    if not isinstance(request.user, Member):
        raise PermissionDenied
    return request.user
