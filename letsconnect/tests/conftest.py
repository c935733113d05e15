"""A portal with something behind every door, and the people who may knock."""

import logging
from copy import deepcopy
from datetime import timedelta
from types import SimpleNamespace

import pytest
import time_machine
from celery import current_app
from django.core.cache import cache
from django.db import transaction

from clinics.domain.clinics import ClinicState
from clinics.feedback.giving import Said
from clinics.feedback.quoting import give_quote
from clinics.models import AgendaTemplate, ChecklistItem, ChecklistTemplateItem, ClinicSeries
from clinics.people.links import token_of as token_of_person
from clinics.seats.links import token_of as token_of_seat
from clinics.tests.after_factories import make_certificate, make_clinic_that_was
from clinics.tests.factories import make_attendance, make_clinic, make_need, make_person, make_topic_request, sign_up
from letsconnect.base import mass_acts, security_log
from letsconnect.base.models import SavedFilter, SecurityEventKind
from mailings.models import Suppression
from mailings.subscriptions.links import confirm_url, token_of
from mailings.tests.factories import (
    make_letter,
    make_newsletter,
    make_sent_letter,
    make_sent_newsletter,
    make_subscription,
)
from matching.domain.matches import MatchState, Side
from matching.models import Concern, MatchingRules
from matching.rounds.rules import exclude_pair
from matching.sessions.agreeing import seen_as
from matching.tests.factories import make_match, make_request, make_round
from matching.tests.feedback_factories import make_hour
from matching.tests.session_factories import make_session
from registrations.domain.registrations import RegistrationState
from registrations.models import Group, ImportUpload
from registrations.oldform import claims
from registrations.oldform.claim_links import claim_link
from registrations.skills.arranging import suggest_skill
from registrations.tests.factories import (
    NOW,
    make_coordinator,
    make_editor,
    make_liaison,
    make_member,
    make_registration,
    make_skill,
)
from reports.tests.factories import make_draft, make_edition
from trust.reports.handling import send_report
from trust.seats.appointing import appoint_to_trust_team


