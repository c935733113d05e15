"""The network a request came from, used for limits only; and signs that PROXY_HOPS is wrong."""

import logging
import time
from datetime import datetime
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

from letsconnect.base.models import ProxyDoubt, ProxyDoubtKind

logger = logging.getLogger(__name__)
NOTED_EVERY = 600.0  # seconds; a process writes the same doubt at most this often
# Our own list, because Python's `is_private` also includes the addresses reserved for documentation.
_PRIVATE_NETWORKS = [
    ip_network(network)
    for network in (
        *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
        *("::1/128", "fc00::/7", "fe80::/10"),
    )
]
_last_noted: dict[tuple[str, int], float] = {}


def network_of(request: HttpRequest) -> str:
    """Return the client's network: the peer's address, or the address that the outermost of our PROXY_HOPS proxies saw.

    Of an IPv6 address only the first half counts, because one household or one rented server has 2^64 addresses.
    """
    client = _client_of(request)
    address = _address(client)
    if isinstance(address, IPv6Address):
        return str(ip_network((address, 64), strict=False))
    return str(address) if address else client[:64]


def wrong_hops(request: HttpRequest) -> ProxyDoubtKind | None:
    """Return the sign in this request that PROXY_HOPS is wrong, or None.

    Only a peer in a private network is believed: anybody else can write any header.
    """
    forwarded_for = _forwarded(request)
    peer = request.META.get("REMOTE_ADDR", "")
    if len(forwarded_for) < settings.PROXY_HOPS:
        return ProxyDoubtKind.TOO_FEW_HEADERS
    is_forwarded = bool(forwarded_for or request.headers.get("Forwarded") or request.headers.get("X-Real-Ip"))
    is_inner = _is_private(_client_of(request)) and (
        len(forwarded_for) > settings.PROXY_HOPS or settings.PROXY_HOPS == 0
    )
    if _is_private(peer) and is_forwarded and is_inner:
        return ProxyDoubtKind.NOT_COUNTED
    return None


def notice_wrong_hops(request: HttpRequest, *, now: datetime) -> None:
    """Store, and write to the process log, that PROXY_HOPS seems wrong: everybody would then share one limit."""
    kind = wrong_hops(request)
    if kind is None or time.monotonic() - _last_noted.get((kind, settings.PROXY_HOPS), -NOTED_EVERY) < NOTED_EVERY:
        return
    _last_noted[kind, settings.PROXY_HOPS] = time.monotonic()
    ProxyDoubt.objects.update_or_create(kind=kind, defaults={"hops": settings.PROXY_HOPS, "seen_at": now})
    logger.warning("PROXY_HOPS is %s, but: %s", settings.PROXY_HOPS, kind.label)


def _client_of(request: HttpRequest) -> str:
    hops, forwarded_for = settings.PROXY_HOPS, _forwarded(request)
    return forwarded_for[-hops] if hops and len(forwarded_for) >= hops else request.META.get("REMOTE_ADDR", "")


def _forwarded(request: HttpRequest) -> list[str]:
    return [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """Read an address as proxies write it: bare, in brackets, with a port."""
    bare = text.partition("]")[0].removeprefix("[") if text.startswith("[") else text
    bare = bare.rpartition(":")[0] if bare.count(":") == 1 else bare
    try:
        address = ip_address(bare.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _is_private(text: str) -> bool:
    """Tell whether a peer is in our own network: a private address, this machine, or a socket, which has no address."""
    address = _address(text)
    return not text or (address is not None and any(address in network for network in _PRIVATE_NETWORKS))
