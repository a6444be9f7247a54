"""The embedded media server: packets in, the same packets out, and a copy to disk.

A process of its own (``python -m dispatch.media.relay``) without Django or database, so
that its crash is not the switchboard's and its load not the pages'. It decides nothing:
the web process admits legs and sets each room's policy over a unix socket that only its
own user may open.
"""
