from django.apps import AppConfig


class RegistrationsConfig(AppConfig):
    name = "registrations"

    def ready(self) -> None:
        from mailings import kinds
        from registrations import emails  # noqa: F401  its import registers the letters
        from registrations.actions import members

        kinds.register_sweep("registrations.old_codes", members.forget_old_codes)
