"""Pictures of every screen, for docs/pictures and the README: ``./run pictures``."""
