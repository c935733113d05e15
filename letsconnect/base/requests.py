"""The attributes that the portal's own code sets on a request while it is answered, with their types."""

from collections.abc import Callable, Hashable, Sequence
from typing import Any, TypeVar, cast

from django.http import HttpRequest

Value = TypeVar("Value")


class PortalRequest(HttpRequest):
    """A request with the notes of the portal's own middleware, upload handlers and desk."""

    csp_nonce: str  # of this response's content security policy
    has_too_large_file: bool  # a file was thrown away because it was too large
    opened: str  # the version of the row from which a form of the desk begins
    why_refused: str  # why what was typed into this form of the desk is shown again instead of saved
    differences: Sequence[Any]  # what somebody else changed meanwhile, beside what was typed
    compared: dict[int, Any]  # the rows of a list, by key, as they were compared with the page
    read_once: dict[Hashable, Any]  # what several parts of a page need, read for the first that asked
    tab: Any  # which part of a page with tabs is open
    start_is_told: bool  # somebody was told when a draft of a clinic begins
    eligibility: Any  # the rules of who may take part, which several parts of a page need
    wikimedia_until: float  # when to stop waiting for the wiki, by the monotonic clock


def noted_on(request: HttpRequest) -> PortalRequest:
    """Return the request as one that carries our notes: any request may, since they are only attributes."""
    return cast(PortalRequest, request)


def read_once(request: HttpRequest, key: Hashable, read: Callable[[], Value]) -> Value:
    """Return what ``read`` read for the first part of this page that asked under this key."""
    noted = noted_on(request)
    noted.read_once = values = getattr(noted, "read_once", {})
    if key not in values:
        values[key] = read()
    value: Value = values[key]
    return value
