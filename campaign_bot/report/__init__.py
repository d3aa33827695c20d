"""Report: what evaluation found, for people (HTML, Markdown) and for programs (JSON, CSV), in English and French."""

from __future__ import annotations

from collections.abc import Sequence

from campaign_bot.evaluate import Evaluation
from campaign_bot.report import html, markdown, tables
from campaign_bot.report.annex import Annex, add
from campaign_bot.report.words import Speaker

FORMATS = {"html": html.render, "md": markdown.render, "json": tables.to_json, "csv": tables.to_csv}


def render(
    evaluation: Evaluation, *, format: str, language: str | Sequence[str], annex: Annex | None = None  # noqa: A002 - what people call it
) -> str:  # fmt: skip
    """The report as one text. `format`: html, md, json or csv; `language`: en, fr, or both in their order. `annex`:
    what it ends with."""
    languages = [language] if isinstance(language, str) else list(language)
    text = FORMATS[format](evaluation, languages)
    for one in languages if annex is not None and format != "json" else languages[:1]:
        if annex is not None:
            text = add(text, annex, format=format, speaker=Speaker(one, evaluation.campaign.region))
    return text
