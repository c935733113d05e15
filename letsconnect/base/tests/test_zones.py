"""Names of time zones."""

import pytest

from letsconnect.base import zones


@pytest.mark.parametrize("name", ["localtime", "posixrules", "Factory"])
def test_what_a_machine_is_set_to_is_the_name_of_no_zone(monkeypatch, name):
    monkeypatch.setattr(zones, "available_timezones", lambda: {name, "Asia/Kathmandu"})
    zones._every_zone.cache_clear()
    try:
        assert zones.is_zone("Asia/Kathmandu") and not zones.is_zone(name)
        assert zones.zone_or_utc(name).key == "UTC"
    finally:
        zones._every_zone.cache_clear()
