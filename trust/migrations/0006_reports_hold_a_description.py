from django.db import migrations, models
from django.db.models import Q

# PostgreSQL renames the column in the rule by itself; only what Django knows of it is written anew.
RULE = models.CheckConstraint(
    condition=Q(forgotten_at=None) | Q(state="closed", about=None, who="", description=""),
    name="trust_forgotten_report_says_nothing",
)


class Migration(migrations.Migration):
    """What somebody tells the trust team is called its description."""

    dependencies = [("trust", "0005_names_can_be_seen")]

    operations = [
        migrations.SeparateDatabaseAndState(state_operations=[migrations.RemoveConstraint("report", RULE.name)]),
        migrations.RenameField("report", "what", "description"),
        migrations.SeparateDatabaseAndState(state_operations=[migrations.AddConstraint("report", RULE)]),
    ]
