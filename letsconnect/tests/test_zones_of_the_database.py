"""Zones that Python knows and PostgreSQL does not."""

import zoneinfo
from datetime import timedelta
from importlib.resources import files

import pytest
from django.db.models.functions import ExtractHour, ExtractMinute
from django.utils import timezone

from clinics.models import Clinic
from clinics.tests.factories import make_clinic
from letsconnect.base import zones


@pytest.mark.django_db
def test_a_zone_that_only_python_knows_is_its_distance_from_utc_in_the_database(tmp_path, client):
    """As one of a newer year than PostgreSQL's: by the reader's clock, and as a visitor's address names it."""
    make_clinic()
    name = "Asia/Nowhere"
    (tmp_path / "Asia").mkdir()
    (tmp_path / name).write_bytes(files("tzdata.zoneinfo.Asia").joinpath("Kathmandu").read_bytes())
    zones._every_zone.cache_clear()
    zoneinfo.reset_tzpath(to=[str(tmp_path)])
    try:
        assert zones.is_zone(name)
        with timezone.override(zones.zone_or_utc(name)):
            hour = ExtractHour("starts_at"), ExtractMinute("starts_at")
            [found] = Clinic.objects.annotate(hour=hour[0], minute=hour[1]).values_list("hour", "minute", "starts_at")
        there = found[2] + timedelta(hours=5, minutes=45)
        assert found[:2] == (there.hour, there.minute)
        for zone in (name, "Asia/Kathmandu", "Factory", "localtime"):
            assert client.get("/clinics/", {"evenings": "1", "zone": zone}).status_code == 200
    finally:
        zoneinfo.reset_tzpath(to=())
        zones._every_zone.cache_clear()
