"""Whoever is asked again because the clinic was moved is told from whoever is asked for the first time."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("clinics", "0034_feedback_is_counted_once")]

    operations = [
        migrations.AddField(
            model_name="clinicperson",
            name="had_said_yes",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.AddConstraint(
            model_name="clinicperson",
            constraint=models.CheckConstraint(
                condition=Q(had_said_yes=False) | Q(state="asked"), name="clinics_only_who_is_asked_again_had_said_yes"
            ),
        ),
    ]
