#!/usr/bin/env python
"""Django's command line for alarm110."""

import os
import sys


def main() -> None:
    """Run one management command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alarm110.settings")
    try:
        from django.core.management import execute_from_command_line
    except ImportError:
        sys.exit("Django is not installed in this Python. Start with ./run.")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
