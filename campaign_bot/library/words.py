"""Findings in plain words: the nearest right word, what a value is, and pydantic's errors as problems with places."""

from __future__ import annotations

import types
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from campaign_bot.library.addresses import PRIVATE
from campaign_bot.library.files import Account, Text
from campaign_bot.library.yaml import Document, Keys
from campaign_bot.model import Problem

# What each of pydantic's error types means for the person who wrote the value.
_EXPECTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_parsing_size": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "dict_type": "a mapping (lines of `key: value`)",
    "model_type": "a mapping (lines of `key: value`)",
    "tuple_type": "a list",
    "literal_error": "{expected}",
    "too_short": "a list of at least {min_length}",
    "too_long": "a list of at most {max_length}",
    "string_too_long": "at most {max_length} characters",
    "greater_than_equal": "{ge} or more",
    "less_than_equal": "{le} or less",
}

# The patterns of files.py, by what people would call them.
_PATTERNS = {
    r"^[a-z0-9]+(-[a-z0-9]+)*$": "a name of lower-case letters, digits and single hyphens, such as did-you-know",
    r"^[a-z]{2,3}$": "a language code such as en or fr",
    r"^[A-Z]{2}$": "a country code such as CA",
    r"^(https?://[^\s\p{C}]+)?$": "an address that begins with https://, without white space or hidden characters",
    r"^@?[^\s\p{C}/@:]*(@[^\s\p{C}/@:]+)?$": "a handle such as name, @name@server or name.bsky.social",
    r"^(https?://[^\s/]+)?$": "an address without a path, such as https://go.example.org",
}


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that was probably meant; empty when none is near."""
    by_folded = {candidate.casefold(): candidate for candidate in known}
    found = get_close_matches(word.casefold(), list(by_folded), n=1, cutoff=0.6)
    return by_folded[found[0]] if found else ""


def advice_for(word: str, known: Iterable[str], kind: str) -> str:
    """`Did you mean ...?`, or the list of what there is."""
    names = sorted(known)
    if meant := nearest(word, names):
        return f"Did you mean `{meant}`?"
    if not names:
        return f"There is no {kind} yet."
    shown = ", ".join(names[:12]) + (", …" if len(names) > 12 else "")
    return f"Known: {shown}."


def describe(value: object) -> str:
    """What a value is, for the end of a sentence that says what it should be."""
    match value:
        case None:
            return "empty"
        case bool():
            return f"`{str(value).lower()}`"
        case int() | float():
            return f"the number {value}"
        case date():
            return f"the date {value}"
        case str():
            return f"`{printable(value if len(value) <= 40 else value[:39] + '…')}`"
        case list():
            return "a list" if value else "an empty list"
        case _:
            return "a mapping" if value else "an empty mapping"


def printable(text: str) -> str:
    """The text with what cannot be seen in it named: a terminal would obey it, and a reader pass over it."""
    return "".join(one if one.isprintable() or one in "\u00a0\u202f" else f"<U+{ord(one):04X}>" for one in text)


def subject(keys: Keys) -> str:
    """How a message calls the value at `keys`: `starts`, item 2 of `days`, the file."""
    if not keys:
        return "The file"
    *around, last = keys
    if isinstance(last, str):
        return f"`{last}`"
    return f"Item {last + 1} of {subject(tuple(around))}" if around else f"Item {last + 1}"


@dataclass(frozen=True, slots=True)
class _Finding:
    error: ErrorDetails
    keys: Keys  # in the document
    in_union: bool  # one of several things that the value might have been
    at_key: bool  # the key itself is wrong, not its value


def problems_of(error: ValidationError, document: Document, base: Keys, model: type[BaseModel]) -> list[Problem]:
    """One problem for each thing that is wrong with the value at `base`, which should have been a `model`."""
    findings = [_finding(details, document, base) for details in error.errors(include_url=False)]
    groups = [group for group in _grouped(findings) if group[0].keys not in document.refused]
    return [_problem(group, document, base, model) for group in groups]


def wrong_keys(error: ValidationError, document: Document, base: Keys) -> list[Keys]:
    """The values to leave out so that the rest can be looked at; missing ones cannot be left out."""
    return [_finding(details, document, base).keys for details in error.errors() if details["type"] != "missing"]


def _finding(details: ErrorDetails, document: Document, base: Keys) -> _Finding:
    """pydantic's `loc` also names union members and `[key]`; only what the document has is a place."""
    keys, in_union, at_key = base, False, False
    for step in details["loc"]:
        if document.has((*keys, step)):
            keys = (*keys, step)
        elif step == "[key]":
            at_key = True
        elif details["type"] != "missing":
            in_union = True
    return _Finding(details, keys, in_union, at_key or details["type"] == "extra_forbidden")


