"""What the list of clinics can be narrowed to."""

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy

# "My evenings": a clinic begins then by the clock of its reader, the end left out. One that begins at 22:00 goes on
# until midnight, and one that begins before 17:00 is in many people's working day.
EVENING_BEGINS, EVENING_ENDS = 17, 22


class Which(TextChoices):
    """Clinics to come, or those that are over; neither means both."""

    COMING = "coming", pgettext_lazy("which clinics", "to come")
    PAST = "past", pgettext_lazy("which clinics", "over")
