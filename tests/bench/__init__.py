"""Figures behind the hot path: ``python -m tests.bench [taps] [rooms] [race]``.

Loopback only, servers and databases of its own, nothing is left running.
"""
