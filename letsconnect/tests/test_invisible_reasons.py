"""A reason of which nothing can be seen is no reason: wherever one has to be given, it is asked for."""

import re

import pytest

from clinics.domain.clinics import CancelReasonMissing
from clinics.planning.plans import cancel_clinic
from clinics.tests.factories import make_clinic
from letsconnect.tests.test_conventions import production_code
from mailings.domain.letters import LiftRefused
from mailings.ledger.suppressing import lift_suppression
from mailings.models import Suppression
from matching.domain.matches import WHY_DECLINED, ReasonMissing, check_reason
from matching.rounds.rules import exclude_pair
from registrations.accounts.closing import close_account
from registrations.domain.registrations import RegistrationError, RegistrationState
from registrations.review.deciding import review
from registrations.tests.factories import NOW, make_member, make_registration
from trust.domain import ReportIncomplete
from trust.reports.handling import send_report

INVISIBLE = ["", " \n ", "\u3164", "\u200b\u2060", "\u202e\u202c", "\u2800\u00a0", "\uffff"]


@pytest.mark.parametrize("reason", INVISIBLE)
def test_another_reason_needs_words_that_can_be_seen(reason):
    with pytest.raises(ReasonMissing):
        check_reason(why="other", note=reason, allowed=WHY_DECLINED)


@pytest.mark.django_db
@pytest.mark.parametrize("reason", ["\u3164", "\u200b \u2060"])
def test_nothing_is_done_for_a_reason_that_nobody_can_read(coordinator, reason):
    person, other, clinic = make_registration(), make_registration(state="submitted"), make_clinic()
    by = {"by": coordinator, "now": NOW}
    Suppression.objects.suppress(["ana@example.org"], source="bounce", now=NOW)
    suppression = Suppression.objects.get()
    for act, refusal in (
        (lambda: cancel_clinic(clinic=clinic, reason=reason, **by), CancelReasonMissing),
        (lambda: exclude_pair(person=person, other=other, reason=reason, **by), ReasonMissing),
        (lambda: close_account(member=person.member, reason=reason, **by), RegistrationError),
        (
            lambda: review(registration=other, decision=RegistrationState.DECLINED, note=reason, version=None, **by),
            RegistrationError,
        ),
        (lambda: lift_suppression(suppression=suppression, reason=reason, **by), LiftRefused),
        (lambda: send_report(by=make_member(), description=reason, now=NOW), ReportIncomplete),
    ):
        with pytest.raises(refusal):
            act()


def test_no_code_takes_spaces_for_all_that_cannot_be_seen():
    blank = re.compile(r"\bnot (?:reason|note|why|text|description|words)\.strip\(\)")
    assert [str(path) for path in production_code() if blank.search(path.read_text(encoding="utf-8"))] == []
