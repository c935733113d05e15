"""What grows with the years is typed: no form of the desk offers it in a list, however many rows there are."""

import re
from collections import Counter
from datetime import timedelta

from django.db import transaction
from django.test import Client
from django.urls import reverse

from clinics.domain.clinics import ClinicState
from clinics.models import ClinicSeries, TopicRequest
from clinics.tests.factories import START, make_clinic
from letsconnect.tests.doors import DOORS, PEOPLE
from letsconnect.tests.undoing import Undoing
from letsconnect.tests.weights import is_page
from registrations.domain.registrations import SkillState
from registrations.models import Group, Skill, SkillName
from registrations.tests.factories import NOW, make_registration

MANY, LONGEST = 60, 40
DO_NOT_GROW = {"country", "figures"}  # of the world, and of our own list of figures that reports can show
SHOWS_NO_FORM = re.compile(r"_changelist|_history|_delete|filter_|_export|jsi18n|login")


def fill(world):
    """Sixty rows of each table from which something might be chosen. The working group stays as small as it is."""
    skills = [Skill(slug=f"of-{state}-{at}", state=state) for state in ("active", "suggested") for at in range(MANY)]
    for skill in skills:
        skill.family = "tactics" if skill.state == SkillState.ACTIVE else ""
    Skill.objects.bulk_create(skills)
    SkillName.objects.bulk_create(SkillName(skill=skill, language="en", text=skill.slug) for skill in skills)
    ClinicSeries.objects.bulk_create(ClinicSeries(name=f"Series {at}") for at in range(MANY))
    Group.objects.bulk_create(Group(slug=f"group-{at}", name=f"Group {at}", kind="chapter") for at in range(MANY))
    TopicRequest.objects.bulk_create(
        TopicRequest(words=f"Topic {at}", language="en", member=world.person, made_at=NOW) for at in range(MANY)
    )
    with transaction.atomic():
        for at in range(MANY):
            make_clinic(title=f"To come {at}", starts_at=START + timedelta(hours=at), region="MENA")
            make_clinic(title=f"Over {at}", starts_at=NOW - timedelta(days=9, hours=at), state=ClinicState.HELD)
            make_registration(name=f"Person {at}")


def offered_on(body):
    """How much each list, and each group of buttons or boxes, of a page offers."""
    lists = re.findall(r'<select[^>]*? name="([^"]*)"(.*?)</select>', body, re.DOTALL)
    counts = Counter({name: options.count("<option") for name, options in lists})
    boxes = [tag for tag in re.findall(r"<input[^>]*>", body) if re.search(r'type="(radio|checkbox)"', tag)]
    counts.update(name for tag in boxes for name in re.findall(r' name="([^"]*)"', tag))
    return counts


def test_no_form_of_the_desk_offers_a_list_that_grows(shared_world):
    world, client, long, pages = shared_world, Client(), {}, 0
    fill(world)
    client.force_login(world.people["coordinator"])
    shown = [
        door.path(world)
        for door in DOORS
        if door.is_desk
        and not SHOWS_NO_FORM.search(door.name)
        and "200" in door.get.split()[PEOPLE.index("coordinator")]
    ]
    undoing = Undoing()
    for path in dict.fromkeys([*shown, reverse("admin:matching_round_change", args=[world.running.pk])]):
        with undoing:
            response = client.get(path)
        if response.status_code == 200 and is_page(response):
            offered = offered_on(response.content.decode())
            long |= {(path, name): count for name, count in offered.items() if count > LONGEST}
            pages += 1

    assert {key: count for key, count in long.items() if key[1] not in DO_NOT_GROW} == {}
    assert pages > 80
