"""The portal's settings for tests. On a real DATABASE_URL a portal must be told more than in a checkout of its own."""

import os

if os.environ.get("DATABASE_URL"):
    for _name, _value in {
        "SECRET_KEY": "of-the-tests-" + "7e1f" * 10,
        "SITE_URL": "http://127.0.0.1:8000",
        "EMAIL_URL": "smtp://127.0.0.1:25",
    }.items():
        os.environ.setdefault(_name, _value)

from letsconnect.settings import *  # noqa: F403
from letsconnect.settings import DOCUMENT_VERSIONS

# One version of each document, in force for long: a new one, or the day it comes, changes no test.
DOCUMENT_VERSIONS = {document: versions[:1] for document, versions in DOCUMENT_VERSIONS.items()}

KEEPS_PAGES = False  # a test asks what a page says now, and with which values its template was drawn
