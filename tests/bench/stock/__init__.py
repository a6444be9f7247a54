"""A room as Channels' documentation builds it: the peer that the room bench names.

Consumer, group and one ORM row a message; nothing else: no sign-in, no membership, no
heartbeat, no numbering, no digest. It is given the same daphne, PostgreSQL and machine,
and ``RedisPubSubChannelLayer``. Its settings are Django's own, so each message pays for
a database connection: under ASGI the documentation advises against keeping them. With
``STOCK_KEEPS_CONNECTIONS`` it keeps them all the same: a second, harder peer.
"""
