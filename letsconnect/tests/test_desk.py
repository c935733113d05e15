"""The first page of the desk: what waits for whom."""

import pytest
from django.urls import reverse

from registrations.tests import factories

pytestmark = pytest.mark.django_db


def test_the_desk_begins_with_what_waits_in_my_regions(client, liaison, other_liaison):
    factories.make_registration(state="submitted", region="MENA")

    client.force_login(liaison)
    assert [text for text, _ in client.get(reverse("admin:index")).context["waiting"]] == [
        "1 registration waits for review"
    ]
    client.force_login(other_liaison)
    assert client.get(reverse("admin:index")).context["waiting"] == []


def test_what_waits_is_where_the_link_leads(client, coordinator):
    waiting = factories.make_registration(state="submitted")
    factories.make_registration()
    client.force_login(coordinator)
    waits = dict(client.get(reverse("admin:index")).context["waiting"])
    url = waits["1 registration waits for review"]

    assert [str(one) for one in client.get(url).context["cl"].result_list] == [str(waiting)]


def test_a_trust_team_that_is_too_small_waits_for_coordinators(client, coordinator, liaison):
    client.force_login(coordinator)
    waits = dict(client.get(reverse("admin:index")).context["waiting"])
    assert waits["The trust team needs at least two members"] == reverse("admin:trust_trustseat_changelist")

    client.force_login(liaison)
    assert client.get(reverse("admin:index")).context["waiting"] == []
