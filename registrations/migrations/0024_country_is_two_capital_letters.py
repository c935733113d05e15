from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("registrations", "0023_skills_merged_by_steps"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="group",
            name="registrations_country_of_a_group_is_known",
        ),
        migrations.RemoveConstraint(
            model_name="member",
            name="registrations_country_of_a_member_is_known",
        ),
        migrations.RemoveConstraint(
            model_name="registration",
            name="registrations_country_is_known",
        ),
        migrations.AddConstraint(
            model_name="group",
            constraint=models.CheckConstraint(
                condition=models.Q(("country", ""), ("country__regex", "^[A-Z]{2}$"), _connector="OR"),
                name="registrations_country_of_a_group_is_two_capital_letters",
            ),
        ),
        migrations.AddConstraint(
            model_name="member",
            constraint=models.CheckConstraint(
                condition=models.Q(("country", ""), ("country__regex", "^[A-Z]{2}$"), _connector="OR"),
                name="registrations_country_of_a_member_is_two_capital_letters",
            ),
        ),
        migrations.AddConstraint(
            model_name="registration",
            constraint=models.CheckConstraint(
                condition=models.Q(("country", ""), ("country__regex", "^[A-Z]{2}$"), _connector="OR"),
                name="registrations_country_is_two_capital_letters",
            ),
        ),
    ]
