"""What people say with their seat: what they need to take part, a question, a language; and how long it is kept."""

from datetime import timedelta

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy

from clinics.domain.clinics import ClinicError

ACCESS_KEPT_FOR, QUESTIONS_KEPT_FOR = timedelta(days=30), timedelta(days=90)  # after the end of the clinic
FORM_KEPT_FOR = timedelta(hours=24)  # of somebody who has yet to type the code
MOST_FORMS_OF_A_NETWORK = 300
LONGEST_WISH = 500


class LanguageNeedState(TextChoices):
    """What came of the wish for another language at a clinic."""

    OPEN = "open", pgettext_lazy("state of a language need", "not answered yet")
    ASKED = "asked", pgettext_lazy("state of a language need", "we have asked interpreters")
    NOT_THIS_TIME = "not_this_time", pgettext_lazy("state of a language need", "not this time")
    INTERPRETED = "interpreted", pgettext_lazy("state of a language need", "somebody interprets")
    WITHOUT = "without", pgettext_lazy("state of a language need", "the clinic began without it")


STILL_HOPED_FOR = (LanguageNeedState.OPEN, LanguageNeedState.ASKED)
ANSWERS_OF_THE_DESK = (LanguageNeedState.ASKED, LanguageNeedState.NOT_THIS_TIME)


class TooManyForms(ClinicError):
    """Too many forms from one network wait for their codes."""


class ToldFirst(ClinicError):
    """Something must be said before the seat is taken; whoever was told says so and presses again."""

    def __init__(self, warnings: "tuple[tuple[str, str], ...]") -> None:
        super().__init__(" ".join(sentence for _key, sentence in warnings))
        self.warnings = warnings  # the key of each, by which the person says that they were told, and its sentence
