"""What templates can say beyond plain text: dates and numbers by language, links that can be counted, hashtags."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal, format_percent

from campaign_bot.library.files import Links

NARROW_SPACE, NO_BREAK_SPACE = "\u202f", "\u00a0"


def locale_of(language: str, region: str) -> Locale:
    """fr + CA -> fr_CA; the language alone where Babel knows no such pair."""
    try:
        return Locale(language, region)
    except ValueError:
        return Locale(language)


def language_filters(language: str, region: str) -> dict[str, Callable[..., Any]]:
    """`date`, `number`, `percent`, `hashtag`, `wrap` in one language."""
    locale = locale_of(language, region)

    def say_date(value: date | datetime | str, format: str = "long") -> str:  # noqa: A002 - what templates call it
        day = date.fromisoformat(value[:10]) if isinstance(value, str) else value
        return _spaces(format_date(day, format=format, locale=locale))

    def say_number(value: float) -> str:
        return _spaces(format_decimal(value, locale=locale))

    def say_percent(value: float) -> str:
        """45.5 -> 45.5% or 45,5 %: the value is in percent already."""
        return _spaces(format_percent(value / 100, format=_percent_pattern(locale), locale=locale, decimal_quantization=False))

    return {"date": say_date, "number": say_number, "percent": say_percent, "hashtag": hashtag, "wrap": wrap}


def hashtag(words: str) -> str:
    """données ouvertes -> #DonnéesOuvertes: each word is heard by a screen reader."""
    return "#" + "".join(word[:1].upper() + word[1:] for word in re.findall(r"\w+", words))


def wrap(text: str, characters: int) -> list[str]:
    """The text as lines of at most so many characters, for SVG. No-break spaces hold."""
    return textwrap.wrap(text, characters, break_long_words=False, break_on_hyphens=False)


def linker(links: Links, *, campaign: str, network: str, series: str) -> Callable[[str], str]:
    """`link(url)`: the URL with UTM parameters, so that visits can be counted by network and series."""

    def link(url: str) -> str:
        if not links.utm:
            return url
        parts = urlsplit(url)
        query = [(key, value) for key, value in parse_qsl(parts.query, keep_blank_values=True) if not key.startswith("utm_")]
        query += [("utm_source", network), ("utm_medium", "social"), ("utm_campaign", links.campaign or campaign)]
        query += [("utm_content", series)] if series else []
        return urlunsplit(parts._replace(query=urlencode(query)))

    return link


def _percent_pattern(locale: Locale) -> str:
    return str(locale.percent_formats[None]).replace("#,##0", "#,##0.###")


def _spaces(text: str) -> str:
    """Canadian French groups digits with U+00A0; the narrow U+202F weighs double on X."""
    return text.replace(NARROW_SPACE, NO_BREAK_SPACE)
