"""What a person of the old form is known by, hashed with the portal's secret."""

from django.utils.crypto import salted_hmac


def digest_of(kind: str, value: str) -> str:
    return salted_hmac(f"registrations.imported.{kind}", value, algorithm="sha256").hexdigest()
