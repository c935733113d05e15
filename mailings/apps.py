from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MailingsConfig(AppConfig):
    name = "mailings"
    verbose_name = _("Letters")

    def ready(self) -> None:
        from mailings import kinds
        from mailings.newsletters import copy_to_oneself, letter, sending
        from mailings.subscriptions import emails, subscribing

        emails.register()
        letter.register()
        copy_to_oneself.register()
        kinds.register_sweep("mailings.finish_sent_newsletters", sending.finish_sent)
        kinds.register_sweep("mailings.forget_old_requests", subscribing.forget_old_requests)
