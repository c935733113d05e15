from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

# What the desk calls the letters of this app.
LETTERS = {
    "mailings.confirm_subscription": pgettext_lazy("kind of letter", "confirm a subscription"),
    "mailings.newsletter": pgettext_lazy("kind of letter", "newsletter"),
    "mailings.newsletter_test": pgettext_lazy("kind of letter", "test copy of a newsletter"),
}


class MailingsConfig(AppConfig):
    name = "mailings"
    verbose_name = _("Emails")

    def ready(self) -> None:
        from mailings import kinds
        from mailings.ledger import sent_texts
        from mailings.newsletters import archive, checking, copy_to_oneself, letter, sending
        from mailings.subscriptions import emails, subscribing

        kinds.name_kinds(LETTERS)
        emails.register()
        letter.register()
        checking.register_link_check("mailings:newsletter-detail", archive.why_not_to_lead_there)
        copy_to_oneself.register()
        kinds.register_sweep("mailings.finish_sent_newsletters", sending.finish_sent)
        kinds.register_sweep("mailings.forget_old_texts", sent_texts.forget_old_texts)
        kinds.register_sweep("mailings.forget_old_requests", subscribing.forget_old_requests)
