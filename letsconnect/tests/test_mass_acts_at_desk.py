"""No button of a list at the desk works through many rows while one waits, whatever table it is of."""

from django.contrib import admin
from django.urls import reverse

from clinics.models import Clinic
from clinics.tests.factories import make_clinic
from letsconnect.base.models import Act, MassAct
from letsconnect.base.versioned_admin import MOST_WHILE_ONE_WAITS
from letsconnect.tests.opened import as_opened
from mailings.models import Letter, Suppression
from mailings.tests.factories import make_letter
from matching.models import Concern, Match
from matching.tests.factories import make_match, make_round
from registrations.models import ClaimInvitation, Member, Registration
from registrations.tests.factories import NOW, make_coordinator, make_registration

MANY = MOST_WHILE_ONE_WAITS + 1


def columns(row, besides=""):
    return {field.name: getattr(row, field.name) for field in row._meta.fields if field.name not in ("id", besides)}


def invitations():
    by = Member.objects.first()
    for number in range(MANY):
        person = make_registration(source="import", state="draft", imported_address=f"{number}@example.org")
        yield ClaimInvitation(
            registration=person, address=person.imported_address, invited_by=by, invited_at=NOW, expires_at=NOW
        )


def many_clinics():
    first = make_clinic(state="draft")
    for _ in range(MANY - 1):
        Clinic.objects.create(**columns(first))


def many_matches():
    one = make_match(round=make_round("proposed"))
    learners = [make_registration(wishes=["wikidata"]) for _ in range(MANY - 1)]
    fields = {
        field.name: getattr(one, field.name) for field in Match._meta.fields if field.name not in ("id", "learner")
    }
    Match.objects.bulk_create(Match(**fields, learner=learner) for learner in learners)


def many_concerns():
    people = [make_registration() for _ in range(MANY)]
    Concern.objects.bulk_create(Concern(kind="absent_twice", registration=one, raised_at=NOW) for one in people)


def many_letters():
    first = make_letter()
    for number in range(MANY - 1):
        copied = {**columns(first), "key": f"copy:{number}", "message_id": f"<{number}@copies>"}
        Letter.objects.create(**copied)


MAKE = {
    Registration: lambda: [make_registration(state="submitted") for _ in range(MANY)],
    ClaimInvitation: lambda: ClaimInvitation.objects.bulk_create(invitations()),
    Clinic: many_clinics,
    Match: many_matches,
    Concern: many_concerns,
    Letter: many_letters,
    Suppression: lambda: Suppression.objects.suppress(
        [f"{number}@example.org" for number in range(MANY)], source="bounce", now=NOW
    ),
}
IN_PARTS = {"announce_selected", "swap"}  # what comes of it is worked out first, for all rows together


def test_no_button_of_a_list_works_through_more_than_fifty_rows_while_one_waits(db, client):
    client.force_login(make_coordinator())
    for table, page in admin.site._registry.items():
        for action in page.actions or ():
            if not table.objects.exists():
                MAKE[table]()
            keys = list(table.objects.values_list("pk", flat=True))[:MANY]
            url = f"{reverse(f'admin:{table._meta.app_label}_{table._meta.model_name}_changelist')}?all="
            url += "&show=all" if table is Registration else ""
            before = Act.objects.count(), MassAct.objects.count()
            typed = as_opened(client, url, action=action, _selected_action=keys, reason="It was mended.")

            answer = client.post(url, typed, follow=True)

            assert len(keys) == MANY and answer.status_code == 200, action
            if action in IN_PARTS:
                assert f"at most {MOST_WHILE_ONE_WAITS} rows at once" in answer.content.decode(), action
                assert (Act.objects.count(), MassAct.objects.count()) == before, action
            else:
                act = MassAct.objects.latest("pk")
                assert (Act.objects.count(), MassAct.objects.count()) == (before[0], before[1] + 1), action
                assert act.state == "prepared" and act.rows.filter(outcome="waiting").count() == MANY, action
                assert answer.request["PATH_INFO"] == reverse("admin:base_massact_change", args=[act.pk]), action
