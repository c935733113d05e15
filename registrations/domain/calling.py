"""What the desk calls somebody: the same on every page, so that one can be found again by what is read."""

from letsconnect.base.languages import listed


def called(name: str, *, number: int | str, region: str = "") -> str:
    """Return the name somebody shows; of one who shows none the number and the region, as in "#1250, SSA"."""
    return name or listed([f"#{number}", region] if region else [f"#{number}"])
