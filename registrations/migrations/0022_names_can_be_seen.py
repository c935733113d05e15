from django.db import migrations, models

import letsconnect.base.fields


def mend(apps, schema_editor):
    """Names with line feeds, direction overrides or nothing to see came in before this rule."""
    letsconnect.base.fields.mend_lines(apps.get_model("registrations", "Member"), "name")
    registration = apps.get_model("registrations", "Registration")
    letsconnect.base.fields.mend_lines(registration, "name", "group_other", "topic_other", "wikimedia_username")
    letsconnect.base.fields.mend_lines(registration, "contact_text", unseen="?")
    letsconnect.base.fields.mend_lines(apps.get_model("registrations", "Wish"), "why")
    letsconnect.base.fields.mend_lines(apps.get_model("registrations", "SkillName"), "text", unseen="?")
    letsconnect.base.fields.mend_lines(apps.get_model("registrations", "Group"), "name", unseen="?")
    letsconnect.base.fields.mend_lines(apps.get_model("registrations", "GroupAlias"), "text", unseen="?")
    letsconnect.base.fields.mend_lines(apps.get_model("registrations", "SensitiveAnswer"), "words")
    letsconnect.base.fields.mend_lines(apps.get_model("registrations", "ImportUpload"), "file_name", unseen="?")


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("registrations", "0021_letters_with_a_code_and_a_link"),
    ]

    operations = [
        migrations.AlterField(
            model_name="group",
            name="name",
            field=letsconnect.base.fields.LineField(max_length=150),
        ),
        migrations.AlterField(
            model_name="groupalias",
            name="text",
            field=letsconnect.base.fields.LineField(max_length=150),
        ),
        migrations.AlterField(
            model_name="importupload",
            name="file_name",
            field=letsconnect.base.fields.LineField(max_length=255, verbose_name="file"),
        ),
        migrations.AlterField(
            model_name="member",
            name="name",
            field=letsconnect.base.fields.LineField(blank=True, max_length=100, verbose_name="name to show"),
        ),
        migrations.AlterField(
            model_name="registration",
            name="contact_text",
            field=letsconnect.base.fields.LineField(blank=True, max_length=300, verbose_name="talk page or other way"),
        ),
        migrations.AlterField(
            model_name="registration",
            name="group_other",
            field=letsconnect.base.fields.LineField(
                blank=True, max_length=150, verbose_name="another group, in my words"
            ),
        ),
        migrations.AlterField(
            model_name="registration",
            name="name",
            field=letsconnect.base.fields.LineField(blank=True, max_length=100, verbose_name="name to show"),
        ),
        migrations.AlterField(
            model_name="registration",
            name="topic_other",
            field=letsconnect.base.fields.LineField(
                blank=True, max_length=100, verbose_name="another topic, in my words"
            ),
        ),
        migrations.AlterField(
            model_name="registration",
            name="wikimedia_username",
            field=letsconnect.base.fields.LineField(
                blank=True, max_length=255, verbose_name="Wikimedia username, as told"
            ),
        ),
        migrations.AlterField(
            model_name="sensitiveanswer",
            name="words",
            field=letsconnect.base.fields.LineField(blank=True, max_length=100),
        ),
        migrations.AlterField(
            model_name="skillname",
            name="text",
            field=letsconnect.base.fields.LineField(max_length=100),
        ),
        migrations.AlterField(
            model_name="wish",
            name="why",
            field=letsconnect.base.fields.LineField(blank=True, max_length=500, verbose_name="why"),
        ),
        migrations.RunPython(mend, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="group",
            constraint=models.CheckConstraint(
                condition=models.Q(
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
                name="registrations_group_name_can_be_seen",
            ),
        ),
        migrations.AddConstraint(
            model_name="groupalias",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("text", ""),
                    models.Q(
                        (
                            "text__regex",
                            "[^\\U00000001-\\U0000001F\\U0000007F-\\U0000009F\\U00002028-\\U00002029\\U0000061C\\U0000200E-\\U0000200F\\U0000202A-\\U0000202E\\U00002066-\\U0000206F\\U000000AD\\U000017B4-\\U000017B5\\U0000200B\\U00002060-\\U00002065\\U00003164\\U0000FEFF\\U0000FFA0\\U0000FFF0-\\U0000FFFB\\U0001BCA0-\\U0001BCA3\\U0001D173-\\U0001D17A\\U000E0000-\\U000E00FF\\U000E01F0-\\U000E0FFF\\U0000034F\\U0000115F-\\U00001160\\U0000180B-\\U0000180F\\U0000200C-\\U0000200D\\U0000FE00-\\U0000FE0F\\U000E0100-\\U000E01EF\\U00000020\\U000000A0\\U00001680\\U00002000-\\U0000200A\\U0000202F\\U0000205F\\U00002800\\U00003000\\U00016FE4\\U0001D159\\U00000300-\\U0000036F\\U00000483-\\U00000489\\U00001AB0-\\U00001AFF\\U00001DC0-\\U00001DFF\\U000020D0-\\U000020FF\\U0000FE20-\\U0000FE2F]",
                        ),
                        models.Q(
                            (
                                "text__regex",
                                "[\\U00000001-\\U0000001F\\U0000007F-\\U0000009F\\U00002028-\\U00002029\\U0000061C\\U0000200E-\\U0000200F\\U0000202A-\\U0000202E\\U00002066-\\U0000206F\\U000000AD\\U000017B4-\\U000017B5\\U0000200B\\U00002060-\\U00002065\\U00003164\\U0000FEFF\\U0000FFA0\\U0000FFF0-\\U0000FFFB\\U0001BCA0-\\U0001BCA3\\U0001D173-\\U0001D17A\\U000E0000-\\U000E00FF\\U000E01F0-\\U000E0FFF]",
                            ),
                            _negated=True,
                        ),
                    ),
                    _connector="OR",
                ),
                name="registrations_group_alias_can_be_seen",
            ),
        ),
        migrations.AddConstraint(
            model_name="importupload",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("file_name", ""),
                    models.Q(
                        (
                            "file_name__regex",
                            "[^\\U00000001-\\U0000001F\\U0000007F-\\U0000009F\\U00002028-\\U00002029\\U0000061C\\U0000200E-\\U0000200F\\U0000202A-\\U0000202E\\U00002066-\\U0000206F\\U000000AD\\U000017B4-\\U000017B5\\U0000200B\\U00002060-\\U00002065\\U00003164\\U0000FEFF\\U0000FFA0\\U0000FFF0-\\U0000FFFB\\U0001BCA0-\\U0001BCA3\\U0001D173-\\U0001D17A\\U000E0000-\\U000E00FF\\U000E01F0-\\U000E0FFF\\U0000034F\\U0000115F-\\U00001160\\U0000180B-\\U0000180F\\U0000200C-\\U0000200D\\U0000FE00-\\U0000FE0F\\U000E0100-\\U000E01EF\\U00000020\\U000000A0\\U00001680\\U00002000-\\U0000200A\\U0000202F\\U0000205F\\U00002800\\U00003000\\U00016FE4\\U0001D159\\U00000300-\\U0000036F\\U00000483-\\U00000489\\U00001AB0-\\U00001AFF\\U00001DC0-\\U00001DFF\\U000020D0-\\U000020FF\\U0000FE20-\\U0000FE2F]",
                        ),
                        models.Q(
                            (
                                "file_name__regex",
                                "[\\U00000001-\\U0000001F\\U0000007F-\\U0000009F\\U00002028-\\U00002029\\U0000061C\\U0000200E-\\U0000200F\\U0000202A-\\U0000202E\\U00002066-\\U0000206F\\U000000AD\\U000017B4-\\U000017B5\\U0000200B\\U00002060-\\U00002065\\U00003164\\U0000FEFF\\U0000FFA0\\U0000FFF0-\\U0000FFFB\\U0001BCA0-\\U0001BCA3\\U0001D173-\\U0001D17A\\U000E0000-\\U000E00FF\\U000E01F0-\\U000E0FFF]",
                            ),
                            _negated=True,
                        ),
                    ),
                    _connector="OR",
                ),
                name="registrations_file_name_can_be_seen",
            ),
        ),
        migrations.AddConstraint(
            model_name="member",
            constraint=models.CheckConstraint(
                condition=models.Q(
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
                name="registrations_member_name_can_be_seen",
            ),
        ),
        migrations.AddConstraint(
            model_name="registration",
            constraint=models.CheckConstraint(
                condition=models.Q(
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
                    models.Q(
                        ("group_other", ""),
                        models.Q(
                            (
                                "group_other__regex",
                                "[^\\U00000001-\\U0000001F\\U0000007F-\\U0000009F\\U00002028-\\U00002029\\U0000061C\\U0000200E-\\U0000200F\\U0000202A-\\U0000202E\\U00002066-\\U0000206F\\U000000AD\\U000017B4-\\U000017B5\\U0000200B\\U00002060-\\U00002065\\U00003164\\U0000FEFF\\U0000FFA0\\U0000FFF0-\\U0000FFFB\\U0001BCA0-\\U0001BCA3\\U0001D173-\\U0001D17A\\U000E0000-\\U000E00FF\\U000E01F0-\\U000E0FFF\\U0000034F\\U0000115F-\\U00001160\\U0000180B-\\U0000180F\\U0000200C-\\U0000200D\\U0000FE00-\\U0000FE0F\\U000E0100-\\U000E01EF\\U00000020\\U000000A0\\U00001680\\U00002000-\\U0000200A\\U0000202F\\U0000205F\\U00002800\\U00003000\\U00016FE4\\U0001D159\\U00000300-\\U0000036F\\U00000483-\\U00000489\\U00001AB0-\\U00001AFF\\U00001DC0-\\U00001DFF\\U000020D0-\\U000020FF\\U0000FE20-\\U0000FE2F]",
                            ),
                            models.Q(
                                (
                                    "group_other__regex",
                                    "[\\U00000001-\\U0000001F\\U0000007F-\\U0000009F\\U00002028-\\U00002029\\U0000061C\\U0000200E-\\U0000200F\\U0000202A-\\U0000202E\\U00002066-\\U0000206F\\U000000AD\\U000017B4-\\U000017B5\\U0000200B\\U00002060-\\U00002065\\U00003164\\U0000FEFF\\U0000FFA0\\U0000FFF0-\\U0000FFFB\\U0001BCA0-\\U0001BCA3\\U0001D173-\\U0001D17A\\U000E0000-\\U000E00FF\\U000E01F0-\\U000E0FFF]",
                                ),
                                _negated=True,
                            ),
                        ),
                        _connector="OR",
                    ),
                    models.Q(
                        ("topic_other", ""),
                        models.Q(
                            (
                                "topic_other__regex",
                                "[^\\U00000001-\\U0000001F\\U0000007F-\\U0000009F\\U00002028-\\U00002029\\U0000061C\\U0000200E-\\U0000200F\\U0000202A-\\U0000202E\\U00002066-\\U0000206F\\U000000AD\\U000017B4-\\U000017B5\\U0000200B\\U00002060-\\U00002065\\U00003164\\U0000FEFF\\U0000FFA0\\U0000FFF0-\\U0000FFFB\\U0001BCA0-\\U0001BCA3\\U0001D173-\\U0001D17A\\U000E0000-\\U000E00FF\\U000E01F0-\\U000E0FFF\\U0000034F\\U0000115F-\\U00001160\\U0000180B-\\U0000180F\\U0000200C-\\U0000200D\\U0000FE00-\\U0000FE0F\\U000E0100-\\U000E01EF\\U00000020\\U000000A0\\U00001680\\U00002000-\\U0000200A\\U0000202F\\U0000205F\\U00002800\\U00003000\\U00016FE4\\U0001D159\\U00000300-\\U0000036F\\U00000483-\\U00000489\\U00001AB0-\\U00001AFF\\U00001DC0-\\U00001DFF\\U000020D0-\\U000020FF\\U0000FE20-\\U0000FE2F]",
                            ),
                            models.Q(
                                (
                                    "topic_other__regex",
                                    "[\\U00000001-\\U0000001F\\U0000007F-\\U0000009F\\U00002028-\\U00002029\\U0000061C\\U0000200E-\\U0000200F\\U0000202A-\\U0000202E\\U00002066-\\U0000206F\\U000000AD\\U000017B4-\\U000017B5\\U0000200B\\U00002060-\\U00002065\\U00003164\\U0000FEFF\\U0000FFA0\\U0000FFF0-\\U0000FFFB\\U0001BCA0-\\U0001BCA3\\U0001D173-\\U0001D17A\\U000E0000-\\U000E00FF\\U000E01F0-\\U000E0FFF]",
                                ),
                                _negated=True,
                            ),
                        ),
                        _connector="OR",
                    ),
                    models.Q(
                        ("contact_text", ""),
                        models.Q(
                            (
                                "contact_text__regex",
                                "[^\\U00000001-\\U0000001F\\U0000007F-\\U0000009F\\U00002028-\\U00002029\\U0000061C\\U0000200E-\\U0000200F\\U0000202A-\\U0000202E\\U00002066-\\U0000206F\\U000000AD\\U000017B4-\\U000017B5\\U0000200B\\U00002060-\\U00002065\\U00003164\\U0000FEFF\\U0000FFA0\\U0000FFF0-\\U0000FFFB\\U0001BCA0-\\U0001BCA3\\U0001D173-\\U0001D17A\\U000E0000-\\U000E00FF\\U000E01F0-\\U000E0FFF\\U0000034F\\U0000115F-\\U00001160\\U0000180B-\\U0000180F\\U0000200C-\\U0000200D\\U0000FE00-\\U0000FE0F\\U000E0100-\\U000E01EF\\U00000020\\U000000A0\\U00001680\\U00002000-\\U0000200A\\U0000202F\\U0000205F\\U00002800\\U00003000\\U00016FE4\\U0001D159\\U00000300-\\U0000036F\\U00000483-\\U00000489\\U00001AB0-\\U00001AFF\\U00001DC0-\\U00001DFF\\U000020D0-\\U000020FF\\U0000FE20-\\U0000FE2F]",
                            ),
                            models.Q(
                                (
                                    "contact_text__regex",
                                    "[\\U00000001-\\U0000001F\\U0000007F-\\U0000009F\\U00002028-\\U00002029\\U0000061C\\U0000200E-\\U0000200F\\U0000202A-\\U0000202E\\U00002066-\\U0000206F\\U000000AD\\U000017B4-\\U000017B5\\U0000200B\\U00002060-\\U00002065\\U00003164\\U0000FEFF\\U0000FFA0\\U0000FFF0-\\U0000FFFB\\U0001BCA0-\\U0001BCA3\\U0001D173-\\U0001D17A\\U000E0000-\\U000E00FF\\U000E01F0-\\U000E0FFF]",
                                ),
                                _negated=True,
                            ),
                        ),
                        _connector="OR",
                    ),
                    models.Q(
                        ("wikimedia_username", ""),
                        models.Q(
                            (
                                "wikimedia_username__regex",
                                "[^\\U00000001-\\U0000001F\\U0000007F-\\U0000009F\\U00002028-\\U00002029\\U0000061C\\U0000200E-\\U0000200F\\U0000202A-\\U0000202E\\U00002066-\\U0000206F\\U000000AD\\U000017B4-\\U000017B5\\U0000200B\\U00002060-\\U00002065\\U00003164\\U0000FEFF\\U0000FFA0\\U0000FFF0-\\U0000FFFB\\U0001BCA0-\\U0001BCA3\\U0001D173-\\U0001D17A\\U000E0000-\\U000E00FF\\U000E01F0-\\U000E0FFF\\U0000034F\\U0000115F-\\U00001160\\U0000180B-\\U0000180F\\U0000200C-\\U0000200D\\U0000FE00-\\U0000FE0F\\U000E0100-\\U000E01EF\\U00000020\\U000000A0\\U00001680\\U00002000-\\U0000200A\\U0000202F\\U0000205F\\U00002800\\U00003000\\U00016FE4\\U0001D159\\U00000300-\\U0000036F\\U00000483-\\U00000489\\U00001AB0-\\U00001AFF\\U00001DC0-\\U00001DFF\\U000020D0-\\U000020FF\\U0000FE20-\\U0000FE2F]",
                            ),
                            models.Q(
                                (
                                    "wikimedia_username__regex",
                                    "[\\U00000001-\\U0000001F\\U0000007F-\\U0000009F\\U00002028-\\U00002029\\U0000061C\\U0000200E-\\U0000200F\\U0000202A-\\U0000202E\\U00002066-\\U0000206F\\U000000AD\\U000017B4-\\U000017B5\\U0000200B\\U00002060-\\U00002065\\U00003164\\U0000FEFF\\U0000FFA0\\U0000FFF0-\\U0000FFFB\\U0001BCA0-\\U0001BCA3\\U0001D173-\\U0001D17A\\U000E0000-\\U000E00FF\\U000E01F0-\\U000E0FFF]",
                                ),
                                _negated=True,
                            ),
                        ),
                        _connector="OR",
                    ),
                ),
                name="registrations_lines_can_be_seen",
            ),
        ),
        migrations.AddConstraint(
            model_name="sensitiveanswer",
            constraint=models.CheckConstraint(
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
                name="registrations_own_words_can_be_seen",
            ),
        ),
        migrations.AddConstraint(
            model_name="skillname",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("text", ""),
                    models.Q(
                        (
                            "text__regex",
                            "[^\\U00000001-\\U0000001F\\U0000007F-\\U0000009F\\U00002028-\\U00002029\\U0000061C\\U0000200E-\\U0000200F\\U0000202A-\\U0000202E\\U00002066-\\U0000206F\\U000000AD\\U000017B4-\\U000017B5\\U0000200B\\U00002060-\\U00002065\\U00003164\\U0000FEFF\\U0000FFA0\\U0000FFF0-\\U0000FFFB\\U0001BCA0-\\U0001BCA3\\U0001D173-\\U0001D17A\\U000E0000-\\U000E00FF\\U000E01F0-\\U000E0FFF\\U0000034F\\U0000115F-\\U00001160\\U0000180B-\\U0000180F\\U0000200C-\\U0000200D\\U0000FE00-\\U0000FE0F\\U000E0100-\\U000E01EF\\U00000020\\U000000A0\\U00001680\\U00002000-\\U0000200A\\U0000202F\\U0000205F\\U00002800\\U00003000\\U00016FE4\\U0001D159\\U00000300-\\U0000036F\\U00000483-\\U00000489\\U00001AB0-\\U00001AFF\\U00001DC0-\\U00001DFF\\U000020D0-\\U000020FF\\U0000FE20-\\U0000FE2F]",
                        ),
                        models.Q(
                            (
                                "text__regex",
                                "[\\U00000001-\\U0000001F\\U0000007F-\\U0000009F\\U00002028-\\U00002029\\U0000061C\\U0000200E-\\U0000200F\\U0000202A-\\U0000202E\\U00002066-\\U0000206F\\U000000AD\\U000017B4-\\U000017B5\\U0000200B\\U00002060-\\U00002065\\U00003164\\U0000FEFF\\U0000FFA0\\U0000FFF0-\\U0000FFFB\\U0001BCA0-\\U0001BCA3\\U0001D173-\\U0001D17A\\U000E0000-\\U000E00FF\\U000E01F0-\\U000E0FFF]",
                            ),
                            _negated=True,
                        ),
                    ),
                    _connector="OR",
                ),
                name="registrations_skill_name_can_be_seen",
            ),
        ),
        migrations.AddConstraint(
            model_name="wish",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("why", ""),
                    models.Q(
                        (
                            "why__regex",
                            "[^\\U00000001-\\U0000001F\\U0000007F-\\U0000009F\\U00002028-\\U00002029\\U0000061C\\U0000200E-\\U0000200F\\U0000202A-\\U0000202E\\U00002066-\\U0000206F\\U000000AD\\U000017B4-\\U000017B5\\U0000200B\\U00002060-\\U00002065\\U00003164\\U0000FEFF\\U0000FFA0\\U0000FFF0-\\U0000FFFB\\U0001BCA0-\\U0001BCA3\\U0001D173-\\U0001D17A\\U000E0000-\\U000E00FF\\U000E01F0-\\U000E0FFF\\U0000034F\\U0000115F-\\U00001160\\U0000180B-\\U0000180F\\U0000200C-\\U0000200D\\U0000FE00-\\U0000FE0F\\U000E0100-\\U000E01EF\\U00000020\\U000000A0\\U00001680\\U00002000-\\U0000200A\\U0000202F\\U0000205F\\U00002800\\U00003000\\U00016FE4\\U0001D159\\U00000300-\\U0000036F\\U00000483-\\U00000489\\U00001AB0-\\U00001AFF\\U00001DC0-\\U00001DFF\\U000020D0-\\U000020FF\\U0000FE20-\\U0000FE2F]",
                        ),
                        models.Q(
                            (
                                "why__regex",
                                "[\\U00000001-\\U0000001F\\U0000007F-\\U0000009F\\U00002028-\\U00002029\\U0000061C\\U0000200E-\\U0000200F\\U0000202A-\\U0000202E\\U00002066-\\U0000206F\\U000000AD\\U000017B4-\\U000017B5\\U0000200B\\U00002060-\\U00002065\\U00003164\\U0000FEFF\\U0000FFA0\\U0000FFF0-\\U0000FFFB\\U0001BCA0-\\U0001BCA3\\U0001D173-\\U0001D17A\\U000E0000-\\U000E00FF\\U000E01F0-\\U000E0FFF]",
                            ),
                            _negated=True,
                        ),
                    ),
                    _connector="OR",
                ),
                name="registrations_wish_why_can_be_seen",
            ),
        ),
    ]
