"""How well the calls are answered, and how many seats tomorrow needs.

``figures`` says what is counted and how, ``rows`` asks the database (a constant number
of queries), ``slots`` cuts local time, ``levels`` counts, ``erlang`` is the arithmetic
of waiting, ``staffing`` looks ahead. Nothing here writes.
"""

from dispatch.statistics.figures import (
    INVALID_DISPOSITIONS,
    TARGETS,
    Figures,
    Quarter,
    Target,
    together,
)
from dispatch.statistics.levels import Level, Question, levels, today
from dispatch.statistics.slots import Interval
from dispatch.statistics.staffing import Need, Staffing, staffing

__all__ = [
    "INVALID_DISPOSITIONS",
    "TARGETS",
    "Figures",
    "Interval",
    "Level",
    "Need",
    "Quarter",
    "Question",
    "Staffing",
    "Target",
    "levels",
    "staffing",
    "today",
    "together",
]
