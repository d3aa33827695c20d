"""The public page: static, without scripts, one file a language. What was posted, what it cost, what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from campaign_bot.library.files import Library
from campaign_bot.opendata.package import LICENCES, METHOD
from campaign_bot.opendata.progress import Progress
from campaign_bot.opendata.tables import DataTable
from campaign_bot.opendata.words import Teller

LANGUAGES = ("en", "fr")


def render(
    found: Progress,
    library: Library,
    tables: Sequence[DataTable],
    rows: Mapping[str, int],
    *,
    language: str,
    simulated: bool,
    now: datetime,
) -> str:
    campaign = library.campaign
    over = now.astimezone(ZoneInfo(campaign.timezone)).date() > campaign.ends
    teller = Teller(language, campaign.region, over=over)
    licence, address = LICENCES[campaign.open_data.licence]
    return _environment().get_template("page.html.j2").render(
        t=teller, say=teller.say, number=teller.number, found=found, language=language,
        other="fr" if language == "en" else "en", other_word=Teller("fr" if language == "en" else "en", "CA").say("language"),
        name=teller.text(campaign.name)[0], goal=teller.text(campaign.goal)[0], simulated=simulated, now=now,
        texts={post.name: post.text for _, posts in found.series for post in posts},
        titles={series.id: teller.text(series.file.title)[0] for series in library.series.values()},
        networks=_listed([teller.network(one.network) for one in found.networks], language),
        engagements=sum(one.engagements or 0 for one in found.networks) if any(one.read for one in found.networks) else None,
        usd=sum(usd for *_, usd in found.spending), tables=tables, rows=rows, method=METHOD[language],
        own_outcomes=campaign.outcomes, licence=licence[language], licence_address=address,
        publisher=teller.text(campaign.open_data.publisher)[0], contact=campaign.open_data.contact,
    )  # fmt: skip


def front(library: Library, *, simulated: bool) -> str:
    """The choice of a language, for who comes to the directory itself."""
    campaign = library.campaign
    names = {language: Teller(language, campaign.region).text(campaign.name)[0] for language in LANGUAGES}
    titles = {language: Teller(language, campaign.region).say("title") for language in LANGUAGES}
    words = {language: Teller(language, campaign.region).say("language") for language in LANGUAGES}
    return (
        _environment()
        .get_template("front.html.j2")
        .render(names=names, titles=titles, words=words, simulated=simulated)
    )


def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("campaign_bot.opendata"), undefined=StrictUndefined,
        autoescape=select_autoescape(default=True), trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip


def _listed(names: Sequence[str], language: str) -> str:
    """X, Mastodon and Bluesky; X, Mastodon et Bluesky."""
    if len(names) < 2:
        return "".join(names) or "–"
    return f"{', '.join(names[:-1])} {'et' if language == 'fr' else 'and'} {names[-1]}"
