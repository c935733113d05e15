"""Languages that somebody would need at a clinic and into which nobody interprets."""

from collections import Counter
from typing import Any, NamedTuple

from clinics.models import Channel, Clinic, Rsvp, TopicRequest
from letsconnect.base.statements import Inquiry, Statement
from registrations.reference.names import language_name


class LanguageGap(NamedTuple):
    """A language without an interpreter: how many asked for the clinic in it, or signed up and read it."""

    language: str
    asked: int
    signed_up: int
    channel: Channel | None  # that waits for its interpreter, if there is one

    def name(self, reader: str) -> str:
        return language_name(self.language, reader)


def language_gaps(clinic: Clinic) -> list[LanguageGap]:
    """Return the languages somebody needs there, other than the one spoken, that no interpreter has said yes to.

    Somebody needs a language who asked for the clinic in it, and who signed up and reads the portal in it. Those of the
    most people come first.
    """
    of_requests, of_supports, of_seats, of_channels, into = asked_for_gaps(clinic)
    asked, signed_up = Counter([*of_requests.rows(), *of_supports.rows()]), Counter(of_seats.rows())
    channels = {channel.language: channel for channel in of_channels.rows()}
    interpreted = set(into.rows())
    wanted = (set(asked) | set(signed_up) | set(channels)) - interpreted - {clinic.floor_language, ""}
    gaps = [LanguageGap(code, asked[code], signed_up[code], channels.get(code)) for code in wanted]
    return sorted(gaps, key=lambda gap: (-gap.asked - gap.signed_up, gap.language))


def asked_for_gaps(clinic: Clinic) -> list[Inquiry[Any]]:
    """Return what `language_gaps` asks."""
    return [each.asked({"clinic": clinic.pk}) for each in (_ASKED, _SUPPORTED, _SIGNED_UP, _CHANNELS, _INTERPRETED)]


_ASKED = Statement(lambda clinic: TopicRequest.objects.filter(clinic=clinic).values_list("language", flat=True))
_SUPPORTED = Statement(
    lambda clinic: TopicRequest.objects.filter(clinic=clinic, supports__isnull=False).values_list(
        "supports__member__language", flat=True
    )
)
_SIGNED_UP = Statement(
    lambda clinic: Rsvp.objects.filter(clinic=clinic).active().values_list("member__language", flat=True)
)
_CHANNELS = Statement(lambda clinic: Channel.objects.filter(clinic=clinic))
_INTERPRETED = Statement(
    lambda clinic: Channel.objects.filter(clinic=clinic).interpreted().values_list("language", flat=True)
)
