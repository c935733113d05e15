import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import letsconnect.base.fields


class Migration(migrations.Migration):
    dependencies = [
        ("matching", "0016_meetings_outside_the_portal"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Introduction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("words", letsconnect.base.fields.LineField(blank=True, max_length=300, verbose_name="in my words")),
                ("shows_user_page", models.BooleanField(default=False, verbose_name="my match sees my user page")),
                ("changed_at", models.DateTimeField(verbose_name="changed at")),
                (
                    "member",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "introduction",
                "verbose_name_plural": "introductions",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("words", ""),
                            models.Q(
                                (
                                    "words__regex",
                                    "[^\\U00000001-\\U0000001F\\U0000007F-\\U0000009F\\U00002028-\\U00002029\\U0000061C\\U0000200E-\\U0000200F\\U0000202A-\\U0000202E\\U00002066-\\U0000206F\\U000000AD\\U000017B4-\\U000017B5\\U0000200B\\U00002060-\\U00002065\\U00003164\\U0000FEFF\\U0000FFA0\\U0000FFF0-\\U0000FFFB\\U0001BCA0-\\U0001BCA3\\U0001D173-\\U0001D17A\\U000E0000-\\U000E00FF\\U000E01F0-\\U000E0FFF\\U0000034F\\U0000115F-\\U00001160\\U0000180B-\\U0000180F\\U0000200C-\\U0000200D\\U0000FE00-\\U0000FE0F\\U000E0100-\\U000E01EF\\U00000020\\U000000A0\\U00001680\\U00002000-\\U0000200A\\U0000202F\\U0000205F\\U00002800\\U00003000\\U00016FE4\\U0001D159\\U00000300-\\U0000036F\\U00000483-\\U00000489\\U00001AB0-\\U00001AFF\\U00001DC0-\\U00001DFF\\U000020D0-\\U000020FF\\U0000FE20-\\U0000FE2F]",
                                ),
                                models.Q(
                                    (
                                        "words__regex",
                                        "[\\U00000001-\\U0000001F\\U0000007F-\\U0000009F\\U00002028-\\U00002029\\U0000061C\\U0000200E-\\U0000200F\\U0000202A-\\U0000202E\\U00002066-\\U0000206F\\U000000AD\\U000017B4-\\U000017B5\\U0000200B\\U00002060-\\U00002065\\U00003164\\U0000FEFF\\U0000FFA0\\U0000FFF0-\\U0000FFFB\\U0001BCA0-\\U0001BCA3\\U0001D173-\\U0001D17A\\U000E0000-\\U000E00FF\\U000E01F0-\\U000E0FFF]",
                                    ),
                                    _negated=True,
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="matching_introduction_can_be_seen",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("words", ""), _negated=True), ("shows_user_page", True), _connector="OR"
                        ),
                        name="matching_introduction_says_something",
                    ),
                ],
            },
        ),
    ]
