"""A small exhaustive model of the switchboard, checked by Spin (see README.md)."""
