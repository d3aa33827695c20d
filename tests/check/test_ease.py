"""How easy texts are to read: syllables, and the three measures by figures that are worked out by hand."""

from __future__ import annotations

import pytest

from campaign_bot.check.ease import measured, syllables

ENGLISH = {
    "open": 2, "government": 3, "participation": 5, "people": 2, "idea": 3, "created": 3, "voted": 2, "asked": 1, "youth": 1, "commitments": 3,
    "voices": 2, "changes": 2, "society": 4, "used": 1, "useful": 2, "co-create": 3, "accountability": 6, "being": 2, "Canada’s": 3, "someone": 2,
    "experience": 4, "media": 3, "social": 2, "usually": 4, "international": 5, "15": 1,
}  # fmt: skip
FRENCH = {
    "ouvert": 2, "gouvernement": 4, "jeunes": 1, "idées": 2, "créer": 2, "parlent": 1, "données": 2, "responsabilité": 6, "quelque": 1, "voix": 1,
    "l’école": 2, "aujourd’hui": 3, "européenne": 4, "voyez": 2, "naïf": 2, "réunion": 3, "table": 1, "coopérer": 4, "fin": 1,
}  # fmt: skip


@pytest.mark.parametrize(("language", "words"), [("en", ENGLISH), ("fr", FRENCH)])
def test_syllables_are_counted_as_they_are_said(language: str, words: dict[str, int]) -> None:
    assert {word: syllables(word, language) for word in words} == words


def test_measures_are_those_of_their_authors() -> None:
    # 6 words, 2 sentences, 9 syllables, 2 words of more than six letters
    english = measured(["Open government works. We decide together. https://a.ca #OpenGov"], "en")
    assert (len(english.words), english.sentences) == (6, 2)
    assert english.lix == pytest.approx(6 / 2 + 100 * 2 / 6)
    assert english.grade == pytest.approx(0.39 * 3 + 11.8 * (2 + 3 + 1 + 1 + 2 + 3) / 6 - 15.59)
    # 6 words (35 000 is one), 1 sentence, 9 syllables
    french = measured(["Les 35\u00a0000 jeunes écoutent le Canada."], "fr")
    assert (len(french.words), french.sentences) == (6, 1)
    assert french.ease == pytest.approx(207 - 1.015 * 6 - 73.6 * (1 + 1 + 1 + 2 + 1 + 3) / 6)
