#!/usr/bin/env python
"""Django's command line for alarm110."""

import os
import sys

CONFIGURATION = 78  # EX_CONFIG of sysexits.h: starting again would not help


def main() -> None:
    """Run one management command; a set-up that cannot work is told in one line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alarm110.settings")
    try:
        from django.core.exceptions import ImproperlyConfigured
        from django.core.management import execute_from_command_line
    except ImportError:
        sys.exit("Django is not installed in this Python. Start with ./run.")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        print(f"alarm110: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(CONFIGURATION)


if __name__ == "__main__":
    main()