def make_world():
    """Two people of MENA who were asked, one of whom comes to the clinic, and all the tables of the desk filled."""
    concerned, reviewer = make_member(name="Concerned", region="MENA"), make_coordinator()
    learner = make_registration(member=concerned, wishes=["wikidata"], reviewer=reviewer)
    asked = make_match(MatchState.ASKED, learner=learner, approved_by=reviewer)
    proposed = make_match(round=asked.round)
    clinic = make_clinic(region="MENA")
    connected = make_match(MatchState.CONNECTED, learner=learner, skill="lexemes", approved_by=reviewer)
    session = make_session(match=connected, waiting_for=Side.LEARNER)
    people = {
        "visitor": None,
        "other": make_registration(region="LAC", country="AR").member,
        "concerned": concerned,
        "liaison": make_liaison("MENA"),
        "other_liaison": make_liaison("LAC"),
        "coordinator": make_coordinator(),
        "editor": make_editor(),
        "demo": make_member(is_demo=True),
    }
    old = make_registration(
        source="import", state=RegistrationState.SUBMITTED, name="Olga", imported_address="old@example.org"
    )
    invitation = claims.invite_to_claim(registration=old, by=reviewer, now=NOW)
    found = make_registration(offers=["wikidata"], is_findable=True)
    unconfirmed = make_subscription(state="unconfirmed", confirmed_at=None, wants_newsletter=False, asked_for=1)
    unfinished = make_newsletter(number=9006).versions.get()
    unfinished.state = "draft"
    unfinished.save(update_fields=["state"])
    over = make_clinic_that_was(region="MENA")
    make_attendance(over, concerned)
    make_person(over, "host", member=concerned)
    certificate = make_certificate(over, concerned)
    quote = give_quote(clinic=over, text="Good.", as_whom="participant", name="", by=concerned, now=NOW)
    waiting = make_registration(state=RegistrationState.SUBMITTED)
    running, prepared = (
        mass_acts.prepare(kind="registrations.approved", rows=[waiting], by=people["liaison"], now=NOW)
        for _ in range(2)
    )
    edition = make_edition("first", by=people["coordinator"], now=NOW)
    return SimpleNamespace(
        mass_act=mass_acts.begin(act=running, note="", by=people["liaison"], now=NOW),
        prepared_act=prepared,
        saved_filter=SavedFilter.objects.create(
            member=people["liaison"],
            table="registrations.registration",
            name="New people",
            query="show=new",
            is_shared=True,
            made_at=NOW,
        ),
        over=over,
        edition=edition,
        edition_slug=edition.slug,
        draft_edition=make_draft("draft", by=people["coordinator"], now=NOW),
        certificate=certificate,
        certificate_code=certificate.grouped_code,
        quote=quote,
        feedback_seen=Said().fingerprint,
        found=found,
        reader=token_of(make_subscription()),
        subscription=unconfirmed,
        to_confirm=confirm_url(unconfirmed).rstrip("/").rsplit("/", 1)[1],
        found_key=str(found.member.public_id),
        request=make_request(learner=learner, sharer=found, place=2),
        claim=claim_link(invitation).rstrip("/").rsplit("/", 1)[1],
        unclaimed=make_registration(
            source="import", state=RegistrationState.SUBMITTED, imported_address="older@example.org"
        ),
        people=people,
        waiting=waiting,
        asked=asked,
        connected=connected,
        session=session,
        seen=seen_as(session),
        hour=make_hour(match=make_match(MatchState.CONNECTED, learner=learner, skill="hours", approved_by=reviewer)),
        concern=Concern.objects.create(kind="absent_twice", registration=learner, raised_at=NOW),
        proposed=proposed,
        approved=make_match(MatchState.APPROVED, round=asked.round, approved_by=reviewer),
        round=asked.round,
        running=make_round("draft"),
        rules=MatchingRules.objects.create(pk=1),
        exclusion=exclude_pair(
            person=proposed.learner, other=proposed.sharer, reason="A quarrel.", by=reviewer, now=NOW
        ),
        clinic=clinic,
        item=ChecklistItem.objects.create(clinic=clinic, name="tech_check", days=-2, assignee=people["coordinator"]),
        part=make_person(clinic, state="asked", member=concerned),
        outside_token=token_of_person(make_person(clinic, "host", "asked", address="outside@example.org")),
        seat_token=token_of_seat(sign_up(make_clinic(), 1)[0]),
        agenda_template=AgendaTemplate.objects.create(format="clinic"),
        usual_item=ChecklistTemplateItem.objects.create(title="Bake a cake", days=-1),
        draft=make_clinic(state=ClinicState.DRAFT, region="MENA"),
        regionless=make_clinic(state=ClinicState.DRAFT),
        series=ClinicSeries.objects.create(name="Asking for money"),
        topic=make_topic_request(member=concerned),
        withdrawn=make_topic_request(member=concerned, words="Old", state="withdrawn"),
        need=make_need(recorded_by=reviewer),
        letter=make_letter(),
        sent_letter=make_sent_letter(to=concerned),
        issue=make_newsletter(number=9002),
        version=make_newsletter(number=9003).versions.get(),
        unfinished=unfinished,
        section=unfinished.sections.get(),
        sent_issue=make_sent_newsletter(number=9001),
        asked_issue=make_newsletter(number=9004, state="asked", asked_by=reviewer, asked_at=NOW),
        sending_issue=make_newsletter(number=9005, state="sending", frozen_at=NOW, recipients=0),
        skill=make_skill("wikidata"),
        suggested=suggest_skill(name="Podcast editing", language="en", by=concerned, now=NOW),
        group=Group.objects.create(slug="a-group", name="A group", kind="chapter"),
        suppression=Suppression.objects.create(address_hash="f" * 64, source="bounce", made_at=NOW),
        report=send_report(by=concerned, description="Something.", now=NOW).number,
        trust_seat=appoint_to_trust_team(member=make_member(), by=None, now=NOW - timedelta(days=9)),
        person=concerned,
        learner=learner,
        alone_key=str(make_member(name="Alone", region="MENA").public_id),
        person_key=str(concerned.public_id),
        trust_yes=f":{concerned.public_id}",
        seat_yes=f"coordinator:{concerned.public_id}",
        seat=people["liaison"].seats.get(),
        invitation=invitation,
        security=security_log.record(kind=SecurityEventKind.SIGNED_IN, member=concerned, by=concerned, now=NOW),
        upload=ImportUpload.objects.create(
            file_name="old.csv",
            size=2,
            content=b"Email Address,Full name\nold@example.org,Olga\n",
            state="checked",
            counts={"rows": 1, "imported": 1},
            uploaded_by=people["coordinator"],
            uploaded_at=NOW,
            asked_at=NOW,
        ),
    )


@pytest.fixture
def _around_the_world(settings, monkeypatch):
    settings.EMBEDDED_MAILBOX = True
    settings.MEDIAWIKI_CLIENT_ID = "of-the-tests"
    monkeypatch.setattr(current_app.conf, "broker_write_url", "memory://")  # asking after a real one takes time
    logging.disable(logging.ERROR)  # a line for each refusal, which are what this is about
    cache.clear()  # limits that are counted there
    with time_machine.travel(NOW, tick=False):
        yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def world(db, _around_the_world):
    return make_world()


@pytest.fixture(scope="module")
def _world_of_the_module(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        with time_machine.travel(NOW, tick=False):
            made = make_world()
        yield made
        transaction.set_rollback(True)


@pytest.fixture
def shared_world(_world_of_the_module, db, _around_the_world):
    """The same world for all tests of a module, made once: each gets it as it was made, and what it does is undone."""
    return deepcopy(_world_of_the_module)
