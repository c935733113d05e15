"""Taking over an imported registration: who may, by what, and that a link works once."""

import re
from datetime import date, timedelta
from functools import partial

import pytest
from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from letsconnect.base.links import sign
from letsconnect.base.models import Act
from letsconnect.base.zone_names import city_of
from letsconnect.tests import mass_acts
from letsconnect.tests.at_once import at_once
from letsconnect.tests.signed_links import signed_in
from mailings import kinds
from mailings.models import Letter, Suppression
from registrations.answers import editing
from registrations.domain.registrations import AlreadyRegistered, ClaimRefused, NotYours, RegistrationState
from registrations.models import ClaimInvitation, Member, Registration
from registrations.oldform import claims
from registrations.oldform.claim_links import PURPOSE, claim_link
from registrations.tests import factories
from registrations.tests.factories import NOW

ADDRESS = "old@example.org"


def imported(**fields):
    values = {"source": "import", "state": RegistrationState.SUBMITTED, "imported_address": ADDRESS, "name": "Olga"}
    return factories.make_registration(**{**values, **fields})


def verified(address=ADDRESS, *, is_verified=True, **fields):
    member = factories.make_member(email=address, name="", **fields)
    EmailAddress.objects.create(user=member, email=address, verified=is_verified, primary=True)
    return member


def invite(registration, *, now=NOW):
    return claims.invite_to_claim(registration=registration, by=factories.make_coordinator(), now=now)


def token_of(invitation):
    return claim_link(invitation).rstrip("/").rsplit("/", 1)[1]


@pytest.fixture(autouse=True)
def database(db):
    """Every test here needs rows."""


def test_signing_in_with_the_same_verified_address_claims():
    registration, member = imported(imported_address="Old@Example.org"), verified(zone="UTC")

    claimed = claims.claim_by_address(member=member, now=NOW)

    assert claimed == registration
    registration.refresh_from_db()
    member.refresh_from_db()
    assert (registration.member, registration.claimed_at, registration.state) == (member, NOW, "submitted")
    assert (member.name, member.country, member.region) == ("Olga", "TN", "MENA")
    assert Act.objects.filter(verb="claim_registration", actor=member, object_id=registration.pk).exists()


def test_a_claim_keeps_what_the_account_says_already():
    imported(zone="Africa/Tunis")
    member = verified(zone="Europe/Paris", country="FR", region="NWE")
    Member.objects.filter(pk=member.pk).update(name="Olga P.")

    claims.claim_by_address(member=member, now=NOW)

    member.refresh_from_db()
    assert (member.name, member.zone, member.country, member.region) == ("Olga P.", "Europe/Paris", "FR", "NWE")


def unverified_address():
    imported()
    return verified(is_verified=False)


def another_address():
    imported()
    return verified("new@example.org")


def only_the_same_username():
    imported(imported_address="", wikimedia_username="Olga")
    return verified("new@example.org")


def a_registration_of_their_own():
    imported()
    member = verified()
    factories.make_registration(member=member)
    return member


def two_with_the_address():
    imported()
    imported()
    return verified()


def a_withdrawn_one():
    imported(state=RegistrationState.WITHDRAWN)
    return verified()


def one_that_somebody_has():
    imported(member=factories.make_member())
    return verified()


def a_closed_account():
    imported()
    return verified(is_active=False)


@pytest.mark.parametrize(
    "situation",
    [
        unverified_address,
        another_address,
        only_the_same_username,
        a_registration_of_their_own,
        two_with_the_address,
        a_withdrawn_one,
        one_that_somebody_has,
        a_closed_account,
    ],
)
def test_signing_in_claims_nothing_with(situation):
    member = situation()
    before = list(Registration.objects.order_by("pk").values())

    assert claims.claim_by_address(member=member, now=NOW) is None
    assert list(Registration.objects.order_by("pk").values()) == before


