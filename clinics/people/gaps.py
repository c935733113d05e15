"""Languages that somebody would need at a clinic and into which nobody interprets."""

from collections import Counter
from typing import NamedTuple

from clinics.models import Channel, Clinic
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
    asked = Counter(clinic.topic_requests.values_list("language", flat=True))
    asked.update(
        clinic.topic_requests.filter(supports__isnull=False).values_list("supports__member__language", flat=True)
    )
    signed_up = Counter(clinic.rsvps.active().values_list("member__language", flat=True))
    channels = {channel.language: channel for channel in clinic.channels.all()}
    interpreted = set(clinic.channels.interpreted().values_list("language", flat=True))
    wanted = (set(asked) | set(signed_up) | set(channels)) - interpreted - {clinic.floor_language, ""}
    gaps = [LanguageGap(code, asked[code], signed_up[code], channels.get(code)) for code in wanted]
    return sorted(gaps, key=lambda gap: (-gap.asked - gap.signed_up, gap.language))
