"""Messages to the team are sent once they are written and can be read; topics and cards stand once."""

import django.db.models.functions.text
import django.db.models.lookups
from django.db import migrations, models

import letsconnect.base.fields

ONCE = """
UPDATE registrations_registration SET topics = ARRAY(
    SELECT topic FROM unnest(topics) WITH ORDINALITY AS each (topic, place) WHERE topic IS NOT NULL
    GROUP BY topic ORDER BY min(place)
) WHERE NOT base_each_once(topics);
UPDATE registrations_registration SET cards_seen = ARRAY(
    SELECT card FROM unnest(cards_seen) WITH ORDINALITY AS each (card, place) WHERE card <> ''
    GROUP BY card ORDER BY min(place)
) WHERE NOT base_each_once(cards_seen) OR '' = ANY (cards_seen);
UPDATE registrations_teammessage SET sent_at = made_at WHERE sent_at < made_at;
"""


def mend(apps, schema_editor):
    """Write a question mark where nothing can be seen, as for names that came in before their rule."""
    messages = apps.get_model("registrations", "TeamMessage")
    messages.objects.filter(name="").update(name="?")
    letsconnect.base.fields.mend_lines(messages, "name", unseen="?")
    messages.objects.exclude(letsconnect.base.fields.can_be_seen("text")).update(text="?")


class Migration(migrations.Migration):
    dependencies = [
        ("base", "0008_each_once"),
        ("registrations", "0045_looks_say_email_for_letter"),
    ]

    operations = [
        migrations.RunSQL(ONCE, migrations.RunSQL.noop),
        migrations.RunPython(mend, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="registration",
            constraint=models.CheckConstraint(
                condition=letsconnect.base.fields.EachOnce("topics"), name="registrations_topics_stand_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="registration",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    letsconnect.base.fields.EachOnce("cards_seen"),
                    models.Q(("cards_seen__contains", [""]), _negated=True),
                ),
                name="registrations_cards_seen_stand_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="teammessage",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("name", ""), _negated=True),
                    models.Q(
                        ("name", ""),
                        models.Q(
                            (
                                "name__regex",
                                "[^\\U00000001-\\U0000001F\\U0000007F-\\U0000009F\\U00002028-\\U00002029\\U0000061C\\U0000200E-\\U0000200F\\U0000202A-\\U0000202E\\U00002066-\\U0000206F\\U000000AD\\U000017B4-\\U000017B5\\U0000200B\\U00002060-\\U00002065\\U00003164\\U0000FEFF\\U0000FFA0\\U0000FFF0-\\U0000FFFB\\U0001BCA0-\\U0001BCA3\\U0001D173-\\U0001D17A\\U000E0000-\\U000E00FF\\U000E01F0-\\U000E0FFF\\U0000034F\\U0000115F-\\U00001160\\U0000180B-\\U0000180F\\U0000200C-\\U0000200D\\U0000FE00-\\U0000FE0F\\U000E0100-\\U000E01EF\\U00000020\\U000000A0\\U00001680\\U00002000-\\U0000200A\\U0000202F\\U0000205F\\U00002800\\U00003000\\U00016FE4\\U0001D159\\U00000300-\\U0000036F\\U00000483-\\U00000489\\U00001AB0-\\U00001AFF\\U00001DC0-\\U00001DFF\\U000020D0-\\U000020FF\\U0000FE20-\\U0000FE2F]",
                            ),
                            models.Q(
                                (
                                    "name__regex",
                                    "[\\U00000001-\\U0000001F\\U0000007F-\\U0000009F\\U00002028-\\U00002029\\U0000061C\\U0000200E-\\U0000200F\\U0000202A-\\U0000202E\\U00002066-\\U0000206F\\U000000AD\\U000017B4-\\U000017B5\\U0000200B\\U00002060-\\U00002065\\U00003164\\U0000FEFF\\U0000FFA0\\U0000FFF0-\\U0000FFFB\\U0001BCA0-\\U0001BCA3\\U0001D173-\\U0001D17A\\U000E0000-\\U000E00FF\\U000E01F0-\\U000E0FFF]",
                                ),
                                _negated=True,
                            ),
                        ),
                        _connector="OR",
                    ),
                    (
                        "text__regex",
                        "[^\\U00000001-\\U0000001F\\U0000007F-\\U0000009F\\U00002028-\\U00002029\\U0000061C\\U0000200E-\\U0000200F\\U0000202A-\\U0000202E\\U00002066-\\U0000206F\\U000000AD\\U000017B4-\\U000017B5\\U0000200B\\U00002060-\\U00002065\\U00003164\\U0000FEFF\\U0000FFA0\\U0000FFF0-\\U0000FFFB\\U0001BCA0-\\U0001BCA3\\U0001D173-\\U0001D17A\\U000E0000-\\U000E00FF\\U000E01F0-\\U000E0FFF\\U0000034F\\U0000115F-\\U00001160\\U0000180B-\\U0000180F\\U0000200C-\\U0000200D\\U0000FE00-\\U0000FE0F\\U000E0100-\\U000E01EF\\U00000020\\U000000A0\\U00001680\\U00002000-\\U0000200A\\U0000202F\\U0000205F\\U00002800\\U00003000\\U00016FE4\\U0001D159\\U00000300-\\U0000036F\\U00000483-\\U00000489\\U00001AB0-\\U00001AFF\\U00001DC0-\\U00001DFF\\U000020D0-\\U000020FF\\U0000FE20-\\U0000FE2F]",
                    ),
                ),
                name="registrations_team_message_can_be_seen",
            ),
        ),
        migrations.AddConstraint(
            model_name="teammessage",
            constraint=models.CheckConstraint(
                condition=django.db.models.lookups.LessThanOrEqual(
                    django.db.models.functions.text.Length("text"), 3000
                ),
                name="registrations_team_message_is_no_book",
            ),
        ),
        migrations.AddConstraint(
            model_name="teammessage",
            constraint=models.CheckConstraint(
                condition=models.Q(("sent_at", None), ("sent_at__gte", models.F("made_at")), _connector="OR"),
                name="registrations_team_message_is_sent_once_written",
            ),
        ),
        migrations.AddConstraint(
            model_name="teammessage",
            constraint=models.CheckConstraint(
                condition=models.Q(("key", ""), _negated=True), name="registrations_team_message_has_a_key"
            ),
        ),
    ]
