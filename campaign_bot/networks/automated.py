"""How an account tells its readers that a program writes there, and who runs it: the same words on every network."""

from __future__ import annotations

_SENTENCES = {"en": "Automated account, run by {by}.", "fr": "Compte automatisé, géré par {by}."}
_FIELDS = {"en": "Run by", "fr": "Géré par"}


def sentence(language: str, by: str) -> str:
    """For a profile's text."""
    return _SENTENCES.get(language, _SENTENCES["en"]).format(by=by)


def field(language: str) -> str:
    """The name of a profile's field whose value is who runs the account."""
    return _FIELDS.get(language, _FIELDS["en"])
