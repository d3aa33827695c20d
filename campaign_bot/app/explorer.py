"""What Datasette is told about the database: titles, words for every column, questions that people ask. Both languages."""

from __future__ import annotations

from html import escape
from textwrap import dedent, indent
from typing import Any
from urllib.parse import quote

from campaign_bot.library.files import CampaignFile
from campaign_bot.privacy import Text, stored
from campaign_bot.store.schema import columns_of, schema

SIMULATED = "SIMULATED · SIMULÉ"
WELCOME: Text = {
    "en": "Everything that the campaign keeps, to look at: nothing here can be changed. Begin with a question, or with one of"
    " the views; docs/data.md says what to know before you count.",
    "fr": "Tout ce que la campagne conserve, à consulter\u00a0: rien ne peut y être modifié. Commencez par une question, ou par"
    " une des vues; docs/data.md dit ce qu’il faut savoir avant de compter.",
}
#: Of the tables, those that say more than the views do; the others are a click further.
SHOWN = ("post", "delivery", "snapshot", "event")
LANGUAGES = {"en": "English", "fr": "Français"}
#: How the columns of answers are called in French.
FRENCH = {
    "network": "réseau", "language": "langue", "posts": "publications", "deliveries": "envois", "engagements": "réactions", "per_delivery": "par envoi",
    "impressions": "affichages", "rank": "rang", "post": "publication", "account": "compte",
    "followers_when_sent": "abonnés à l’envoi", "per_100_followers": "pour 100 abonnés", "url": "adresse", "series": "série",
    "replies_per_delivery": "réponses par envoi", "age_hours": "âge (h)", "state": "état", "due": "prévue", "sent": "parue",
    "late_s": "retard (s)", "reason": "motif", "reading": "relevé", "readings": "nombre de relevés", "label": "réponse",
    "votes": "votes", "percent": "pour cent", "month": "mois", "action": "opération", "times": "nombre", "usd": "dollars américains",
    "week": "semaine", "source": "source", "name": "nom", "count": "nombre", "target": "cible", "people": "personnes",
    "machines": "machines",
}  # fmt: skip
#: Its address in English and in French, the question, the SQL. They read documented views only; a test runs each.
QUESTIONS: dict[tuple[str, str], tuple[Text, str]] = {
    ("by-network", "par-reseau"): (
        {"en": "How do people engage, by network and language, a day after a post?",
         "fr": "Comment les gens réagissent-ils, par réseau et par langue, un jour après une publication?"},
        """
        select network, language, count(*) as deliveries, sum(engagements) as engagements,
               round(avg(engagements), 1) as per_delivery, sum(impressions) as impressions
          from engagement where age_hours = 24 group by network, language order by per_delivery desc
        """,
    ),
    ("best-posts", "meilleures-publications"): (
        {"en": "On each network, which posts engaged most per 100 followers, a day after the post?",
         "fr": "Sur chaque réseau, quelles publications ont suscité le plus de réactions pour 100 abonnés, un jour après?"},
        """
        select network, rank, post, account, engagements, followers_when_sent, per_100_followers, url from (
          select *, round(100.0 * engagements / followers_when_sent, 2) as per_100_followers,
                 row_number() over (
                   partition by network order by 1.0 * engagements / followers_when_sent desc, post) as rank
            from engagement where age_hours = 24 and followers_when_sent > 0 and engagements is not null)
         where rank <= 10 order by network, rank
        """,
    ),
    ("series-replies", "reponses-par-serie"): (
        {"en": "Which series got most replies per delivery?", "fr": "Quelles séries ont eu le plus de réponses par envoi?"},
        """
        select series, language, count(*) as deliveries, round(avg(replies), 1) as replies_per_delivery
          from engagement where age_hours = 24 group by series, language order by replies_per_delivery desc
        """,
    ),
    ("growth", "croissance"): (
        {"en": "How do engagements grow with the age of a post?", "fr": "Comment les réactions croissent-elles avec l’âge?"},
        """
        select network, age_hours, count(*) as deliveries, round(avg(engagements), 1) as engagements
          from engagement group by network, age_hours order by network, age_hours
        """,
    ),
    ("punctuality", "ponctualite"): (
        {"en": "Which posts left late, failed or were missed?", "fr": "Quelles publications sont parties en retard, ont échoué ou ont été manquées?"},
        """
        select post, account, state, due, sent, late_s, reason from posts
         where late_s > 60 or state in ('failed', 'missed', 'unconfirmed') order by due desc
        """,
    ),
    ("unread", "non-releves"): (
        {"en": "Which counts were read late or not at all?", "fr": "Quels chiffres ont été relevés en retard ou pas du tout?"},
        "select network, age_hours, reading, count(*) as readings from readings where reading <> 'read' group by 1, 2, 3",
    ),
    ("polls", "sondages"): (
        {"en": "What did people answer?", "fr": "Qu’ont répondu les gens?"},
        """
        select post, network, language, label, votes,
               round(100.0 * votes / nullif(sum(votes) over (partition by delivery), 0), 1) as percent
          from polls order by post desc, network, language, option
        """,
    ),
    ("cost", "cout"): (
        {"en": "What does it cost, by month and network?", "fr": "Combien cela coûte-t-il, par mois et par réseau?"},
        "select month, network, action, sum(times) as times, round(sum(usd), 2) as usd from spending group by 1, 2, 3",
    ),
    ("outcomes", "ailleurs"): (
        {"en": "What happened elsewhere, week by week?", "fr": "Que s’est-il passé ailleurs, semaine par semaine?"},
        # The ISO week is the one that its Thursday is in.
        """
        select strftime('%Y', day, '-3 days', 'weekday 4') || '-W'
                 || printf('%02d', (strftime('%j', day, '-3 days', 'weekday 4') - 1) / 7 + 1) as week,
               source, name, sum(count) as count
          from outcomes group by 1, 2, 3 order by 1
        """,
    ),
    ("clicks", "clics"): (
        {"en": "Which links do people follow?", "fr": "Quels liens les gens suivent-ils?"},
        """
        select post, account, target, sum(iif(kind = 'human', count, 0)) as people,
               sum(iif(kind = 'human', 0, count)) as machines
          from clicks group by post, account, target order by people desc
        """,
    ),
}  # fmt: skip


