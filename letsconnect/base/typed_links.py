"""The links to online meetings that people type: encrypted, whole, and without a name or password in them.

Other people are shown these links, so somebody's own password must not be passed on with one.
"""

from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext_lazy as _

_is_https = URLValidator(schemes=["https"], message=_("Enter the whole link; it begins with https://."))


def validate_typed_link(link: str) -> None:
    """Raise ValidationError unless it is a whole link over an encrypted connection, without a password in it."""
    _is_https(link)
    if "@" in urlsplit(link).netloc:
        raise ValidationError(_("Leave out the name or password before the @ in this link."), code="userinfo")
