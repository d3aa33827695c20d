"""Report: what evaluation found, for people (HTML, Markdown) and for programs (JSON, CSV), in English and French."""

from __future__ import annotations

from campaign_bot.evaluate import Evaluation
from campaign_bot.report import html, markdown, tables
from campaign_bot.report.annex import Annex, add
from campaign_bot.report.words import Speaker

FORMATS = {"html": html.render, "md": markdown.render, "json": tables.to_json, "csv": tables.to_csv}


def render(
    evaluation: Evaluation, *, format: str, language: str, annex: Annex | None = None  # noqa: A002 - what people call it
) -> str:  # fmt: skip
    """The report as one text. `format`: html, md, json or csv; `language`: en or fr. `annex`: what it ends with."""
    text = FORMATS[format](evaluation, language)
    if annex is None:
        return text
    return add(text, annex, format=format, speaker=Speaker(language, evaluation.campaign.region))
