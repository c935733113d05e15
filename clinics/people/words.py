"""What somebody is to do at a clinic, in words."""

from django.utils import timezone
from django.utils.translation import gettext as _

from clinics.domain.people import ClinicRole
from clinics.models import Channel, ClinicPerson
from letsconnect.base.templatetags.when import day as day_in_words


def what_they_do(person: ClinicPerson) -> str:
    """Say what somebody is to do at the clinic, as in "interpret into French (lead)"."""
    if person.role == ClinicRole.INTERPRETER and person.channel is not None:
        words = {"language": person.channel.language_in_words, "turn": person.get_turn_display()}
        # Translators: what somebody does at a clinic, as in "interpreter into French (lead)".
        return _("interpreter into %(language)s (%(turn)s)") % words
    return str(person.get_role_display())


def when_the_material_comes(channel: Channel) -> str:
    """Say by when interpreters get what they prepare with, or whom to ask once that day is over."""
    if channel.material_due_on >= timezone.localdate():
        return _("You get the material by %(day)s.") % {"day": day_in_words(channel.material_due_on)}
    return _("If you have not got any material by now, answer this email.")
