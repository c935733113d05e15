"""What a review overwrote is kept, so that it can be undone; notes of colleagues; who has a registration open."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("registrations", "0047_names_are_found_however_spelt"),
    ]

    operations = [
        migrations.AddField(
            model_name="reviewsnapshot",
            name="before_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="reviewsnapshot",
            name="before_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="reviewsnapshot",
            name="before_note",
            field=models.TextField(blank=True, max_length=2000),
        ),
        migrations.CreateModel(
            name="OpenReview",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("opened_at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "registration",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="registrations.registration"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ReviewNote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.TextField(max_length=2000)),
                ("written_at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "registration",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="review_notes",
                        to="registrations.registration",
                    ),
                ),
            ],
            options={
                "ordering": ["written_at", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "text__regex",
                                "[^\\U00000001-\\U0000001F\\U0000007F-\\U0000009F\\U00002028-\\U00002029\\U0000061C\\U0000200E-\\U0000200F\\U0000202A-\\U0000202E\\U00002066-\\U0000206F\\U000000AD\\U000017B4-\\U000017B5\\U0000200B\\U00002060-\\U00002065\\U00003164\\U0000FEFF\\U0000FFA0\\U0000FFF0-\\U0000FFFB\\U0001BCA0-\\U0001BCA3\\U0001D173-\\U0001D17A\\U000E0000-\\U000E00FF\\U000E01F0-\\U000E0FFF\\U0000034F\\U0000115F-\\U00001160\\U0000180B-\\U0000180F\\U0000200C-\\U0000200D\\U0000FE00-\\U0000FE0F\\U000E0100-\\U000E01EF\\U00000020\\U000000A0\\U00001680\\U00002000-\\U0000200A\\U0000202F\\U0000205F\\U00002800\\U00003000\\U00016FE4\\U0001D159\\U00000300-\\U0000036F\\U00000483-\\U00000489\\U00001AB0-\\U00001AFF\\U00001DC0-\\U00001DFF\\U000020D0-\\U000020FF\\U0000FE20-\\U0000FE2F]",
                            )
                        ),
                        name="registrations_a_note_says_something",
                    )
                ],
            },
        ),
    ]
