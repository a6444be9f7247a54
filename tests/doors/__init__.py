"""The HTTP doors of a real server, from outside: the tap, and life without a socket."""
