"""What somebody of the working group, or the host of a clinic, may have read about a person."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class LookKind(TextChoices):
    """What somebody read about a person at the desk."""

    REGISTRATION = "registration", _("your registration")
    ACCOUNT = "account", _("your account")
    PERSON = "person", _("a page of all that the working group sees of you")
    MATCH = "match", _("a match of yours, with both sides")
    EXPORT = "export", _("your registration, in an export")
    ACCOUNTS = "accounts", _("a list of accounts, with yours")
    REGISTRATIONS = "registrations", _("a list of registrations, with yours")
    MATCHES = "matches", _("a list of people and matches, with your name")
    LETTER = "letter", _("when an email to you was sent, and where")
    LETTER_TEXT = "letter_text", _("what an email to you said")
    LETTER_NAMING = "letter_naming", _("what an email to somebody else said that names you")
    LETTERS = "letters", _("a list of emails, with your address")
    INVITATIONS = "invitations", _("your invitation to take over what you wrote in the old form")
    CLINIC = "clinic", _("who comes to a clinic, with your name")
    IMPORT = "import", _("what you wrote in the old form, in a file")
    TOPIC = "topic", _("for which clinics you asked, or which you support, with your name")
    CANDIDATE = "candidate", _("who would like to share in a clinic or to come, with your name")
