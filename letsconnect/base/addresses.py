"""The one canonical form of an email address: accounts are compared by it, and letters are sent to it.

Two spellings of the same mailbox get the same form, two different mailboxes never do. The domain is written in A-labels
by IDNA 2008 and UTS 46 (non-transitional: `straße.de` is not `strasse.de`). Upper and lower case are the same in ASCII,
and only there. Quotes that are not needed are removed. See docs/decisions/0027.
"""

import re
from email.utils import parseaddr

import idna
from django.utils.translation import gettext as _

LONGEST = 254  # RFC 5321: a path of 256 with its two brackets
# What the database holds an address to (PostgreSQL and Python read it alike).
CANONICAL = r"^[ -@[-~]+@[a-z0-9]([a-z0-9.-]*[a-z0-9])?$"

_INVISIBLE = "\u00ad\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
_DOT_ATOM = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_QUOTED = re.compile(r'"((?:[ !#-\[\]-~]|\\[ -~])+)"')
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


class AddressRefused(ValueError):
    """No letter can be sent to this address; the message says why."""


def canonical(address: str) -> str:
    """Return the canonical form of an address as somebody typed it.

    Raises AddressRefused, with a text for the person who typed it.
    """
    bare = address.strip().strip(_INVISIBLE).strip()
    local, at_sign, domain = bare.rpartition("@")
    if not (local and at_sign and domain):
        raise AddressRefused(_("Please write a whole email address, like name@example.org."))
    canonical_form = f"{_local_part(local)}@{_domain(domain)}"
    if len(canonical_form) > LONGEST:
        raise AddressRefused(_("This address is longer than any email address can be."))
    return canonical_form


def canonical_or_nothing(address: str) -> str:
    """Return the canonical form, or "" where no letter can be sent."""
    try:
        return canonical(address)
    except AddressRefused:
        return ""


def canonical_or_as_it_is(address: str) -> str:
    """Return the canonical form, or the address unchanged if it has none.

    For search terms, and for addresses that were stored before there was a canonical form.
    """
    return canonical_or_nothing(address) or address.strip()


def canonical_words(text: str) -> str:
    """Return search words with each address among them in its canonical form."""
    return " ".join(canonical_or_as_it_is(word) if "@" in word else word for word in text.split())


def readable(address: str) -> str:
    """Return an address as people read it: a domain with other than Latin letters is shown in its own letters."""
    local, at_sign, domain = address.rpartition("@")
    if "xn--" not in domain:
        return address
    try:
        return local + at_sign + idna.decode(domain)
    except UnicodeError:
        return address


def ours(address: str) -> str:
    """Return one of the portal's own addresses as it is written to, with or without a name before it.

    Its domain is in A-labels. Django would write it by IDNA 2003 instead: answers to `straße.de` would go to
    `strasse.de`.
    """
    domain = parseaddr(address)[1].rpartition("@")[2]
    if not domain or domain.isascii():
        return address
    before, _domain_as_typed, after = address.rpartition(domain)
    return before + _domain(domain) + after


def spellings(address: str) -> set[str]:
    """Return every form under which the address may have been hashed: today's form and earlier ones."""
    today = canonical_or_as_it_is(address)
    return {today, address.strip().lower(), readable(today)}


def was_sent_elsewhere(address: str) -> bool:
    """Tell whether letters to this spelling used to go to another mailbox than they go to now.

    This happened while domains were written by IDNA 2003, where `straße.de` became `strasse.de`.
    """
    domain = address.rpartition("@")[2].strip()
    try:
        earlier_form = domain.encode("idna").decode().lower().removesuffix(".")
        return earlier_form != _domain(domain)
    except ValueError:
        return False


def _local_part(text: str) -> str:
    if not text.isascii():
        strange = next(letter for letter in text if not letter.isascii())
        raise AddressRefused(
            _(
                "We cannot send email to an address with “%(letter)s” before the @. Before it, mail servers like "
                "ours take only the letters a to z, digits and some signs. Please use another address."
            )
            % {"letter": strange if strange.isprintable() else f"U+{ord(strange):04X}"}
        )
    text = text.lower()
    quoted = _QUOTED.fullmatch(text)
    unquoted = re.sub(r"\\(.)", r"\1", quoted[1]) if quoted else text
    # An encoded word ("=?utf-8?q?…?=") is one address to us and another to whoever decodes it on the way.
    if not unquoted or len(unquoted) > 64 or "=?" in unquoted or not (_DOT_ATOM.fullmatch(unquoted) or quoted):
        raise AddressRefused(
            _("We cannot send email to an address written like this before the @. Please check it letter by letter.")
        )
    if _DOT_ATOM.fullmatch(unquoted):
        return unquoted
    return '"' + re.sub(r'(["\\])', r"\\\1", unquoted) + '"'


def _domain(text: str) -> str:
    try:
        ascii_domain = text if text.isascii() else idna.encode(text, uts46=True, std3_rules=True).decode()
    except UnicodeError as error:
        raise AddressRefused(_no_domain()) from error
    ascii_domain = ascii_domain.lower().removesuffix(".")
    labels = ascii_domain.split(".")
    is_name = len(labels) > 1 and not labels[-1].isdigit()
    if (
        len(ascii_domain) > 253
        or not all(map(_LABEL.fullmatch, labels))
        or not (is_name or ascii_domain == "localhost")
    ):
        raise AddressRefused(_no_domain())
    return ascii_domain


def _no_domain() -> str:
    return _("What stands after the @ is not the name of a mail domain. Please check it letter by letter.")


def address_hint(address: str) -> str:
    """Return what tells the owner of an address which one it is, and nobody else: "a…@example.org".

    For pages that open by the link of a letter, which may have been passed on with the letter.
    """
    local, _at, host = readable(address).rpartition("@")
    return f"{local[:1]}…@{host}" if local else ""
