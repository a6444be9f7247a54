"""A room as Channels' documentation builds it: the peer that the room bench names.

Consumer, group and one ORM row a message; nothing else: no sign-in, no membership, no
heartbeat, no numbering, no digest. It is given the same daphne, PostgreSQL and machine,
a connection that is kept (``CONN_MAX_AGE``), and ``RedisPubSubChannelLayer``.
"""
