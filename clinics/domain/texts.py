"""What can be decided about the text of a clinic in one language: when readers see it, and when it has to stay."""

from collections.abc import Collection

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clinics.domain.clinics import ClinicError, ClinicState
from letsconnect.base.lines import has_something_to_see


class TextState(TextChoices):
    DRAFT = "draft", pgettext_lazy("state of a clinic's text", "draft")
    READY = "ready", pgettext_lazy("state of a clinic's text", "ready")


class CallLinkInText(ClinicError):
    """A text that others read gives away where the call is, which the portal hands out when the doors open."""


class TextNotReady(ClinicError):
    """A text that readers see has a title and says what the clinic is about."""


class LastReadyText(ClinicError):
    """People were told of this clinic, and nothing else could be read about it."""


class TextsClosed(ClinicError):
    """The clinic is cancelled or in the archive: what was said of it stays."""


WRITTEN_WHILE = (ClinicState.DRAFT, ClinicState.ANNOUNCED, ClinicState.HELD)


def check_can_be_written(state: str) -> None:
    """Raise TextsClosed unless texts of a clinic in this state can still be changed."""
    if state not in WRITTEN_WHILE:
        raise TextsClosed(_("The texts of a clinic that is cancelled or archived stay as they are."))


def check_ready(*, title: str, summary: str) -> None:
    """Raise TextNotReady unless a reader learns from the text what the clinic is."""
    if not (has_something_to_see(title) and has_something_to_see(summary)):
        raise TextNotReady(_("A text is ready when it has a title and says what the clinic is about."))


def check_leaves_one(*, was_told: bool, others_ready: Collection[str]) -> None:
    """Raise LastReadyText if a clinic that people were told of would be left without a text they can read."""
    if was_told and not others_ready:
        raise LastReadyText(
            _("People were told of this clinic, and this is the only text that is ready: make another one ready first.")
        )
