import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

# PostgreSQL renames the column in the rules by itself; only what Django knows of them is written anew.
RULES = (
    models.CheckConstraint(condition=Q(person__lt=F("other")), name="matching_exclusion_names_two_people_in_order"),
    models.UniqueConstraint(
        fields=["person", "other"], condition=Q(lifted_at=None), name="matching_one_standing_exclusion_per_pair"
    ),
)


class Migration(migrations.Migration):
    """The two of a pair that is kept apart are called a person and the other."""

    dependencies = [("matching", "0010_the_last_reminder_of_a_session")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.RemoveConstraint("exclusion", rule.name) for rule in RULES]
        ),
        migrations.RenameField("exclusion", "one", "person"),
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.AddConstraint("exclusion", rule) for rule in RULES]
        ),
        migrations.AlterField(
            "exclusion",
            "person",
            models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="exclusions_as_person",
                to="registrations.registration",
                verbose_name="one",
            ),
        ),
    ]
