from django.db import migrations, models
from django.db.models import Q

REGIONS = ["CEECA", "ESEAP", "LAC", "MENA", "NA", "NWE", "SA", "SSA"]


class Migration(migrations.Migration):
    """A seat can be that of a newsletter editor, which has no region, as a coordinator's has none."""

    dependencies = [("registrations", "0030_newsletter_is_a_subscription")]

    operations = [
        migrations.RemoveConstraint("workinggroupseat", "registrations_liaison_has_a_region_and_coordinator_none"),
        migrations.AlterField(
            "workinggroupseat",
            "role",
            models.CharField(
                "role",
                max_length=11,
                choices=[("coordinator", "coordinator"), ("liaison", "liaison"), ("editor", "newsletter editor")],
            ),
        ),
        migrations.AddConstraint(
            "workinggroupseat",
            models.CheckConstraint(
                condition=Q(role="liaison", region__in=REGIONS) | Q(role__in=["coordinator", "editor"], region=""),
                name="registrations_liaison_has_a_region_and_others_none",
            ),
        ),
    ]
