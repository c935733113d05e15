"""From when on free seats are offered, instead of given to whoever waits first: one row, which coordinators change."""

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clinics", "0016_rsvps_listen_and_are_offered"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ClinicSeatRules",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "cut_off_hours",
                    models.PositiveSmallIntegerField(
                        default=24,
                        help_text="Until then the waiting list moves up by itself. After that a free seat is offered to the first in the queue, who has to claim it in time.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(336),
                        ],
                        verbose_name="hours before the start, from which free seats are offered",
                    ),
                ),
                ("changed_at", models.DateTimeField(blank=True, null=True, verbose_name="changed at")),
                (
                    "changed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="changed by",
                    ),
                ),
            ],
            options={
                "verbose_name": "rules for the seats of clinics",
                "verbose_name_plural": "rules for the seats of clinics",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(pk=1), name="clinics_seat_rules_are_one_row"),
                    models.CheckConstraint(
                        condition=models.Q(cut_off_hours__gte=1, cut_off_hours__lte=336),
                        name="clinics_seat_rules_are_sensible",
                    ),
                ],
            },
        ),
    ]
