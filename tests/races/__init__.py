"""The races that bit others, each owned by a test (``table.py``)."""
