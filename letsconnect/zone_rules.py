"""The rules of time zones come from the pinned package `tzdata`, whatever the machine has installed.

Python would read the system's zone files first, which may be years old, and never ask the package.
"""

import zoneinfo
from importlib.metadata import version
from pathlib import Path

import tzdata

_REQUIREMENTS = Path(__file__).resolve().parent.parent / "requirements.txt"


def use_the_pinned_rules() -> None:
    """Read every zone of this process from the package, also zones that were read before."""
    zoneinfo.reset_tzpath(to=())
    zoneinfo.ZoneInfo.clear_cache()


def in_force() -> str:
    """Return in words which rules are in force."""
    if zoneinfo.TZPATH:
        return f"those of the system ({', '.join(map(str, zoneinfo.TZPATH))})"
    return f"tzdata {version('tzdata')} (IANA {tzdata.IANA_VERSION})"


def pinned() -> str:
    """Return the version that requirements.txt names, or "" where there is no such file."""
    lines = _REQUIREMENTS.read_text().splitlines() if _REQUIREMENTS.exists() else []
    return next((line.partition("==")[2].strip() for line in lines if line.startswith("tzdata==")), "")


def are_pinned() -> bool:
    """Tell whether the rules in force are those we name."""
    return not zoneinfo.TZPATH and pinned() in ("", version("tzdata"))