def test_a_coordinator_who_reviewed_it_has_it_reviewed_again_by_another(coordinator):
    EmailAddress.objects.create(user=coordinator, email=ADDRESS, verified=True)
    imported(state=RegistrationState.APPROVED, reviewed_by=coordinator, reviewed_at=NOW)

    registration = claims.claim_by_address(member=coordinator, now=NOW)

    assert (registration.state, registration.reviewed_by) == (RegistrationState.SUBMITTED, None)


def test_an_invitation_owes_one_letter_however_often_it_is_made(coordinator):
    registration = imported(speaks=[("es", 6), ("en", 3)], zone="America/Lima")

    first = claims.invite_to_claim(registration=registration, by=coordinator, now=NOW)
    second = claims.invite_to_claim(registration=registration, by=coordinator, now=NOW + timedelta(days=2))

    letter = Letter.objects.get(kind="registrations.claim_invitation")
    assert first == second
    assert (letter.address, letter.language, letter.zone) == (ADDRESS, "es", "America/Lima")


def test_after_the_link_is_too_old_a_new_invitation_makes_another_and_the_old_link_dies(coordinator):
    registration = imported()
    old = invite(registration)
    link = token_of(old)

    new = invite(registration, now=NOW + claims.LINK_LASTS + timedelta(days=1))

    assert new.pk == old.pk
    assert token_of(new) != link
    assert Letter.objects.filter(kind="registrations.claim_invitation").count() == 2
    assert claims.invitation_of(token=link, now=NOW + claims.LINK_LASTS + timedelta(days=2)) is None
    assert claims.invitation_of(token=token_of(new), now=NOW + claims.LINK_LASTS + timedelta(days=2)) == new


@pytest.mark.parametrize("who", ["liaison", "member"])
def test_only_coordinators_invite(who, request):
    with pytest.raises(NotYours):
        claims.invite_to_claim(registration=imported(), by=request.getfixturevalue(who), now=NOW)


def test_there_is_no_invitation_without_an_address_or_to_what_is_taken_or_withdrawn(coordinator):
    for registration in (
        imported(imported_address=""),
        imported(member=factories.make_member()),
        imported(state=RegistrationState.WITHDRAWN),
        factories.make_registration(),
    ):
        with pytest.raises(ClaimRefused):
            claims.invite_to_claim(registration=registration, by=coordinator, now=NOW)
    assert not Letter.objects.exists()


def test_one_reminder_is_owed_after_a_week_and_no_second():
    invitation = invite(imported())

    assert claims.owe_claim_reminders(NOW + timedelta(days=6)) == 0
    assert claims.owe_claim_reminders(NOW + timedelta(days=7)) == 1
    assert claims.owe_claim_reminders(NOW + timedelta(days=8)) == 0
    assert claims.owe_claim_reminders(NOW + timedelta(days=20)) == 0
    letter = Letter.objects.get(kind="registrations.claim_reminder")
    assert (letter.address, letter.about_id) == (ADDRESS, invitation.pk)


def test_no_reminder_of_what_was_taken_over():
    invitation = invite(imported())
    claims.claim_by_link(token=token_of(invitation), member=factories.make_member(), now=NOW)

    assert claims.owe_claim_reminders(NOW + timedelta(days=8)) == 0


def test_letters_are_skipped_when_they_have_become_pointless():
    still_owed = kinds.get("registrations.claim_invitation").still_owed
    invitation = invite(imported())

    assert still_owed(invitation, NOW) is None
    assert still_owed(None, NOW)
    assert still_owed(invitation, NOW + timedelta(days=31))
    invitation.registration.imported_address = "other@example.org"
    assert still_owed(invitation, NOW)
    invitation.registration.imported_address = ADDRESS
    invitation.registration.state = RegistrationState.WITHDRAWN
    assert still_owed(invitation, NOW)
    invitation.registration.state = RegistrationState.SUBMITTED
    invitation.registration.member = factories.make_member()
    assert still_owed(invitation, NOW)


