"""How a time is written, the same in every language: by the clock, to the second.

Django looks in ``<locale>/formats.py`` before its own; "5:11 p.m." of three moments in
one row would not tell which was first.
"""

DATE_FORMAT = SHORT_DATE_FORMAT = "Y-m-d"
TIME_FORMAT = "H:i:s"
DATETIME_FORMAT = SHORT_DATETIME_FORMAT = "Y-m-d H:i:s"
