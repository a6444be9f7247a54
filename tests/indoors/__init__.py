"""The doors from inside, in this process: what a test cannot see from outside.

How often the database was asked, what was logged, an entry that is committed in the
middle of a read; and all of it on PostgreSQL too (``tests/lanes.py``).
"""
