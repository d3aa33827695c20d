"""`campaign-bot cards`: pictures and captions to carry by hand."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from tests.cli.conftest import Run


def test_cards_come_in_three_shapes_and_two_languages_with_their_caption(campaign: Path, run: Run) -> None:
    card = campaign / "content/cards/fact.svg.j2"
    card.write_text(
        card.read_text("utf-8").replace(
            'width="1200" height="675"', 'width="{{ card.width }}" height="{{ card.height }}"'
        )
    )
    assert run("cards", "--until", "2027-01-18").code == 0
    assert {file.name for file in (campaign / "cards").iterdir()} == {
        f"facts-2027-01-18.{language}.{end}"
        for language in ("en", "fr")
        for end in ("wide.png", "square.png", "story.png", "txt")
    }
    with Image.open(campaign / "cards/facts-2027-01-18.fr.story.png") as picture:
        assert picture.size == (1080, 1920)
    caption = (campaign / "cards/facts-2027-01-18.fr.txt").read_text("utf-8")
    assert caption.startswith("Le premier fait de tous.\n")
    assert "utm_source=instagram" in caption
    assert caption.endswith("Texte de remplacement\u00a0: Une carte dit\u00a0: Le premier fait de tous.\n")


def test_a_card_that_has_no_such_shape_is_one_clear_problem(campaign: Path, run: Run) -> None:
    ran = run("cards", "--shape", "square")
    assert ran.code == 1
    assert "content/cards/fact.svg.j2:1" in ran.err and "1080 × 1080" in ran.err
    assert run("cards", "--shape", "wide", "--language", "en", "--json").json[0]["shape"] == "wide"


def test_strange_wishes_are_said(campaign: Path, run: Run) -> None:
    assert "Did you mean `facts`" in run("cards", "--series", "fact").err
    assert run("cards", "--language", "de").code == 2
    (campaign / "blocked").write_text("a file")
    assert "Choose another place" in run("cards", "--shape", "wide", "--out", "blocked").err
