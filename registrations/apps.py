from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RegistrationsConfig(AppConfig):
    name = "registrations"
    verbose_name = _("Registrations")

    def ready(self) -> None:
        from mailings import kinds
        from registrations import emails  # noqa: F401  its import registers the letters
        from registrations.actions import claims, members, sensitive, uploads

        kinds.register_sweep("registrations.old_codes", members.forget_old_codes)
        kinds.register_sweep("registrations.claim_reminders", claims.owe_claim_reminders)
        kinds.register_sweep("registrations.overlooked_uploads", uploads.nudge_overlooked)
        kinds.register_sweep("registrations.old_uploads", uploads.forget_old_uploads)
        kinds.register_sweep("registrations.sensitive_answers", sensitive.count_old_answers)
