"""Press a button of a list for many rows, look at what it will do, and begin."""

from django.urls import reverse

from letsconnect.base.models import MassAct


def prepare(client, url, action, rows, **typed):
    """Press the button, and return the page that says what it will do."""
    keys = [row.pk for row in rows]
    return client.post(url, {**typed, "action": action, "_selected_action": keys}, follow=True)


def begin(client, url="", note="", **typed):
    """Begin what was prepared last, and return the page that follows."""
    act = MassAct.objects.latest("pk")
    typed = {"note": note, "back": url, **typed}
    return client.post(reverse("admin:base_massact_begin", args=[act.pk]), typed, follow=True)
