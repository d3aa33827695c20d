"""How the report speaks: words, numbers and dates in English and French. The words themselves are in `texts.py` and
`sentences.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Self

from babel import Locale
from babel.dates import format_date, get_day_names
from babel.numbers import format_currency, format_decimal

from campaign_bot.bilingual import N, together, typeset
from campaign_bot.compose.filters import ordinal
from campaign_bot.report.methods import METHODS
from campaign_bot.report.sentences import SENTENCES
from campaign_bot.report.texts import WORDS

#: No rate is written with more decimals.
SMALLEST = 6
#: From so many times on a change is told in times, not in percent. Less of a change than the other is none.
MANY_TIMES, NOTHING = 3, 1e-4
#: Ages are told in the largest of these that leaves no rest. In minutes.
_UNITS = ((1440, ("day", "jour")), (60, ("hour", "heure")), (1, ("minute", "minute")))


class Numeral(str):
    """A number as it is written, or the word for one that is not known. It knows whether what it counts is one or several:
    `{posts:post|posts}` in a sentence is the word that goes with it."""

    one: bool

    def __new__(cls, text: str, *, one: bool) -> Self:
        made = super().__new__(cls, text)
        made.one = one
        return made

    def __format__(self, words: str) -> str:
        if "|" not in words:
            return super().__format__(words)
        one, several = words.split("|")
        return one if self.one else several


class Speaker:
    """Words, numbers and dates in one language."""

    def __init__(self, language: str, region: str = "CA") -> None:
        self.language = language
        self._french = language == "fr"
        self._locale = f"{language}_{region}" if region in ("CA", "FR", "US", "GB") else language

    @property
    def colon(self) -> str:
        """With the space that French puts before it."""
        return f"{N}:" if self._french else ":"

    def word(self, name: str) -> str:
        return self._typed(WORDS[name][self._french])

    def labelled(self, label: str, value: str) -> str:
        """Likes: 12"""
        text = f"{label}{self.colon} {value}"
        return together(text) if self._french else text

    def sentence(self, name: str, **values: object) -> str:
        return self._filled(SENTENCES[name], values)

    def methods(self, **values: object) -> list[str]:
        return [self._filled(pair, values) for pair in METHODS]

    def number(self, value: float | None, digits: int = 0) -> Numeral:
        """As people write it; what is unknown is said to be so, never 0."""
        if value is None:
            return Numeral(self.word("not_told"), one=False)
        value = round(value, digits)
        text = format_decimal(value, format="#,##0." + "#" * digits if digits else "#,##0", locale=self._locale)
        return Numeral(text.replace("\u202f", N).replace("-", "\u2212"), one=self._is_one(value))

    def count(self, value: int, noun: str) -> str:
        """1 block, 2 blocks."""
        return f"{self.number(value)}{N if self._french else ' '}{self.word(noun)}{'' if self._is_one(value) else 's'}"

    def _is_one(self, value: float) -> bool:
        """French has no plural below two: 0 bloc, 1,5 bloc."""
        return abs(value) < 2 if self._french else abs(value) == 1

    def rate(self, value: float) -> str:
        """Two decimals, so that a column of them can be compared; a small one that is not 0 is not written as 0."""
        digits = 2
        while 0 < abs(value) < 0.5 * 10**-digits and digits < SMALLEST:
            digits += 1
        text = format_decimal(round(value, digits), format=f"#,##0.{'0' * digits}", locale=self._locale)
        return text.replace("\u202f", N).replace("-", "\u2212")

    def rounded(self, value: float) -> str:
        """A number in sentences: three digits that count are enough."""
        digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
        return self.number(value, digits)

    def percent(self, value: float | None, digits: int = 0) -> str:
        """Of a value that is in percent already."""
        if value is None:
            return self.word("not_told")
        return f"{self.number(value, digits)}{N if self._french else ''}%"

    def change(self, ratio: float) -> str:
        """1.3: 30% more; 0.8: 20% less; from 3 on: 3 times as much. What is not quite the same is not called the same: an
        interval that leaves “the same” out is a sure difference."""
        if ratio >= MANY_TIMES:
            return self.sentence("times", times=self.number(ratio, 1))
        percent = round(abs(ratio - 1) * 100)
        if abs(ratio - 1) < NOTHING:
            return self.word("same")
        amount = self.percent(percent) if percent else self.sentence("under", percent=self.percent(1))
        return self.sentence("more" if ratio > 1 else "less", percent=amount)

    def than(self, ratio: float) -> str:
        """The word after such a change: “more than”, but “times as much as”."""
        return self.sentence("as" if ratio >= MANY_TIMES else "than")

    def money(self, value: float | None) -> str:
        """US dollars, which are what the networks charge."""
        if value is None:
            return self.word("not_told")
        return format_currency(value, "USD", locale=self._locale).replace("\u202f", N)

    def date(self, value: date | datetime) -> str:
        text = format_date(value, format="long", locale=self._locale).replace("\u202f", N)
        return ordinal(text, value, Locale.parse(self._locale))

    def week(self, iso: str) -> str:
        """2027-W03 as people say it."""
        year, _, number = iso.partition("-W")
        return self.sentence("week", year=year, week=int(number))

    def listed(self, some: Sequence[str]) -> str:
        """a, b and c"""
        *others, last = some
        return f"{', '.join(others)} {self.word('and')} {last}" if others else last

    def signed(self, value: int | None) -> str:
        """A change: +442, −3."""
        return f"{'+' if value and value > 0 else ''}{self.number(value)}"

    def weekday(self, number: int) -> str:
        """0 is Monday."""
        return str(get_day_names("wide", locale=self._locale)[number])

    def age(self, value: timedelta | None) -> str:
        if value is None:
            return self.word("not_told")
        minutes = round(value.total_seconds() / 60)
        size, unit = next(one for one in _UNITS if (minutes and minutes % one[0] == 0) or one[0] == 1)
        number = minutes // size
        return f"{number}{N}{unit[self._french]}{'' if self._is_one(number) else 's'}"

    def _filled(self, pair: tuple[str, str], values: Mapping[str, object]) -> str:
        text = self._typed(pair[self._french]).format(**values)
        return together(text) if self._french else text

    def _typed(self, text: str) -> str:
        """French no-break spaces, where plain ones were typed."""
        return typeset(text) if self._french else text
