"""Cards: text that fits, can be read and is in the font; three shapes; the same bytes each time."""

from __future__ import annotations

import hashlib
import io
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from campaign_bot.compose import SHAPES, ShapeName, render_card
from campaign_bot.compose.card_faults import contrast
from campaign_bot.compose.lettering import LEADING, fit, missing_letters, text_width
from campaign_bot.errors import ContentError


def svg(inside: str, background: str = "#123") -> str:
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="{{ card.width }}" height="{{ card.height }}"'
        f' font-family="Liberation Sans"><rect width="100%" height="100%" fill="{background}"/>{inside}</svg>'
    )


def text(words: str = "Hello", attributes: str = "", fill: str = "#fff", size: int = 60, x: int = 80) -> str:
    return f'<text x="{x}" y="300" font-size="{size}" fill="{fill}" {attributes}>{words}</text>'


def refused(inside: str, **more: Any) -> str:
    with pytest.raises(ContentError) as caught:
        render_card(svg(inside, **more), {}, file="content/cards/a.svg.j2")
    (problem,) = caught.value.problems
    assert (problem.file, problem.rule) == ("content/cards/a.svg.j2", "card")
    assert problem.advice
    return problem.message


@pytest.mark.parametrize("shape", list(SHAPES))
def test_a_card_has_the_pixels_of_its_shape_and_the_same_bytes_each_time(shape: ShapeName) -> None:
    first, second = (render_card(svg(text()), {}, shape=shape) for _ in range(2))
    assert hashlib.sha256(first).digest() == hashlib.sha256(second).digest()
    with Image.open(io.BytesIO(first)) as picture:
        assert picture.size == (SHAPES[shape].width, SHAPES[shape].height)


@pytest.mark.parametrize(
    "inside",
    [
        text("Edge", size=60, x=1030),  # 157 pixels wide
        text("Edge", 'text-anchor="end"', x=1190),
        text("Half " * 9, 'text-anchor="middle"', x=600),
        '<g font-size="40" fill="white"><text y="100"><tspan x="80">One</tspan><tspan x="80" dy="50">Two</tspan></text></g>',
        '<text x="80" y="300" style="font-size: 60px; fill: rgb(255, 255, 255)">Style</text>',
        text("Élus à l’œuvre\u00a0: «\u00a035\u00a0000\u00a0$\u00a0»", size=40),
        '<g transform="rotate(20)"><rect x="300" y="20" width="40" height="40" fill="#fff"/></g>' + text(),
    ],
)
def test_text_that_fits_and_can_be_read_is_drawn(inside: str) -> None:
    assert render_card(svg(inside), {}).startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("inside", "said"),
    [
        (text("Too far", x=1100), "leaves the card by"),
        (text("Too far", 'text-anchor="middle"', x=60), "leaves the card by"),
        ('<text y="40" font-size="40" fill="#fff"><tspan x="80" dy="640">Low</tspan></text>', "leaves the card by"),
        ('<text y="20" x="80" font-size="60" fill="#fff">High</text>', "leaves the card by"),
        (text("Grey", fill="#567"), "contrast"),
        (text("Default black", fill="black"), "contrast"),
        ('<rect x="60" y="200" width="200" height="150" fill="#eee"/>' + text("White on light"), "contrast"),
        (text("Faint", 'fill-opacity="0.3"'), "contrast"),
        ('<g opacity="0.4">' + text("Faint") + "</g>", "contrast"),
        (text("Gradient", fill="url(#g)"), "cannot be judged"),
        (text("Hi 🎉"), "has no “🎉”"),
        (text("مرحبا"), "has no"),
        (text("Tea\u202fTime"), "has no"),
        ('<g transform="translate(10 10)">' + text() + "</g>", "moved by a transform"),
        ("<style>.a { fill: #fff }</style>" + text(), "<style>"),
        (text("Other", 'style="font-family: Papyrus"'), "Papyrus"),
        ('<image href="https://example.org/a.png" width="9" height="9"/>' + text(), "fetches"),
        (text(size=60).replace('font-size="60"', 'font-size="3em"'), "3em"),
    ],
)
def test_what_would_be_cut_unread_or_missing_is_refused(inside: str, said: str) -> None:
    assert said in refused(inside)


def test_a_card_of_one_size_cannot_have_another_shape() -> None:
    fixed = svg(text()).replace("{{ card.width }}", "1200").replace("{{ card.height }}", "675")
    assert render_card(fixed, {})
    with pytest.raises(ContentError, match="1080 × 1080"):
        render_card(fixed, {}, shape="square")


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.sampled_from(["open", "gouvernement", "à", "35\u00a0000", "—", "WWW", "iii"]), min_size=1, max_size=30)
)
def test_fitted_text_stays_in_its_box_and_keeps_every_word(words: list[str]) -> None:
    try:
        box = fit(" ".join(words), 900, 300, 72, 20)
    except ValueError as error:
        assert "does not fit" in str(error)
        return
    assert " ".join(box.lines).split(" ") == words
    assert len(box.lines) * box.size * LEADING <= 300
    assert all(text_width(line) * box.size / 1000 <= 900 for line in box.lines)


def test_widths_are_no_smaller_than_what_is_drawn() -> None:
    for words in ("The quick brown fox jumps", "ŒUVRE ÉLÈVE ÇA", "1234567890 %$€", "Mmm@@WW…"):
        picture = Image.open(io.BytesIO(render_card(svg(text(words, x=20, size=40), background="#000"), {}))).convert(
            "L"
        )
        left, _, right, _ = picture.getbbox() or (0, 0, 0, 0)
        assert right - left <= text_width(words) * 40 / 1000


def test_contrast_is_that_of_wcag() -> None:
    assert round(contrast((255, 255, 255), (0, 0, 0)), 2) == 21
    assert round(contrast((0x76, 0x76, 0x76), (255, 255, 255)), 2) == 4.54  # the best known grey


def test_the_letters_of_both_languages_are_there() -> None:
    assert missing_letters("«\u00a0Où? À Noël, l’œuvre coûte 5\u00a0%…\u00a0» “Yes” – ÉÈÊËÎÏÔÙÛÜŸÇŒÆ €") == ""
    assert missing_letters("a → b ✓") == "✓"
