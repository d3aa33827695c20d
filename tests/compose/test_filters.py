"""Filters in French and English: dates, numbers, links, tags."""

from __future__ import annotations

from datetime import date, datetime
from urllib.parse import parse_qsl, urlsplit

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from campaign_bot.compose.filters import Tracking, filters
from campaign_bot.compose.templates import render

EN, FR = filters("en", "CA", None), filters("fr", "CA", None)
TRACKING = Tracking("mastodon", "open-government", "facts-2027-01-18")


@pytest.mark.parametrize(
    ("name", "value", "more", "english", "french"),
    [
        ("date", date(2027, 3, 4), (), "March 4, 2027", "4\u00a0mars\u00a02027"),
        ("date", date(2027, 3, 1), (), "March 1, 2027", "1er mars 2027"),
        ("date", "2027-03", (), "March 2027", "mars 2027"),
        ("date", "2027", (), "2027", "2027"),
        ("date", date(2027, 3, 4), ("EEEE d MMMM",), "Thursday 4 March", "jeudi 4 mars"),
        ("time", datetime(2027, 3, 4, 14, 30), (), "2:30 p.m.", "14 h 30"),
        ("number", 35000, (), "35,000", "35 000"),
        ("number", "35000.5", (2,), "35,000.50", "35 000,50"),
        ("percent", 2.8, (), "2.8%", "2,8 %"),
    ],
)
def test_as_each_language_writes_it(
    name: str, value: object, more: tuple[object, ...], english: str, french: str
) -> None:
    def plain(text: str) -> str:
        return text.replace("\u00a0", " ")

    assert plain(EN[name](value, *more)) == plain(english)
    assert plain(FR[name](value, *more)) == plain(french)


@pytest.mark.parametrize(
    ("name", "value"),
    [("date", "soon"), ("date", 12), ("time", "noon"), ("number", "many"), ("number", True), ("percent", None),
     ("link", "example.org"), ("link", "javascript:alert(1)"), ("hashtag", "…")],
)  # fmt: skip
def test_what_is_not_one_is_refused_in_words(name: str, value: object) -> None:
    with pytest.raises((ValueError, TypeError), match=r"\w"):
        EN[name](value)


def test_one_template_speaks_the_language_and_knows_the_links_of_each_post() -> None:
    noted: list[str] = []

    def note(url: str) -> str:
        noted.append(url)
        return f"{url}/{len(noted)}"

    source = '{{ 35000.5|number }} {{ link("https://a.example") }} {{ "https://b.example"|link }}'
    said = [render("post.j2", source, {}, extra=filters(language, "CA", None, note)) for language in ("en", "fr", "en")]
    assert said == [
        "35,000.5 https://a.example/1 https://b.example/2",
        "35\u00a0000,5 https://a.example/3 https://b.example/4",
        "35,000.5 https://a.example/5 https://b.example/6",
    ]


def test_spaces_never_break_inside_a_number_and_never_weigh_double() -> None:
    for text in (FR["number"](1234567), FR["percent"](12.5), FR["time"](datetime(2027, 3, 4, 14, 30))):
        assert " " not in text
        assert "\u202f" not in text


@given(
    st.from_regex(
        r"https://[a-z]{1,10}\.example(/[a-z0-9%\-]{0,8}){0,3}(\?[a-z]=[a-z0-9]{0,5}(&utm_source=own)?)?(#[a-z]{1,5})?",
        fullmatch=True,
    )
)
def test_a_marked_link_leads_where_it_led(url: str) -> None:
    link = filters("en", "CA", TRACKING)["link"]
    marked, before = urlsplit(link(url)), urlsplit(url)
    assert (marked.scheme, marked.netloc, marked.path, marked.fragment) == (
        before.scheme, before.netloc, before.path, before.fragment,
    )  # fmt: skip
    query = parse_qsl(marked.query, keep_blank_values=True)
    assert query[: len(parse_qsl(before.query, keep_blank_values=True))] == parse_qsl(
        before.query, keep_blank_values=True
    )
    names = [name for name, _ in query]
    assert all(names.count(f"utm_{one}") == 1 for one in ("source", "medium", "campaign", "content"))
    assert link(link(url)) == link(url)


@given(st.text(min_size=1, max_size=60))
def test_a_hashtag_is_one_word(words: str) -> None:
    try:
        tag = EN["hashtag"](words)
    except ValueError:
        return
    assert regex.fullmatch(r"#[\p{L}\p{M}\p{N}]+", tag)


def test_hashtags_can_be_read_out() -> None:
    assert FR["hashtag"]("données ouvertes") == "#DonnéesOuvertes"
    assert EN["hashtag"]("open gov 2027") == "#OpenGov2027"
