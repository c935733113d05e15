"""A yes to the newsletter becomes a subscription, and a yes that was taken back a refusal; only "newsletter" is ticked.

- A member's yes is confirmed, with the day it was given. If nobody proved the address (it came from a wiki, or is in
  doubt), it waits for the answer to a letter.
- The yes of the old form keeps its day. It is confirmed if the registration was claimed and nothing was agreed to here
  since; who agreed to other things here saw the tick and left it, so their old yes brings no letter. What nobody has
  claimed waits for that.
- Of an erased person nothing is made.
"""

import secrets
from urllib.parse import urlsplit

import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from letsconnect.base.addresses import canonical_or_nothing

NEWSLETTER, VERSION, OLD_FORM = "newsletter", "2026-11", "old form"
ASKED_FOR_THE_NEWSLETTER = 1  # as `mailings.domain.subscriptions.as_bits` writes it


def to_subscriptions(apps, schema_editor):
    consents = apps.get_model("registrations", "Consent").objects.filter(document=NEWSLETTER)
    members = apps.get_model("registrations", "Member").objects
    for member in members.filter(erased_at=None, consents__document=NEWSLETTER).distinct().order_by("pk").iterator():
        newest = consents.filter(member=member).order_by(models.F("withdrawn_at").desc(nulls_first=True), "-given_at")
        _of_a_member(apps, member, newest.first())
    imported = consents.filter(registration__isnull=False).select_related("registration__member").order_by("-given_at")
    for consent in imported.iterator():
        _of_the_old_form(apps, consent)
    consents.delete()


def _of_a_member(apps, member, consent):
    is_proved = bool(member.email) and not member.has_doubtful_address and not _came_from_a_wiki(apps, member)
    row = _begun(apps, member=member, address=member.email if is_proved else "", source="form", consent=consent)
    row.language, row.zone = member.language, member.zone
    if consent.withdrawn_at is not None:
        row.state, row.left_at = "left", consent.withdrawn_at
    elif is_proved or not member.email:
        row.state, row.confirmed_at, row.wants_newsletter = "confirmed", consent.given_at, True
    else:
        row.wants_newsletter, row.asked_for = True, ASKED_FOR_THE_NEWSLETTER
    row.save()
    if row.asked_for:
        _ask(apps, row, member)


def _of_the_old_form(apps, consent):
    registration = consent.registration
    subscriptions = apps.get_model("mailings", "Subscription").objects
    address, member = canonical_or_nothing(registration.imported_address), registration.member
    known = subscriptions.filter(address=address) if address else subscriptions.none()
    if (member is not None and (member.erased_at or subscriptions.filter(member=member).exists())) or known.exists():
        return
    if member is None and (
        not address
        or apps.get_model("registrations", "Member")
        .objects.filter(email=address, erased_at=None, subscription__isnull=False)
        .exists()
    ):
        return
    is_theirs = member is not None and (not member.email or member.email == address)
    row = _begun(
        apps, member=member, address=address if member is None or is_theirs else "", source="old_form", consent=consent
    )
    row.language = member.language if member is not None else _spoken_by(registration)
    row.zone = (member.zone if member is not None else registration.zone) or "UTC"
    if consent.withdrawn_at is not None:
        row.state, row.left_at = "left", consent.withdrawn_at
    else:
        row.wants_newsletter = True
        if member is not None and not member.consents.exists():
            row.state, row.confirmed_at = "confirmed", registration.claimed_at or consent.given_at
    row.save()


def _begun(apps, *, member, address, source, consent):
    return apps.get_model("mailings", "Subscription")(
        member=member, address=address, source=source, agreed_at=consent.given_at
    )


def _came_from_a_wiki(apps, member):
    addresses = apps.get_model("account", "EmailAddress").objects
    return addresses.filter(user=member, email=member.email, verified=False).exists()


def _spoken_by(registration):
    portal = [code for code, _name in settings.LANGUAGES]
    spoken = dict(registration.spoken_languages.filter(code__in=portal, level__gte=2).values_list("code", "level"))
    return max(spoken, key=lambda code: (spoken[code], code == "en"), default="en")


def _ask(apps, row, member):
    """Owe the letter that asks them to confirm, as `mailings.ledger.letters.owe` does."""
    now = django.utils.timezone.now()
    apps.get_model("mailings", "Letter").objects.create(
        kind="mailings.confirm_subscription",
        key=f"confirm-subscription:{row.pk}:0026",
        member=member,
        address=member.email,
        language=member.language,
        zone=member.zone,
        about_type="mailings.subscription",
        about_id=row.pk,
        owed_at=now,
        due_at=now,
        message_id=f"<{secrets.token_hex(16)}@{urlsplit(settings.SITE_URL).hostname}>",
    )


def to_consents(apps, schema_editor):
    """Back to agreements: a member's to the version there was, those of the old form to their registration."""
    consents = apps.get_model("registrations", "Consent").objects
    registrations = apps.get_model("registrations", "Registration").objects
    rows = apps.get_model("mailings", "Subscription").objects.exclude(state="unconfirmed", source="page")
    for row in rows.filter(member__isnull=False).order_by("pk"):
        given = {"member_id": row.member_id, "version": VERSION, "given_at": row.agreed_at}
        if row.state == "left" or row.wants_newsletter:
            consents.create(document=NEWSLETTER, withdrawn_at=row.left_at and max(row.left_at, row.agreed_at), **given)
    for row in rows.filter(member=None, source="old_form").order_by("pk"):
        for registration in registrations.filter(imported_address=row.address, member=None, source="import")[:1]:
            consents.create(
                document=NEWSLETTER,
                registration=registration,
                version=OLD_FORM,
                given_at=row.agreed_at,
                withdrawn_at=row.left_at and max(row.left_at, row.agreed_at),
            )
    apps.get_model("mailings", "Subscription").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [
        ("account", "0009_emailaddress_unique_primary_email"),
        ("mailings", "0008_newsletters_subscriptions_and_priorities"),
        ("registrations", "0029_erased_accounts_have_no_address_to_decide_about"),
    ]

    operations = [
        migrations.RunPython(to_subscriptions, to_consents),
        # Rows that were moved have checks to come at the end of the transaction, which would refuse what follows.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", "SET CONSTRAINTS ALL IMMEDIATE"),
        migrations.AlterField(
            "consent",
            "document",
            models.CharField(
                choices=[
                    ("code_of_conduct", "the Universal Code of Conduct"),
                    ("privacy_notice", "the privacy notice"),
                ],
                max_length=20,
            ),
        ),
    ]