def metadata(database: str, campaign: CampaignFile, *, simulated: bool) -> dict[str, Any]:
    """Datasette's metadata for the database of this name. Titles and words are in both languages (English · français); each
    question is there once in each. The views stand in front."""
    title = _both(campaign.name)
    title = f"{SIMULATED} · {title}" if simulated else title
    return {
        "title": title,
        "description_html": _front(database),
        "databases": {
            database: {
                "description": title,
                "tables": {
                    name: {
                        "description": _both(table.what),
                        "hidden": kind == "table" and name not in SHOWN,
                        "columns": {
                            column: _both(found.what)
                            for column in columns
                            if (found := stored().column(name, column)) is not None
                        },
                    }
                    for kind in ("view", "table")
                    for name, columns in schema(kind).items()
                    if (table := stored().table(name)) is not None
                },
                "queries": _queries(),
            }
        },
    }


def _front(database: str) -> str:
    """The first page: what this is, and every question, in both languages."""
    parts: list[str] = []
    # Datasette has a percent-encoding of its own, with ~: proxies undo the other one.
    address = quote(database, safe=" ").replace("~", "%7E").replace(".", "%2E").replace(" ", "+").replace("%", "~")
    for number, (language, title) in enumerate(LANGUAGES.items()):
        asked = "".join(
            f'<li><a href="{address}/{names[number]}">{escape(question[language])}</a></li>'
            for names, (question, _) in QUESTIONS.items()
        )
        parts.append(f'<div lang="{language}"><h2>{title}</h2><p>{escape(WELCOME[language])}</p><ul>{asked}</ul></div>')
    return "".join(parts)


def _queries() -> dict[str, dict[str, Any]]:
    """All questions in English, then all in French, where the columns of the answer are French too."""
    english = {
        names[0]: {"title": question["en"], "sql": dedent(sql).strip(), "hide_sql": True}
        for names, (question, sql) in QUESTIONS.items()
    }
    french = {
        names[1]: {"title": question["fr"], "sql": in_french(sql), "hide_sql": True}
        for names, (question, sql) in QUESTIONS.items()
    }
    return {**english, **french}


def in_french(sql: str) -> str:
    """The same answer under French names."""
    names = ", ".join(f'"{name}" as "{FRENCH[name]}"' for name in columns_of(sql))
    return f"select {names} from (\n{indent(dedent(sql).strip(), '  ')}\n)"  # noqa: S608 - our own questions


def _both(texts: Text) -> str:
    """English · français; once where both are the same or one is missing."""
    said = [texts[language] for language in ("en", "fr") if texts.get(language)]
    return " · ".join(dict.fromkeys(said))
