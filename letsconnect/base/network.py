"""Where a request came from, for limits only."""

from django.conf import settings
from django.http import HttpRequest


def network_of(request: HttpRequest) -> str:
    """Return the client's address: the peer's, or what the outermost of our PROXY_HOPS proxies saw."""
    hops = settings.PROXY_HOPS
    seen = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    if hops and len(seen) >= hops:
        return seen[-hops]
    return request.META.get("REMOTE_ADDR", "")
