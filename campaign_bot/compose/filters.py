"""What templates can do with values. Filters, in posts, alt texts and cards alike:

- `date`: `{{ item.day|date }}` (long), `|date("short")`, `"medium"`, `"full"`, or a pattern such as `"EEEE d MMMM"`.
  Takes dates, instants, `2027-03-04`, `2027-03` and `2027`. Says *1er mars* in French.
- `time`: `{{ slot|time }}`, as the language writes it: 14 h 30, 2:30 p.m.
- `number`: `{{ item.value|number }}`, `|number(2)` with two decimals: 35 000,50 and 35,000.50.
- `percent`: `{{ 2.8|percent }}` is 2,8 % and 2.8%: the value counts hundredths already.
- `link`: `{{ item.source.url|link }}`, also `{{ link("https://…") }}`: marked, and short if
  the campaign has a domain for that, so that clicks can be counted.
- `hashtag`: `{{ "données ouvertes"|hashtag }}` is #DonnéesOuvertes.

Spaces that must not break are U+00A0; U+202F is never written, because it weighs double on X.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import partial
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import regex
from babel import Locale, UnknownLocaleError, dates, numbers

STYLES = ("short", "medium", "long", "full")
#: CLDR's numbering systems that are in use beside 0 to 9, by their sign for zero.
ZEROS = {"arab": 0x0660, "arabext": 0x06F0, "beng": 0x09E6, "deva": 0x0966, "mymr": 0x1040, "tibt": 0x0F20}
_WORDS = regex.compile(r"[\p{L}\p{M}\p{N}]+")


@dataclass(frozen=True, slots=True)
class Tracking:
    """The UTM marks of one post: utm_source, utm_campaign and utm_content."""

    source: str
    campaign: str
    content: str


def filters(
    language: str, region: str, tracking: Tracking | None, shorten: Callable[[str], str] = str
) -> dict[str, Callable[..., Any]]:
    """The filters by name, in the locale of the language and region. Without `tracking`, `link` adds no marks."""
    locale = _locale(language, region)

    def link(url: object) -> str:
        return shorten(tracked(tracking, url))

    return {
        "date": partial(format_date, locale),
        "time": partial(format_time, locale),
        "number": partial(format_number, locale),
        "percent": partial(format_percent, locale),
        "link": link,
        "hashtag": hashtag,
    }


def format_date(locale: Locale, value: object, style: str = "long") -> str:
    """A date in words. `value` may be as rough as a year. Raises ValueError or TypeError where it is no date."""
    if isinstance(value, str) and (rough := regex.fullmatch(r"(\d{4})(?:-(\d\d))?", value.strip())):
        if rough[2] is None:
            return _written(rough[1], locale)
        month = date(int(rough[1]), int(rough[2]), 1)
        return _written(dates.format_skeleton("yMMMM", month, locale=locale), locale)
    if isinstance(value, str):
        value = _from_iso(value)
    if not isinstance(value, date):
        raise TypeError(f"`date` needs a date such as 2027-03-04, not {value!r}")
    if style in STYLES:
        day = value.date() if isinstance(value, datetime) else value
        return ordinal(_written(dates.format_date(day, style, locale=locale), locale), day, locale)
    if isinstance(value, datetime):
        return _written(dates.format_datetime(value, style, tzinfo=value.tzinfo, locale=locale), locale)
    return ordinal(_written(dates.format_date(value, style, locale=locale), locale), value, locale)


def format_time(locale: Locale, value: object) -> str:
    """A time of day, as the language writes it. Raises ValueError or TypeError where it is none."""
    if isinstance(value, str):
        value = _from_iso(value)
    if isinstance(value, datetime):
        value = value.time()
    if not isinstance(value, time):
        raise TypeError(f"`time` needs an instant such as `slot`, not {value!r}")
    return _written(dates.format_time(value, "short", locale=locale).replace(" ", "\u00a0"), locale)


def format_number(locale: Locale, value: object, decimals: int | None = None) -> str:
    """A number with the language's groups and decimal sign; as many decimals as it has, or as asked."""
    number = _number(value, "number")
    if decimals is None:
        return _written(
            numbers.format_decimal(number, locale=locale, decimal_quantization=False, numbering_system="default"),
            locale,
        )
    pattern = "#,##0" + ("." + "0" * decimals if decimals > 0 else "")
    return _written(numbers.format_decimal(number, format=pattern, locale=locale, numbering_system="default"), locale)


