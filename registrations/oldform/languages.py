"""In which language somebody is written to of whom only an imported registration is known."""

from django.conf import settings

from registrations.models import Registration


def language_of(registration: Registration) -> str:
    """Return the portal's language the person speaks best; English when they speak none, or speak it equally well."""
    portal = [code for code, _name in settings.LANGUAGES]
    spoken = dict(registration.spoken_languages.filter(code__in=portal, level__gte=2).values_list("code", "level"))
    return max(spoken, key=lambda code: (spoken[code], code == "en"), default="en")
