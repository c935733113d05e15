"""That PROXY_HOPS seemed wrong is kept, so that the desk and the checks can say so."""

from django.db import migrations, models

KINDS = {
    "not_counted": "a proxy of ours stands before the portal that PROXY_HOPS does not count",
    "too_few_headers": "requests come through fewer proxies than PROXY_HOPS says",
}


class Migration(migrations.Migration):
    dependencies = [("base", "0005_reasons_say_whom_they_are_for")]

    operations = [
        migrations.CreateModel(
            name="ProxyDoubt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=list(KINDS.items()), max_length=20)),
                ("hops", models.PositiveSmallIntegerField()),
                ("seen_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("kind",), name="base_one_doubt_per_kind"),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", list(KINDS))), name="base_proxy_doubt_kind_is_known"
                    ),
                ],
            },
        ),
    ]