def _grouped(findings: list[_Finding]) -> Iterator[list[_Finding]]:
    """The members of one union are one finding; one that got further into the value says more than the others."""
    unions: dict[Keys, list[_Finding]] = {}
    for finding in findings:
        if not finding.in_union:
            yield [finding]
        elif not any(f.in_union and _deeper(f.keys, finding.keys) for f in findings):
            unions.setdefault(finding.keys, []).append(finding)
    yield from unions.values()


def _deeper(one: Keys, other: Keys) -> bool:
    return len(one) > len(other) and one[: len(other)] == other


def _problem(group: list[_Finding], document: Document, base: Keys, model: type[BaseModel]) -> Problem:
    error, keys, at_key = group[0].error, group[0].keys, group[0].at_key
    if error["type"] == "missing":
        key = str(error["loc"][-1])
        message = f"`{key}` is missing."
        return document.problem("missing-key", keys, message, f"Add `{key}: ...`.", at_key=True)
    if error["type"] == "extra_forbidden":
        known = _fields(_annotation(model, keys[len(base) : -1]))
        message = f"`{keys[-1]}` is not a key that is known here."
        return document.problem("unknown-key", keys, message, advice_for(str(keys[-1]), known, "key"), at_key=True)
    value = keys[-1] if at_key else document.at(*keys)
    context = error.get("ctx", {})
    if error["type"] in ("bad-date", "value_error", PRIVATE):
        rule = "bad-date" if error["type"] == "bad-date" else "wrong-type"
        said = str(context.get("sentence") or context.get("error"))
        found = "" if str(value) in said or error["type"] == PRIVATE else f"; it is {describe(value)}"
        return document.problem(rule, keys, f"{subject(keys)}: {said}{found}.")
    expected = " or ".join(dict.fromkeys(_expected(finding.error) for finding in group))
    message = f"{subject(keys)} must be {expected}; it is {describe(value)}."
    advice = _advice(error["type"], context, value, _annotation(model, keys[len(base) :]))
    return document.problem("wrong-type", keys, message, advice, at_key=at_key)


def _expected(error: ErrorDetails) -> str:
    context = error.get("ctx", {})
    if error["type"] == "string_pattern_mismatch":
        return _PATTERNS.get(str(context["pattern"]), "written differently")
    return _EXPECTED.get(error["type"], "something else").format(**context).replace("'", "`")


def _advice(kind: str, context: dict[str, Any], value: object, annotation: Any) -> str:
    if kind == "string_type" and isinstance(value, (int, float, date)):
        return "Put it into quotation marks."
    if kind == "dict_type" and annotation == Text and isinstance(value, str):
        return "Write one text for each language, such as `en: …` and `fr: …` on lines of their own."
    if kind == "tuple_type" and isinstance(value, str):
        return f"Put it into brackets: [{value}]" if len(value) <= 40 else "Put it into brackets."
    if kind == "literal_error":
        choices = str(context["expected"]).replace(" or ", ", ").replace("'", "").split(", ")
        meant = nearest(str(value), choices)
        return f"Did you mean `{meant}`?" if meant else ""
    return ""


def _annotation(model: Any, keys: Keys) -> Any:
    """The type that the value at `keys` should have; None where the keys lead out of the model."""
    here = model
    for key in keys:
        here = _bare(here)
        if isinstance(here, type) and issubclass(here, BaseModel):
            fields = {field.alias or name: field.annotation for name, field in here.model_fields.items()}
            here = fields.get(str(key))
        elif get_origin(here) is dict:
            here = get_args(here)[1]
        elif get_origin(here) is tuple:
            here = get_args(here)[0]
        else:
            return None
    return _bare(here)


def _bare(annotation: Any) -> Any:
    """The type without `Annotated` and `| None`."""
    if get_origin(annotation) is Annotated:
        return _bare(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        return _bare(get_args(annotation)[0])
    return annotation


def _fields(model: Any) -> list[str]:
    if not isinstance(model, type) or not issubclass(model, BaseModel):
        return []
    fields = [field.alias or name for name, field in model.model_fields.items()]
    return [name for name in fields if model is not Account or name != "name"]  # its name is its key


def texts_of(model: type[BaseModel], document: Document, base: Keys = ()) -> Iterator[Keys]:
    """The places in a document where a model wants a text per language, as far as the document has them."""
    for name, field in model.model_fields.items():
        keys = (*base, field.alias or name)
        if document.has(keys):
            yield from _texts_in(field.annotation, document, keys)


def _texts_in(annotation: Any, document: Document, keys: Keys) -> Iterator[Keys]:
    annotation, value = _bare(annotation), document.at(*keys)
    if annotation == Text:
        yield keys
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield from texts_of(annotation, document, keys)
    elif get_origin(annotation) is dict and isinstance(value, dict):
        for key in value:
            yield from _texts_in(get_args(annotation)[1], document, (*keys, key))
    elif get_origin(annotation) is tuple and isinstance(value, list):
        for number in range(len(value)):
            yield from _texts_in(get_args(annotation)[0], document, (*keys, number))
