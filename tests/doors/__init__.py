"""The HTTP doors of a real server, from outside: the tap, and life without a socket."""
# E1: the lead gave this folder to E1b at 12:31; please write nothing more in here.
