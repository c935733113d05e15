"""The details in the security log: by which door somebody came in, which role was given, and who closed an account."""

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import pgettext_lazy

from registrations.domain.registrations import ClosedBy, Region, SeatRole

# The door that each page of signing in is, as the log stores it.
DOORS = {
    "registrations:sign-in-code": "code of a letter",
    "registrations:sign-in-link": "link of a letter",
    "registrations:wikimedia-callback": "Wikimedia",
}


def in_words() -> dict[str, Promise | str]:
    """Return each detail as the log stores it, and in the reader's language."""
    return {
        "code of a letter": pgettext_lazy("door in the security log", "code of an email"),
        "link of a letter": pgettext_lazy("door in the security log", "link of an email"),
        "Wikimedia": "Wikimedia",
        **{choice.value: choice.label for choice in ClosedBy},
        **{role.value: role.label for role in (SeatRole.COORDINATOR, SeatRole.EDITOR)},
        **{
            f"{SeatRole.LIAISON.value} {region.value}": format_lazy("{}: {}", SeatRole.LIAISON.label, region.label)
            for region in Region
        },
    }
