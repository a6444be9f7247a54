"""Whether anybody serves an agency's line: there, at a neighbour, or standing in."""

from accounts.models import Agency
from dispatch.snapshots.lines import served_lines


def is_served(line: Agency) -> bool:
    """Say whether somebody is ready, now or after a call, to take its calls."""
    return line.pk in served_lines()
