"""Times in English: as everywhere."""

from alarm110.formats import *  # noqa: F403  one rule, under each name Django asks for
