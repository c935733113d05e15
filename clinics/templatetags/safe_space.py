"""The rules of a safe space in short, for pages and letters: `{% safe_space_rules as rules %}`.

What the page of a clinic says of them: `{% safe_space %}`.
"""

from typing import Any

from django import template
from django.conf import settings
from django.utils.safestring import SafeString

from clinics.domain.clinics import ClinicPhase
from clinics.domain.safe_space import SHORT
from letsconnect.base.pieces import Piece, draw, link_to

register = template.Library()


@register.simple_tag
def safe_space_rules() -> tuple[str, ...]:
    return tuple(map(str, SHORT))


@register.simple_tag(takes_context=True)
def safe_space(context: dict[str, Any]) -> SafeString:
    """Say on the page of a clinic how people meet there, and whom to tell when somebody does not."""
    clinic = context["clinic"]
    piece = Piece(
        shape={"is_public": clinic.is_public, "is_over": context["phase"] == ClinicPhase.OVER},
        texts={"report": link_to("trust:report-clinic", clinic.pk), "contact_email": settings.CONTACT_EMAIL},
    )
    return draw([piece], "clinics/_safe_space.html")