@pytest.mark.parametrize("kind", ["registrations.claim_invitation", "registrations.claim_reminder"])
@pytest.mark.parametrize("language", ["en", "es", "ar", "fr", "pt"])
def test_the_letters_hold_the_link_and_nothing_of_the_answers(kind, language):
    invitation = ClaimInvitation.objects.get(pk=invite(imported(name="<b>Olga</b>")).pk)

    rendered = kinds.get(kind).render(invitation, language, "Africa/Tunis")

    claims_of_the_letter = {"registrations:claim": [invitation.pk, invitation.invited_at.isoformat()]}
    assert signed_in(rendered.text, PURPOSE) == signed_in(rendered.html, PURPOSE) == claims_of_the_letter
    assert "<b>Olga</b>" not in rendered.html
    assert city_of("Africa/Tunis", language) in rendered.text
    assert "\n" not in rendered.subject.strip()


def test_a_link_gives_the_registration_to_who_is_signed_in_and_works_once():
    registration = imported()
    token = token_of(invite(registration))
    member, other = factories.make_member(), factories.make_member()

    assert claims.claim_by_link(token=token, member=member, now=NOW) == registration
    with pytest.raises(ClaimRefused):
        claims.claim_by_link(token=token, member=other, now=NOW)
    with pytest.raises(ClaimRefused):
        claims.claim_by_link(token=token, member=member, now=NOW)
    assert Registration.objects.get(pk=registration.pk).member == member


def test_a_link_to_what_was_claimed_by_address_is_used_up():
    token = token_of(invite(imported()))
    claims.claim_by_address(member=verified(), now=NOW)

    with pytest.raises(ClaimRefused):
        claims.claim_by_link(token=token, member=factories.make_member(), now=NOW)


def test_who_has_a_registration_keeps_it_and_the_link_goes_on_working():
    registration = imported()
    token = token_of(invite(registration))
    own = factories.make_registration()

    with pytest.raises(AlreadyRegistered):
        claims.claim_by_link(token=token, member=own.member, now=NOW)

    assert Registration.objects.get(member=own.member) == own
    assert claims.invitation_of(token=token, now=NOW) is not None


def test_forged_old_and_withdrawn_links_are_refused():
    registration = imported()
    invitation = invite(registration)
    member = factories.make_member()
    for token in (
        "nonsense",
        sign("something.else", [invitation.pk, invitation.invited_at.isoformat()]),
        sign(PURPOSE, [invitation.pk, "2020-01-01"]),
        sign(PURPOSE, "text"),
        sign(PURPOSE, [invitation.pk + 1, invitation.invited_at.isoformat()]),
    ):
        with pytest.raises(ClaimRefused):
            claims.claim_by_link(token=token, member=member, now=NOW)
    with pytest.raises(ClaimRefused):
        claims.claim_by_link(token=token_of(invitation), member=member, now=NOW + timedelta(days=31))
    Registration.objects.update(state=RegistrationState.WITHDRAWN)
    with pytest.raises(ClaimRefused):
        claims.claim_by_link(token=token_of(invitation), member=member, now=NOW)


@pytest.mark.parametrize("fields", [{"is_active": False}, {"erased_at": NOW}])
def test_a_closed_account_claims_nothing(fields):
    token = token_of(invite(imported()))

    with pytest.raises(ClaimRefused):
        claims.claim_by_link(token=token, member=factories.make_member(**fields), now=NOW)


def test_a_registration_has_one_open_invitation():
    invitation = invite(imported())

    with pytest.raises(IntegrityError, match="registrations_one_open_invitation"), transaction.atomic():
        ClaimInvitation.objects.create(
            registration=invitation.registration,
            address=ADDRESS,
            invited_by=invitation.invited_by,
            invited_at=NOW,
            expires_at=NOW,
        )


@pytest.fixture
def page(time_machine):
    """The page of a fresh invitation, at its time."""
    time_machine.move_to(NOW, tick=False)
    return reverse("registrations:claim", args=[token_of(invite(imported()))])


