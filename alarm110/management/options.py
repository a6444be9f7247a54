"""The option that ``serve`` takes, and ``up`` hands on to it."""

from argparse import ArgumentParser


def add_plain(parser: ArgumentParser) -> None:
    """Declare ``--plain``."""
    parser.add_argument(
        "--plain",
        action="store_true",
        help="plain HTTP on PORT, for tests and behind a proxy (ALARM110_TLS=0)",
    )