def format_percent(locale: Locale, value: object, decimals: int | None = None) -> str:
    """2.8 is 2.8%: the value counts hundredths."""
    number = _number(value, "percent")
    if decimals is None:
        return _written(
            numbers.format_percent(number / 100, locale=locale, decimal_quantization=False, numbering_system="default"),
            locale,
        )
    pattern = locale.percent_formats[None].pattern.replace("0", "0" + ("." + "0" * decimals if decimals > 0 else ""))
    return _written(
        numbers.format_percent(number / 100, format=pattern, locale=locale, numbering_system="default"), locale
    )


def tracked(tracking: Tracking | None, url: object) -> str:
    """The address with UTM marks at the end of its query. What is there already is kept, its own marks too."""
    if not isinstance(url, str) or not regex.match(r"https?://[^\s/]", url.strip()):
        raise ValueError(f"`link` needs an address that begins with https://, not {url!r}")
    parts = urlsplit(url.strip())
    if tracking is None:
        return url.strip()
    marks = {
        "utm_source": tracking.source,
        "utm_medium": "social",
        "utm_campaign": tracking.campaign,
        "utm_content": tracking.content,
    }
    present = {pair.partition("=")[0] for pair in parts.query.split("&")}
    added = [f"{name}={quote(value, safe='')}" for name, value in marks.items() if name not in present]
    query = "&".join([*([parts.query] if parts.query else []), *added])
    return urlunsplit(parts._replace(query=query))


def hashtag(words: object) -> str:
    """Words as one tag that screen readers can read: each begins with a capital, accents are kept."""
    found = _WORDS.findall(unicodedata.normalize("NFC", str(words)))
    if not any(regex.search(r"\p{L}", word) for word in found):
        raise ValueError(f"`hashtag` needs words, not {words!r}")
    return "#" + "".join(word[0].upper() + word[1:] for word in found)


def _locale(language: str, region: str) -> Locale:
    for name in (f"{language}_{region}", language):
        try:
            return Locale.parse(name)
        except UnknownLocaleError:
            continue
    return Locale("en")


def _from_iso(value: str) -> datetime | date:
    text = value.strip()
    return datetime.fromisoformat(text) if len(text) > 10 else date.fromisoformat(text)


def _number(value: object, name: str) -> Decimal:
    """Raises ValueError or TypeError where the value is no number."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        raise TypeError(f"`{name}` needs a number, not {value!r}")
    text = str(value).strip()
    if not regex.fullmatch(r"-?\d{1,30}(\.\d{1,30})?", text):
        raise ValueError(f"`{name}` needs a number such as 1500 or 2.8, not {value!r}")
    return Decimal(text)


def _written(text: str, locale: Locale) -> str:
    """The digits of the language and region, ٣ in Egypt: Babel chooses the signs between them, and leaves 0 to 9. Spaces
    that must not break are never the narrow ones."""
    zero = ZEROS.get(locale.default_numbering_system)
    text = text.replace("\u202f", "\u00a0")
    return text.translate({ord("0") + digit: zero + digit for digit in range(10)}) if zero else text


def ordinal(text: str, day: date, locale: Locale) -> str:
    """French says the first of a month as *1er*; Babel's data does not."""
    if locale.language != "fr" or day.day != 1:
        return text
    months = [names[day.month] for names in (locale.months["format"]["wide"], locale.months["format"]["abbreviated"])]
    return regex.sub(rf"\b1(?=\s(?:{'|'.join(map(regex.escape, months))}))", "1er", text)
