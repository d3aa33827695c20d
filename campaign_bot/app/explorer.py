"""What Datasette is told about the database: titles, words for every column, questions that people ask. Both languages."""

from __future__ import annotations

from typing import Any

from campaign_bot.library.files import CampaignFile
from campaign_bot.privacy import Text, stored
from campaign_bot.store.schema import schema

SIMULATED = "SIMULATED · SIMULÉ"
#: What only the service needs: out of the way of people who ask about the campaign.
HIDDEN = ("_sqlite_migrations", "meta", "media", "alert", "allowance", "daemon", "reading", "pause", "attempt", "tally")
#: name -> (title, SQL). They read documented views only; a test runs each.
QUESTIONS: dict[str, tuple[Text, str]] = {
    "by-network": (
        {"en": "How do people engage, by network and language, a day after a post?",
         "fr": "Comment les gens réagissent-ils, par réseau et par langue, un jour après une publication?"},
        """
        select network, language, count(*) as posts, sum(engagements) as engagements,
               round(avg(engagements), 1) as per_post, sum(impressions) as impressions
          from engagement where age_hours = 24 group by network, language order by per_post desc
        """,
    ),
    "best-posts": (
        {"en": "Which posts engaged most per 100 followers? (one network at a time)",
         "fr": "Quelles publications ont suscité le plus de réactions pour 100 abonnés? (un réseau à la fois)"},
        """
        select post, account, engagements, followers_when_sent,
               round(100.0 * engagements / followers_when_sent, 2) as per_100_followers, url
          from engagement where network = :network and age_hours = 24 and followers_when_sent > 0
         order by per_100_followers desc limit 20
        """,
    ),
    "series-replies": (
        {"en": "Which series got most replies per post?", "fr": "Quelles séries ont eu le plus de réponses par publication?"},
        """
        select series, language, count(*) as posts, round(avg(replies), 1) as replies_per_post
          from engagement where age_hours = 24 group by series, language order by replies_per_post desc
        """,
    ),
    "growth": (
        {"en": "How do engagements grow with the age of a post?", "fr": "Comment les réactions croissent-elles avec l’âge?"},
        """
        select network, age_hours, count(*) as posts, round(avg(engagements), 1) as engagements
          from engagement group by network, age_hours order by network, age_hours
        """,
    ),
    "punctuality": (
        {"en": "Which posts left late, failed or were missed?", "fr": "Quelles publications sont parties en retard, ont échoué ou ont été manquées?"},
        """
        select post, account, state, due, sent, late_s, reason from posts
         where late_s > 60 or state in ('failed', 'missed', 'unconfirmed') order by due desc
        """,
    ),
    "unread": (
        {"en": "Which counts were read late or not at all?", "fr": "Quels chiffres ont été relevés en retard ou pas du tout?"},
        "select network, age_hours, reading, count(*) as readings from readings where reading <> 'read' group by 1, 2, 3",
    ),
    "polls": (
        {"en": "What did people answer?", "fr": "Qu’ont répondu les gens?"},
        """
        select post, network, language, label, votes,
               round(100.0 * votes / nullif(sum(votes) over (partition by delivery), 0), 1) as percent
          from polls order by post desc, network, language, option
        """,
    ),
    "cost": (
        {"en": "What does it cost, by month and network?", "fr": "Combien cela coûte-t-il, par mois et par réseau?"},
        "select month, network, action, sum(times) as times, round(sum(usd), 2) as usd from spending group by 1, 2, 3",
    ),
    "outcomes": (
        {"en": "What happened elsewhere, week by week?", "fr": "Que s’est-il passé ailleurs, semaine par semaine?"},
        "select strftime('%Y-W%W', day) as week, source, name, sum(count) as count from outcomes group by 1, 2, 3 order by 1",
    ),
    "clicks": (
        {"en": "Which links do people follow?", "fr": "Quels liens les gens suivent-ils?"},
        """
        select post, account, target, sum(count) filter (where kind = 'human') as people,
               sum(count) filter (where kind <> 'human') as machines
          from clicks group by post, account, target order by people desc
        """,
    ),
}  # fmt: skip


def metadata(database: str, campaign: CampaignFile, *, simulated: bool) -> dict[str, Any]:
    """Datasette's metadata for the database of this name. What Datasette shows is in both languages: English · français."""
    title = _both(campaign.name)
    return {
        "title": f"{SIMULATED} · {title}" if simulated else title,
        "description": "campaign-bot · docs/data.md",
        "databases": {
            database: {
                "description": f"{SIMULATED} · {title}" if simulated else title,
                "tables": {
                    name: {
                        "description": _both(table.what),
                        "hidden": name in HIDDEN,
                        "columns": {
                            column: _both(found.what)
                            for column in columns
                            if (found := stored().column(name, column)) is not None
                        },
                    }
                    for name, columns in {**schema("view"), **schema()}.items()
                    if (table := stored().table(name)) is not None
                },
                "queries": {
                    name: {"title": _both(question), "sql": " ".join(sql.split())}
                    for name, (question, sql) in QUESTIONS.items()
                },
            }
        },
    }


def _both(texts: Text) -> str:
    """English · français; once where both are the same or one is missing."""
    said = [texts[language] for language in ("en", "fr") if texts.get(language)]
    return " · ".join(dict.fromkeys(said))
