"""Small campaigns, written as a person would write them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

Write = Callable[[Mapping[str, str | bytes | None]], Path]

#: A campaign in which nothing is wrong. Tests change one file of it.
GOOD: dict[str, str] = {
    "content/campaign.yaml": """\
id: spring
name: {en: Spring, fr: Printemps}
goal: {en: Say it, fr: Le dire}
starts: 2027-01-04
ends: 2027-02-28
timezone: America/Toronto
languages: [en, fr]
priorities:
  impact: {en: Impact, fr: Impact}
accounts:
  mastodon-en: {network: mastodon, language: en}
  mastodon-fr: {network: mastodon, language: fr}
  x-en: {network: x, language: en}
""",
    "content/data/facts.yaml": """\
- id: half
  text: {en: "50% of people", fr: "50 % des gens"}
  options: {en: ["Yes", "No"], fr: [Oui, Non]}
  day: 2027-02-01
  source: {title: A report, url: "https://example.org", date: 2023}
- id: words
  text: {en: No figure, fr: Aucun chiffre}
  options: {en: [A, B], fr: [A, B]}
  day: 2027-02-02
- id: third
  text: {en: Again, fr: Encore}
  options: {en: [A, B], fr: [A, B]}
  day: 2027-02-03
""",
    "content/data/commitments.yaml": """\
- id: impact-1
  text: {en: Do it, fr: Le faire}
""",
    "content/series/did-you-know/series.yaml": """\
title: {en: Did you know, fr: Le saviez-vous}
purpose: {en: Curiosity, fr: Curiosité}
priority: impact
commitments: [impact-1]
items: {data: facts}
""",
    "content/series/did-you-know/post.en.j2": "{{ item.text }}",
    "content/series/did-you-know/post.fr.j2": "{{ item.text }}",
    "schedules/weekly.yaml": """\
mondays:
  series: did-you-know
  accounts: [mastodon-en, mastodon-fr]
  when: {cron: "0 12 * * mon"}
""",
}


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write the good campaign with some files changed (None: left out), and return its directory."""

    def write_files(files: Mapping[str, str | bytes | None]) -> Path:
        for name, text in {**GOOD, **files}.items():
            if text is None:
                continue
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return tmp_path

    return write_files
