"""What visitors of the demo are told about signing in."""

from django.conf import settings

from registrations.demo import DOMAIN
from registrations.models import Member


def how_to_sign_in() -> str:
    """Return the lines that say how to sign in, for the demo's accounts where there are any."""
    lines = []
    if Member.objects.filter(is_demo=True).exists():
        lines += [
            "Sign in with one of these addresses:",
            f"  volunteer@{DOMAIN}    a volunteer who is asked about a match",
            f"  waiting@{DOMAIN}      somebody the last round had nobody for",
            f"  liaison@{DOMAIN}      the liaison of Middle East & North Africa; the desk is at /admin/",
            "                         (also on the trust team, whose page is /trust/)",
            f"  coordinator@{DOMAIN}  a coordinator, who sees every region at /admin/",
            "Any other address makes a new account.",
        ]
    lines.append(f"The code arrives in the mailbox: {settings.SITE_URL}/dev/mailbox")
    return "\n".join(lines)
