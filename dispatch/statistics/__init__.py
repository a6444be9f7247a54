"""How well the calls are answered, and how many seats tomorrow needs.

``figures`` says what is counted and how, ``rows`` asks the database (a constant number
of queries), ``slots`` cuts local time, ``levels`` counts, ``erlang`` is the arithmetic
of waiting, ``staffing`` looks ahead. Nothing here writes.
"""

from dispatch.statistics.figures import (
    TARGETS,
    Figures,
)
from dispatch.statistics.levels import Level, Question, levels, today, with_empty
from dispatch.statistics.slots import Interval
from dispatch.statistics.staffing import Staffing, staffing

__all__ = [
    "TARGETS",
    "Figures",
    "Interval",
    "Level",
    "Question",
    "Staffing",
    "levels",
    "staffing",
    "today",
    "with_empty",
]
