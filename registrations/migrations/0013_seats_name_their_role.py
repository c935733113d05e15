from django.db import migrations, models
from django.db.models import F, Q


def name_the_roles(apps, schema_editor):
    """Until now a seat without a region was a coordinator's."""
    seats = apps.get_model("registrations", "WorkingGroupSeat").objects
    seats.filter(region="").update(role="coordinator")
    seats.exclude(region="").update(role="liaison")


REGIONS = ["CEECA", "ESEAP", "LAC", "MENA", "NA", "NWE", "SA", "SSA"]


class Migration(migrations.Migration):
    """A seat says by name what it makes of its member, and may end on the day it began."""

    dependencies = [("registrations", "0012_addresses_in_their_canonical_form")]

    operations = [
        migrations.RemoveConstraint("workinggroupseat", "registrations_seat_ends_after_start"),
        migrations.RemoveConstraint("workinggroupseat", "registrations_one_open_seat_per_region"),
        migrations.AddField(
            "workinggroupseat",
            "role",
            models.CharField(
                "role",
                max_length=11,
                choices=[("coordinator", "coordinator"), ("liaison", "liaison")],
                default="liaison",
            ),
            preserve_default=False,
        ),
        migrations.RunPython(name_the_roles, migrations.RunPython.noop),
        migrations.AddConstraint(
            "workinggroupseat",
            models.CheckConstraint(
                condition=Q(until_on=None) | Q(until_on__gte=F("from_on")),
                name="registrations_seat_never_ends_before_it_begins",
            ),
        ),
        migrations.AddConstraint(
            "workinggroupseat",
            models.UniqueConstraint(
                fields=["member", "role", "region"],
                condition=Q(until_on=None),
                name="registrations_one_open_seat_per_role_and_region",
            ),
        ),
        migrations.AddConstraint(
            "workinggroupseat",
            models.CheckConstraint(
                condition=Q(role="liaison", region__in=REGIONS) | Q(role="coordinator", region=""),
                name="registrations_liaison_has_a_region_and_coordinator_none",
            ),
        ),
    ]
