"""Saving under concurrency: two tabs that submit at the same moment."""

from functools import partial

import pytest
from django.db import connection

from letsconnect.tests.at_once import at_once
from registrations.answers import editing
from registrations.answers.facts import facts_of
from registrations.domain.facts import RegistrationFacts
from registrations.domain.registrations import StaleForm
from registrations.models import Member, Registration
from registrations.tests import factories


def save_at_once(member, *all_facts):
    """Save each of the facts in a thread of its own, all at the same moment; return what came of it."""

    def save(facts):
        own = Member.objects.get(pk=member.pk)
        editing.submit_registration(member=own, facts=facts, version=0, by=own, now=factories.NOW)

    done = at_once(*(partial(save, facts) for facts in all_facts), refusals=(StaleForm,))
    return sorted("stale" if isinstance(one, StaleForm) else "saved" for one in done)


@pytest.mark.django_db(transaction=True)
def test_of_two_tabs_with_different_answers_one_is_told():
    member = factories.make_member()
    facts = [RegistrationFacts(name=name, windows=((0, 60),)) for name in ("one", "two")]

    assert save_at_once(member, *facts) == ["saved", "stale"]
    registration = Registration.objects.get()
    assert facts_of(registration) in facts


@pytest.mark.django_db(transaction=True)
def test_two_tabs_with_the_same_answers_save_them_once():
    member = factories.make_member()
    facts = RegistrationFacts(name="one", windows=((0, 60),))

    assert save_at_once(member, facts, facts) == ["saved", "saved"]
    assert Registration.objects.get().version == 1


@pytest.mark.django_db
def test_when_a_row_cannot_be_written_nothing_is_kept():
    from django.db import IntegrityError, transaction

    member = factories.make_member()
    good = RegistrationFacts(name="good", windows=((0, 60),))
    editing.save_registration(member=member, facts=good, version=0, by=member, now=factories.NOW)
    bad = RegistrationFacts(name="bad", windows=((0, 60), (30, 90)))

    with pytest.raises(IntegrityError), transaction.atomic():
        editing.save_registration(member=member, facts=bad, version=1, by=member, now=factories.NOW)

    connection.check_constraints()
    assert facts_of(Registration.objects.get()) == good
