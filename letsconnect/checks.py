"""System check that the process uses the rules of time zones we name: otherwise the hours it shows may be wrong."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, register
from django.core.checks import Error as CheckError

from letsconnect import zone_rules


@register
def pinned_zone_rules(app_configs: Sequence[AppConfig] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Say which rules of time zones are in force where they are not those of requirements.txt."""
    if zone_rules.are_pinned():
        return []
    wanted = zone_rules.pinned()
    text = f"The rules of time zones in force are {zone_rules.in_force()}, not those of tzdata {wanted}."
    hint = "Install the packages of requirements.txt, call zoneinfo.reset_tzpath() nowhere, then run recompute_times."
    return [CheckError(text, hint=hint, id="letsconnect.E003")]
