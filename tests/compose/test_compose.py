"""Composing: the longest version that fits, nothing cut, templates in a sandbox, errors with their place."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_bot.compose import Composition, Room, Takes, compose
from campaign_bot.compose.templates import render, split
from campaign_bot.errors import ContentError
from campaign_bot.library.load import load
from tests.campaigns import write_campaign

ROOM = Room(("image/png", "image/jpeg"), 5_000_000)
SLOT = datetime(2027, 1, 18, 17, tzinfo=UTC)
VERSIONS = "{{ item.text }} and a long tail that says a good deal more\n--- shorter ---\n{{ item.text }}\n"


def composed(
    directory: Path, files: dict[str, str] | None = None, *, limit: int = 500, account: str = "mastodon-en"
) -> Composition:
    library, problems = load(write_campaign(directory, **(files or {})), networks=("x", "mastodon", "bluesky"))
    assert library is not None, problems
    series = library.series["facts"]
    return compose(
        library, series, series.rows[0], library.account(account),
        slot=SLOT, days_left=None, takes=Takes("It", len, limit, frozenset({"poll", "thread"}), ROOM),
    )  # fmt: skip


def test_the_longest_version_that_fits_is_taken(tmp_path: Path) -> None:
    template = {"content/series/facts/post.en.j2": VERSIONS}
    long = composed(tmp_path, template)
    assert (long.version, long.content.parts[0].text) == (
        0, "The first fact of all. and a long tail that says a good deal more",
    )  # fmt: skip
    short = composed(tmp_path, template, limit=40)
    assert (short.version, short.content.parts[0].text) == (1, "The first fact of all.")


def test_nothing_is_cut_where_nothing_fits(tmp_path: Path) -> None:
    found = composed(tmp_path, {"content/series/facts/post.en.j2": VERSIONS}, limit=5)
    assert found.content.parts[0].text == "The first fact of all."
    assert found.length > 5


def test_a_line_of_dashes_starts_the_next_part(tmp_path: Path) -> None:
    found = composed(tmp_path, {"content/series/facts/post.en.j2": "One.\n---\nTwo.\n---\nThree.\n"})
    assert [part.text for part in found.content.parts] == ["One.", "Two.", "Three."]
    assert [len(part.media) for part in found.content.parts] == [1, 0, 0]


def test_a_networks_own_wording_wins(tmp_path: Path) -> None:
    own = {"content/series/facts/post.x.en.j2": "For X."}
    assert composed(tmp_path, own, account="x-en").content.parts[0].text == "For X."
    assert composed(tmp_path, own).content.parts[0].text != "For X."


def test_the_same_files_give_the_same_bytes(tmp_path: Path) -> None:
    assert composed(tmp_path).content.sha256 == composed(tmp_path).content.sha256


@pytest.mark.parametrize(
    ("template", "line", "column", "said"),
    [
        ("fine\n{{ item.nothing }}", 2, 9, "nothing"),
        ("{{ item.text|number }}", 1, 14, "number"),
        ("\n\n{{ link('ftp://x') }}", 3, 4, "https://"),
        ("{{ ''.__class__.__mro__ }}", 1, 1, "__class__"),
        ("{% for a in range(10**9) %}x{% endfor %}", 1, 1, ""),
        ("{{ 'x' * 10**10 }}", 1, 1, ""),
    ],
)
def test_a_template_error_has_its_place(tmp_path: Path, template: str, line: int, column: int, said: str) -> None:
    with pytest.raises(ContentError) as caught:
        composed(tmp_path, {"content/series/facts/post.en.j2": template})
    (problem,) = caught.value.problems
    assert problem.place == f"content/series/facts/post.en.j2:{line}:{column}"
    assert said in problem.message


# U+E000 and U+E001 (private use, no letters of anybody's) are how the templates' separators travel: they are taken out.
@given(st.text(st.characters(exclude_characters="\ue000\ue001"), max_size=200))
def test_no_text_of_an_item_can_become_code(text: str) -> None:
    shown = render("post.en.j2", "{{ item.text }}", {"item": {"text": text}}, extra={})
    assert "".join(shown.split()) == "".join(text.split()) or "\x00" in text


def test_an_item_cannot_start_a_part() -> None:
    assert render("post.en.j2", "{{ item.text }}", {"item": {"text": "a\ue000b\ue001"}}, extra={}) == "ab"


@given(
    st.lists(
        st.lists(st.text(alphabet="abc ", min_size=1, max_size=20), min_size=1, max_size=4), min_size=1, max_size=3
    )
)
def test_parts_and_versions_keep_every_word(versions: list[list[str]]) -> None:
    template = "\n--- shorter ---\n".join("\n---\n".join(parts) for parts in versions)
    found = split(render("post.en.j2", template, {}, extra={}))
    words = [[word for part in version.parts for word in part.split()] for version in found]
    assert [one for one in words if one] == [kept for parts in versions if (kept := " ".join(parts).split())]
