"""Report: what evaluation found, for people (HTML, Markdown) and for programs (JSON, CSV), in English and French."""

from __future__ import annotations

from campaign_bot.evaluate import Evaluation
from campaign_bot.report import html, markdown, tables

FORMATS = {"html": html.render, "md": markdown.render, "json": tables.to_json, "csv": tables.to_csv}


def render(evaluation: Evaluation, *, format: str, language: str) -> str:  # noqa: A002 - what people call it
    """The report as one text. `format`: html, md, json or csv; `language`: en or fr."""
    return FORMATS[format](evaluation, language)
