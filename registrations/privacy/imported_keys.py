"""Hashes, keyed with the portal's secret, of what a person of the old form is recognised by."""

from django.utils.crypto import salted_hmac


def digest_of(kind: str, value: str) -> str:
    return salted_hmac(f"registrations.imported.{kind}", value, algorithm="sha256").hexdigest()