def test_opening_the_page_claims_nothing(page, client, member):
    client.force_login(member)

    for _ in range(2):
        response = client.get(page)
        assert response.status_code == 200
        assert b'<form method="post"' in response.content
    assert not Registration.objects.filter(member=member).exists()
    assert ClaimInvitation.objects.filter(used_at=None).exists()


def test_the_button_claims_and_leads_to_the_registration(page, client, member):
    client.force_login(member)

    response = client.post(page)

    assert response.url == reverse("registrations:registration-edit")
    assert Registration.objects.get(member=member).name == "Olga"
    assert client.get(page).status_code == 410
    assert client.post(page).status_code == 410


@pytest.mark.parametrize(("state", "is_asked"), [("draft", True), ("submitted", False), ("approved", False)])
def test_who_takes_over_what_is_handed_in_is_not_asked_to_hand_it_in(page, client, member, state, is_asked):
    reviewed = {"reviewed_at": NOW, "reviewed_by": factories.make_coordinator()} if state == "approved" else {}
    Registration.objects.update(state=state, **reviewed)
    client.force_login(member)

    answer = client.post(page, follow=True).content.decode()

    assert "This registration is yours now." in answer
    assert ("and send it" in answer) is is_asked


def test_without_signing_in_the_button_leads_there_and_back(page, client):
    response = client.post(page)

    assert response.status_code == 302
    assert response.url.startswith(reverse("registrations:sign-in"))
    assert "next=" in response.url
    assert Registration.objects.filter(member=None).count() == 1


def test_the_page_tells_who_has_one_already_and_shows_no_answers(page, client):
    own = factories.make_registration()
    client.force_login(own.member)

    assert b'name="submit"' not in client.get(page).content
    assert client.post(page).url == reverse("registrations:registration-edit")
    assert b"Olga" not in client.get(page).content


def test_a_forged_link_is_gone(client):
    response = client.get(reverse("registrations:claim", args=["forged"]))

    assert response.status_code == 410
    assert "This link does not work any more" in response.content.decode()
    assert b'<form method="post"' not in response.content.partition(b"<main")[2].partition(b"</main>")[0]


def test_the_button_needs_the_token_of_the_form(page, member):
    client = Client(enforce_csrf_checks=True)
    client.force_login(member)

    assert client.post(page).status_code == 403
    assert Registration.objects.get().member is None
    assert ClaimInvitation.objects.get().used_at is None


def race(members, claim):
    """Let every member claim at the same moment; return what each got."""
    done = at_once(*(partial(claim, member) for member in members), refusals=(ClaimRefused,))
    return sorted("refused" if isinstance(one, ClaimRefused) else "claimed" for one in done)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_press_the_button_of_one_link_at_once_one_gets_it():
    registration = imported()
    token = token_of(invite(registration))
    members = [factories.make_member() for _ in range(4)]

    outcomes = race(members, lambda member: claims.claim_by_link(token=token, member=member, now=NOW))

    assert outcomes == ["claimed", "refused", "refused", "refused"]
    assert Registration.objects.get(pk=registration.pk).member in members
    assert Act.objects.filter(verb="claim_registration").count() == 1


@pytest.mark.django_db(transaction=True)
def test_signing_in_twice_at_once_claims_once():
    imported()
    member = verified()
    got = []

    race([member, member], lambda member: got.append(claims.claim_by_address(member=member, now=NOW)))

    assert sum(registration is not None for registration in got) == 1
    assert Registration.objects.filter(member=member).count() == 1


