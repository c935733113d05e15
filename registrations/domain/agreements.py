"""What a person agrees to: the documents, and the newsletter."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ConsentDocument(TextChoices):
    CODE_OF_CONDUCT = "code_of_conduct", _("the Universal Code of Conduct")
    PRIVACY_NOTICE = "privacy_notice", _("the privacy notice")


# It stands among what somebody agrees to, but is no document: what is agreed to is a subscription (see `mailings`).
NEWSLETTER = "newsletter"

AGREEMENTS = {**dict(ConsentDocument.choices), NEWSLETTER: _("the newsletter")}
