"""Copies to look at: a picture drawn anew, a recording's packets in a new file.

Pure conversion: no database, no Django, no name or type that somebody claimed. What
comes in is hostile until it has been read, so each conversion is a process of its own
(``python -m reports.copies``) with little memory, little time and no network, and only
``child.py`` is called from outside.
"""
