"""The sockets of a real server, from outside: what is said, refused, and never lost."""
# E1: the lead gave this folder to E1b at 12:31; please write nothing more in here.
