"""Every word of the public page, in English and French. A test makes sure that both have every key, and that each number
goes with its noun (`{number:post|posts}`, as in the report's sentences)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from babel.dates import format_skeleton
from babel.numbers import format_decimal

from campaign_bot.bilingual import N, say
from campaign_bot.report.words import Speaker

WORDS: dict[str, tuple[str, str]] = {
    "language": ("English", "Français"),
    "skip": ("Skip to the content", "Aller au contenu"),
    "title": ("Tracking our progress in public", "Nos progrès, publiquement"),
    "updated": ("As of", "En date du"),
    "simulated": ("SIMULATED", "SIMULÉ"),
    "simulated_words": (
        "Everything on this page comes from a rehearsal. No person saw these posts, and no person made these counts.",
        "Tout ce qui figure sur cette page vient d’une répétition. Personne n’a vu ces publications ni produit ces chiffres.",
    ),
    "contents": ("On this page", "Sur cette page"),
    "numbers": ("In numbers", "En chiffres"),
    "posts_out": ("{number:post is|posts are} out", "{number:publication parue|publications parues}"),
    "deliveries": ("{number:delivery|deliveries} on {networks}", "{number:envoi|envois} sur {networks}"),
    "engagements": (
        "{number:engagement|engagements} {age} after each post",
        "{number:réaction|réactions} {age} après chaque publication",
    ),
    "cost": ("paid to the networks", "de frais payés aux réseaux"),
    "commitments": ("Progress on the commitments", "Progrès des engagements"),
    "commitments_words": (
        "What the campaign has published about each, and how people engaged with that. What has become of a commitment itself"
        " stands beneath it once the campaign has written it down; posts about it are no proof that it was kept.",
        "Ce que la campagne a publié sur chacun, et les réactions. Ce qu’il advient de l’engagement lui-même figure dessous dès"
        " que la campagne l’a consigné; des publications ne prouvent pas qu’il a été tenu.",
    ),
    "commitment_posts": ("Posts that are out: {out} of {planned}", "Publications parues : {out} sur {planned}"),
    "commitments_twice": (
        "A post about several commitments counts at each of them.",
        "Une publication qui porte sur plusieurs engagements compte pour chacun.",
    ),
    "commitment_none": ("No post is about it yet", "Aucune publication n’en parle encore"),
    "commitment_none_over": ("No post was about it", "Aucune publication n’en a parlé"),
    "commitment_engagements": ("{number} {number:engagement|engagements}", "Réactions : {number}"),
    "commitment_unread": ("engagement not measured yet", "réactions non encore mesurées"),
    "commitment_unread_over": ("engagement not measured", "réactions non mesurées"),
    "posted": ("What was posted", "Ce qui est paru"),
    "posted_words": (
        "Every post, newest first, in its own words, with links to where it can be read.",
        "Chaque publication, de la plus récente à la plus ancienne, dans ses propres mots, avec les liens pour la lire.",
    ),
    "posted_simulated": (
        "Every post, newest first, in its own words. Without links: these posts were on local networks, for a rehearsal.",
        "Chaque publication, de la plus récente à la plus ancienne, dans ses propres mots. Sans liens : ces publications étaient sur"
        " des réseaux locaux, le temps d’une répétition.",
    ),
    "nothing": ("Nothing has been posted yet.", "Rien n’est encore paru."),
    "nothing_over": ("Nothing was posted.", "Rien n’est paru."),
    "approved": ("Approved {date}", "Approuvée le {date}"),
    "approvals": ("Who approved it", "Qui l’a approuvé"),
    "approvals_words": (
        "Nothing leaves before a person of the campaign team has approved the exact words: such an approval is on record for"
        " {approved} of {sent} {sent:delivery|deliveries}. We publish the role and the date, not the person’s name.",
        "Rien ne part avant qu’une personne de l’équipe de campagne ait approuvé le texte exact : une telle approbation est au"
        " dossier pour {approved} {approved:envoi|envois} sur {sent}. Nous publions le rôle et la date, non le nom de la personne.",
    ),
    "approvals_simulated": (
        "In a rehearsal a stand-in approves.",
        "Lors d’une répétition, c’est une doublure qui approuve.",
    ),
    "money": ("What it cost", "Ce que cela a coûté"),
    "money_words": (
        "What the networks charged for their interfaces, in US dollars. The team’s work is not in it.",
        "Ce que les réseaux ont facturé pour leurs interfaces, en dollars américains. Le travail de l’équipe n’y est pas.",
    ),
    "money_none": ("The networks have charged nothing.", "Les réseaux n’ont rien facturé."),
    "money_table": ("Charges by month and network", "Frais par mois et par réseau"),
    "total_table": ("Engagements by network", "Réactions par réseau"),
    "data_table": ("The files", "Les fichiers"),
    "month": ("Month", "Mois"),
    "network": ("Network", "Réseau"),
    "calls": ("Charges", "Opérations facturées"),
    "usd": ("US dollars", "Dollars américains"),
    "all": ("All", "Total"),
    "result": ("What came of it", "Ce qui en résulte"),
    "result_words": (
        "Engagements are likes, reposts, replies, quotes and bookmarks, as far as a network tells them, {age} after each post.",
        "Les réactions sont les mentions J’aime, les partages, les réponses, les citations et les signets que le réseau"
        " communique, {age} après chaque publication.",
    ),
    "unread": ("No counts have been read yet.", "Aucun chiffre n’a encore été relevé."),
    "unread_over": ("No counts were read.", "Aucun chiffre n’a été relevé."),
    "sent": ("Sent", "Envois"),
    "read": ("Read at this age", "Relevés à cet âge"),
    "total": ("Engagements", "Réactions"),
    "median": ("Median per delivery", "Médiane par envoi"),
    "elsewhere": ("What people did", "Ce que les gens ont fait"),
    "elsewhere_none": ("Not measured.", "Non mesuré."),
    "clicks": ("Clicks on our short links", "Clics sur nos liens courts"),
    "polls": ("What people answered", "Ce que les gens ont répondu"),
    "polls_words": (
        "Results of our polls when they closed, all networks and both languages together, once each network has told its own or three days have passed. Who votes is not a sample of anybody: read them as voices, not as a survey.",
        "Les résultats de nos sondages à leur clôture, réseaux et langues confondus, dès que chaque réseau a communiqué le sien ou après trois jours. Les votants ne forment un échantillon représentatif d’aucun groupe : ce sont des voix, non une"
        " enquête.",
    ),
    "suppressed": ("only counts of 1 to 9, not published", "seulement des chiffres de 1 à 9, non publiés"),
    "at_least": ("at least {number}", "au moins {number}"),
    "votes": ("{number} ({percent}%)", "{number} ({percent} %)"),
    "poll_suppressed": (
        "Some answers have fewer than 10 votes: not published.",
        "Certaines réponses ont moins de 10 votes : non publié.",
    ),
    "data": ("The data", "Les données"),
    "data_words": (
        "All figures of this page and more, as open data: CSV files with a description of every column in both languages.",
        "Tous les chiffres de cette page et d’autres, en données ouvertes : des fichiers CSV et la description de chaque colonne"
        " dans les deux langues.",
    ),
    "rows": ("rows", "lignes"),
    "file": ("File", "Fichier"),
    "what": ("What is in it", "Contenu"),
    "descriptor": (
        "Description of all files (datapackage.json)",
        "Description de tous les fichiers (datapackage.json)",
    ),
    "licence": ("Licence", "Licence"),
    "method": ("Method and limits", "Méthode et limites"),
    "published_by": ("Published by {publisher}.", "Publié par {publisher}."),
    "contact": ("Questions", "Questions"),
}
#: What people do elsewhere, by the name in the file that is imported.
OUTCOMES: dict[str, tuple[str, str]] = {
    "sign_up": ("Sign-ups", "Inscriptions"),
    "submission": ("Submissions", "Propositions"),
    "download": ("Downloads", "Téléchargements"),
    "idea_answered": ("Ideas answered with reasons", "Idées traitées avec motifs"),
    "idea_adopted": ("Ideas adopted", "Idées adoptées"),
}
NETWORKS = {"x": "X", "mastodon": "Mastodon", "bluesky": "Bluesky"}


class Teller(Speaker):
    """The report's speaker, with the words of this page."""

    def __init__(self, language: str, region: str, *, over: bool = False) -> None:
        """`over`: the campaign has ended, and nothing is "not yet" any more."""
        super().__init__(language, region)
        self._over = over

    def say(self, name: str, **values: object) -> str:
        if self._over and f"{name}_over" in WORDS:
            name = f"{name}_over"
        return say(WORDS, name, self.language, **values)

    def outcome(self, name: str, own: Mapping[str, Mapping[str, str]]) -> str:
        """`own`: the words of the campaign's own outcomes, by name."""
        if words := self.text(own.get(name, {}))[0]:
            return words
        return say(OUTCOMES, name, self.language) if name in OUTCOMES else name.replace("_", " ").capitalize()

    def network(self, name: str) -> str:
        return NETWORKS.get(name, name)

    def text(self, texts: Mapping[str, str]) -> tuple[str, str]:
        """(text, its language): in this language, else in another."""
        for language in (self.language, *texts):
            if texts.get(language):
                return texts[language], language
        return "", self.language

    def day(self, value: date | datetime) -> str:
        return self.date(value)

    def month(self, iso: str) -> str:
        """January 2027, of 2027-01."""
        return format_skeleton("yMMMM", date.fromisoformat(f"{iso}-01"), locale=self.language)

    def usd(self, value: float) -> str:
        return format_decimal(value, format="#,##0.00", locale=self._locale).replace("\u202f", N)
