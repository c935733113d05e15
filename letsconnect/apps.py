import gc

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.contrib.auth.signals import user_logged_in


class LetsconnectConfig(AppConfig):
    name = "letsconnect"
    default = True

    def ready(self) -> None:
        from letsconnect import checks, outages, session_age  # noqa: F401 - importing the checks registers them
        from letsconnect.base import mass_acts
        from mailings import kinds

        outages.register()
        kinds.register_sweep("letsconnect.overlooked_mass_acts", mass_acts.nudge_overlooked)
        kinds.register_sweep("letsconnect.old_mass_acts", mass_acts.forget_old)
        user_logged_in.connect(session_age.note_when)


class WorkingGroupAdminConfig(admin_apps.AdminConfig):
    """Django's admin with our own site as the default one."""

    default_site = "letsconnect.desk.WorkingGroupSite"
    default = False

    def ready(self) -> None:
        """Read the desk of all apps; then look for garbage again (`letsconnect/base/apps.py`), not among what is read
        by now."""
        super().ready()
        gc.enable()
        gc.freeze()
