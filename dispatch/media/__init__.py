"""Live media: one narrow interface, and the backends behind it.

Browsers never reach a media API: their signals travel in our sockets, and the server
decides who is admitted. See ``interface.py``.
"""
