"""Run by pretalx's own Python, once its Django is set up: an event with a released schedule and twenty speakers, for
`speed_bench.py`."""

import datetime as dt

from django.db import transaction
from django.utils.timezone import now
from django_scopes import scope, scopes_disabled
from pretalx.event.models import Event
from pretalx.event.utils import create_organiser_with_team
from pretalx.person.models import SpeakerProfile, User
from pretalx.schedule.models import Room
from pretalx.submission.models import Submission

SPEAKERS = 20
SLUG = "bench"


@transaction.atomic
def fill() -> None:
    boss = User.objects.create_user(name="Boss", email="boss@example.org")
    organiser, team = create_organiser_with_team(name="Bench", slug="benchorg", users=[boss])
    begins = now() + dt.timedelta(days=30)
    with scopes_disabled():
        event = Event.objects.create(
            name="Bench",
            slug=SLUG,
            organiser=organiser,
            is_public=True,
            date_from=begins.date(),
            date_to=begins.date() + dt.timedelta(days=2),
            timezone="UTC",
            email="bench@example.org",
            locale_array="en",
            locale="en",
        )
    with scope(event=event):
        event.build_initial_data()
        team.limit_events.add(event)
        room = Room.objects.create(event=event, name="Room", position=1)
        for number in range(SPEAKERS):
            speaker = User.objects.create_user(name=f"Speaker {number:02}", email=f"speaker{number}@example.org")
            SpeakerProfile.objects.create(user=speaker, event=event, biography="Shares what they know.")
            talk = Submission.objects.create(
                event=event,
                title=f"Talk {number}",
                submission_type=event.cfp.default_type,
                abstract="What it is about.",
                content_locale="en",
            )
            talk.speakers.add(speaker)
            talk.accept()
            talk.confirm()
            slot = talk.slots.first()
            slot.start = event.datetime_from + dt.timedelta(minutes=30 * number)
            slot.end, slot.room = slot.start + dt.timedelta(minutes=30), room
            slot.save()
        event.release_schedule("1.0")


fill()