def test_who_was_invited_is_counted_and_who_was_before_is_not(client, coordinator):
    """ "13 people are invited" was said when every one of them had a link that worked, and no letter went out."""
    rows = [imported(imported_address=f"{number}@example.org") for number in range(3)]
    without = imported(imported_address="")
    dead = imported(imported_address="dead@example.org")
    Suppression.objects.suppress(["dead@example.org"], source="bounce", now=NOW)
    client.force_login(coordinator)
    url = reverse("admin:registrations_registration_changelist")
    everybody = [*rows, without, dead]

    first, second = (
        (mass_acts.prepare(client, url, "invite_to_claim", everybody), mass_acts.begin(client))[1] for _ in range(2)
    )

    assert Letter.objects.filter(kind="registrations.claim_invitation").count() == 3
    assert dict(first.context["counts"]) == {"done": 3, "not done": 2}
    assert dict(second.context["counts"]) == {"not done": 5}
    assert second.context["reasons"][0] == (
        "Was invited before, and the link still works: no email is sent again.",
        3,
    )
    for page in (first, second):
        text = page.content.decode()
        assert "The old form has no address" in text and "No email may go to this address" in text


def test_the_link_in_a_sample_of_an_invitation_opens_nothing(client, coordinator):
    client.force_login(coordinator)
    page = mass_acts.prepare(
        client, reverse("admin:registrations_registration_changelist"), "invite_to_claim", [imported()]
    )

    [sample] = page.context["preview"].samples
    [token] = re.findall(r"/claim/([^/\s]+)/", sample.text)
    assert claims.invitation_of(token=token, now=timezone.now()) is None


def test_claiming_is_no_change_and_confirms_nothing(coordinator):
    """468 people were back in the queue as "changed", and answers of 2023 counted as fresh: they had only claimed."""
    registration = imported(state="approved", changed_at=NOW, reviewed_at=NOW, reviewed_by=coordinator)
    Registration.objects.filter(pk=registration.pk).update(confirmed_on=date(2023, 5, 1))
    member = factories.make_member()
    claims.claim_by_link(token=token_of(invite(registration)), member=member, now=NOW + timedelta(days=1))

    registration.refresh_from_db()
    assert registration.member == member
    assert not registration.is_changed_since_review
    assert not Registration.objects.in_review_queue().filter(pk=registration.pk).exists()
    assert registration.confirmed_on == date(2023, 5, 1)


def test_handing_in_again_what_is_approved_confirms_it_and_changes_nothing(coordinator):
    registration = factories.make_registration(confirmed_on=date(2023, 5, 1))
    later = NOW + timedelta(days=3)
    editing.agree_and_hand_in(
        member=registration.member,
        consents=[],
        version=registration.version,
        versions_shown={},
        by=registration.member,
        now=later,
    )

    registration.refresh_from_db()
    assert registration.confirmed_on == later.date()
    assert not registration.is_changed_since_review


def test_a_reminder_that_comes_late_names_the_day_of_the_invitation():
    """After weeks in which the portal stood still, it was not a week ago."""
    invitation = invite(imported())
    Letter.objects.filter(kind="registrations.claim_invitation").update(state="sent", sent_at=NOW, tries=1)
    assert claims.owe_claim_reminders(NOW + timedelta(days=20)) == 1

    rendered = kinds.get("registrations.claim_reminder").render(
        ClaimInvitation.objects.get(pk=invitation.pk), "en", "UTC"
    )
    assert "A week ago" not in rendered.text + rendered.html
    assert f"On {date_format(NOW.date())} we wrote" in rendered.text


@pytest.mark.parametrize("state", ["skipped", "failed", "queued"])
def test_a_reminder_does_not_say_that_we_wrote_where_the_invitation_never_left(state):
    invitation = invite(imported())
    reason = "" if state == "queued" else "the mail server refused it"
    Letter.objects.filter(kind="registrations.claim_invitation").update(state=state, reason=reason, tries=1)

    rendered = kinds.get("registrations.claim_reminder").render(
        ClaimInvitation.objects.get(pk=invitation.pk), "en", "UTC"
    )

    assert "we wrote" not in rendered.text + rendered.html and "reminder" not in rendered.text
    assert "are on its new portal and wait for you." in rendered.text
