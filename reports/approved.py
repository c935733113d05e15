"""Who is registered today, and where: the same people in each report."""

from collections.abc import Iterator

from registrations.models import Registration


def approved_people() -> Iterator[tuple[int | None, str]]:
    """Yield each person whose registration is approved today, and the region they count in."""
    rows = Registration.objects.approved().order_by().values_list("member", "region", "member__region")
    for member, own_region, region in rows.iterator(chunk_size=10_000):
        yield member, own_region or region or ""
