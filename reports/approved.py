"""Who is registered today, and where: the same people in each report."""

from collections.abc import Iterator

from registrations.models import Registration


def approved_rows() -> Iterator[tuple[int, int | None, str]]:
    """Yield each registration that is approved today, its account, and the region in which it counts."""
    rows = Registration.objects.approved().order_by().values_list("pk", "member", "region", "member__region")
    for pk, member, own_region, region in rows.iterator(chunk_size=10_000):
        yield pk, member, own_region or region or ""


def approved_people() -> Iterator[tuple[int | None, str]]:
    """Yield each person whose registration is approved today, and the region they count in."""
    for _pk, member, region in approved_rows():
        yield member, region
