"""The store: every campaign is one database."""
