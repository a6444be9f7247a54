"""The sockets of a real server, from outside: what is said, refused, and never lost."""
