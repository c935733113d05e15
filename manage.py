#!/usr/bin/env python
"""Django's command line; on the embedded default a command that needs the database finds it running."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "letsconnect.settings")
    from django.core.management import execute_from_command_line

    from letsconnect.embedded import servers
    from letsconnect.embedded.errors import EmbeddedError, refuse

    servers.arm()
    try:
        execute_from_command_line(sys.argv)
    except EmbeddedError as error:
        refuse(error)


if __name__ == "__main__":
    main()
