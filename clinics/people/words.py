"""What somebody is to do at a clinic, in words."""

from django.utils.translation import gettext as _

from clinics.domain.people import ClinicRole
from clinics.models import ClinicPerson


def what_they_do(person: ClinicPerson) -> str:
    """Say what somebody is to do at the clinic, as in "interpret into French (lead)"."""
    if person.role == ClinicRole.INTERPRETER and person.channel is not None:
        words = {"language": person.channel.language_in_words, "turn": person.get_turn_display()}
        # Translators: what somebody does at a clinic, as in "interpreter into French (lead)".
        return _("interpreter into %(language)s (%(turn)s)") % words
    return str(person.get_role_display())
