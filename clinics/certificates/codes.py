"""The code of a certificate as a picture, and who may check how many codes."""

from datetime import timedelta

import segno
from django.core.cache import cache
from django.utils.crypto import salted_hmac

from clinics.models import Certificate
from letsconnect.base.links import absolute

# Codes that nobody has, typed from one network: nobody mistypes so often, and a machine that guesses gets no further.
WRONG_CODES, WITHIN = 30, timedelta(minutes=10)


def address_of(certificate: Certificate) -> str:
    """Return the full address at which others check this certificate."""
    return absolute("clinics:certificate-verify", certificate.grouped_code)


def picture_of(certificate: Certificate) -> str:
    """Return the address as a QR code: a picture in the page itself, which asks no server for it."""
    return segno.make(address_of(certificate), error="m", micro=False).svg_data_uri(scale=4, border=4, light="#fff")


def tried_too_often(network: str) -> bool:
    """Tell whether this network typed so many wrong codes lately that it has to wait."""
    return int(cache.get(_key(network), 0)) >= WRONG_CODES


def count_wrong_code(network: str) -> None:
    """Count a code that nobody has. Each process counts for itself, and what it counted is gone when it ends."""
    cache.add(_key(network), 0, WITHIN.total_seconds())
    try:
        cache.incr(_key(network))
    except ValueError:  # it ran out in between
        cache.set(_key(network), 1, WITHIN.total_seconds())


def _key(network: str) -> str:
    return "clinics.wrong_codes:" + salted_hmac("clinics.wrong_codes", network, algorithm="sha256").hexdigest()
