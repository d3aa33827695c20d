"""Every word of the report, in English and French. A test makes sure that both have every key."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from babel.dates import format_date
from babel.numbers import format_decimal

N = "\u00a0"

WORDS: dict[str, tuple[str, str]] = {
    "report": ("Campaign report", "Rapport de campagne"),
    "made": ("Written on", "Produit le"),
    "simulated": ("SIMULATED", "SIMULÉ"),
    "simulated_words": (
        "These figures come from a rehearsal. No person saw these posts, and no person made these counts.",
        "Ces chiffres viennent d’une répétition. Personne n’a vu ces publications ni produit ces chiffres.",
    ),
    "skip": ("Skip to the report", "Aller au rapport"),
    "summary": ("In short", "En bref"),
    "objectives": ("Objectives", "Objectifs"),
    "outputs": ("What went out", "Ce qui est paru"),
    "outtakes": ("How people engaged", "Comment les gens ont réagi"),
    "outcomes": ("Outcomes and impact", "Résultats et effets"),
    "not_measured": ("Not measured.", "Non mesuré."),
    "outcomes_words": (
        "Sign-ups, submissions and downloads happen elsewhere and were not imported. What the campaign changed cannot be"
        " read from engagement alone.",
        "Les inscriptions, les propositions et les téléchargements se font ailleurs et n’ont pas été importés. Les"
        " réactions seules ne disent pas ce que la campagne a changé.",
    ),
    "best": ("Posts with the highest engagement rate", "Publications au taux d’engagement le plus élevé"),
    "worst": ("Posts with the lowest engagement rate", "Publications au taux d’engagement le plus bas"),
    "few": (
        "These are single posts: differences between them may well be chance.",
        "Ce sont des publications isolées : leurs différences peuvent tenir au hasard.".replace(" :", N + ":"),
    ),
    "methods": ("Methods and limits", "Méthodes et limites"),
    "group": ("", ""),
    "network": ("Network", "Réseau"),
    "language": ("Language", "Langue"),
    "series": ("Series", "Série"),
    "priority": ("Priority", "Priorité"),
    "planned": ("Planned", "Prévues"),
    "sent": ("Sent", "Parues"),
    "failed": ("Failed", "Échouées"),
    "missed": ("Missed", "Manquées"),
    "other": ("Not sent yet or cancelled", "En attente ou annulées"),
    "read": ("Counts read", "Relevées"),
    "engagements": ("Engagements", "Réactions"),
    "median": ("Median per post", "Médiane par publication"),
    "er_followers": ("Per 100 followers", "Pour 100 abonnés"),
    "er_impressions": ("Per 100 impressions", "Pour 100 affichages"),
    "poll_votes": ("Poll votes", "Votes aux sondages"),
    "not_told": ("not told", "non communiqué"),
    "post": ("Post", "Publication"),
    "account": ("Account", "Compte"),
    "week": ("Week", "Semaine"),
    "age": ("Age", "Âge"),
    "target": ("Target", "Cible"),
    "measured": ("Measured", "Mesuré"),
    "until": ("By", "Échéance"),
    "total": ("All", "Ensemble"),
    "none": ("(none)", "(aucune)"),
    "chart_network": ("Median engagements per post, by network", "Réactions médianes par publication, par réseau"),
    "chart_series": ("Median engagements per post, by series", "Réactions médianes par publication, par série"),
    "chart_growth": ("Median engagements by age of the post", "Réactions médianes selon l’âge de la publication"),
    "chart_weeks": ("Deliveries per week", "Envois par semaine"),
    "nothing": ("Nothing was planned yet.", "Rien n’est encore prévu."),
    "hours": ("hours", "heures"),
    "open_post": ("Open the post", "Ouvrir la publication"),
}

SENTENCES: dict[str, tuple[str, str]] = {
    "sent": (
        "{sent} of {planned} planned deliveries were sent; {failed} failed and {missed} were missed.",
        "Envois parus : {sent} sur {planned} prévus; échoués : {failed}; manqués : {missed}.",
    ),
    "late": (
        "{late} left more than a minute late; half left within {p50} s of their time.",
        "Partis avec plus d’une minute de retard : {late}; la moitié est partie à {p50} s près.",
    ),
    "pairs": (
        "{n} of {of} posts appeared in every language, counted per network.",
        "Publications parues dans toutes les langues, par réseau : {n} sur {of}.",
    ),
    "engaged": (
        "At the age of {age}, {read} deliveries had {total} engagements; the median post had {median}.",
        "À l’âge de {age}, {read} envois avaient suscité {total} réactions; la publication médiane en avait {median}.",
    ),
    "unread": ("No counts were read yet.", "Aucun chiffre n’a encore été relevé."),
    "chance": (
        "Differences between groups are described, not tested: they may be chance.",
        "Les écarts entre groupes sont décrits, non vérifiés : ils peuvent tenir au hasard.",
    ),
}

METHODS: tuple[tuple[str, str], ...] = (
    (
        "Engagements are likes, reposts, replies, quotes and bookmarks, as far as the network tells them. A count that"
        " is not told is left out; it is never taken for zero.",
        "Les réactions sont les mentions J’aime, les partages, les réponses, les citations et les signets que le réseau"
        " communique. Un chiffre non communiqué est omis; il ne vaut jamais zéro.",
    ),
    (
        "Posts are compared at one age ({age}), the largest at which 80% of them were read. Posts not read at that age"
        " are left out of the comparison.",
        "Les publications sont comparées au même âge ({age}), le plus grand auquel 80 % d’entre elles ont été relevées."
        " Les autres sont exclues de la comparaison.",
    ),
    (
        "“Per 100 followers” is engagements ÷ followers of the account when the post was sent. “Per 100 impressions” is"
        " engagements ÷ impressions; only X tells impressions. The two are never mixed.",
        "« Pour 100 abonnés » : réactions ÷ abonnés du compte au moment de l’envoi. « Pour 100 affichages » : réactions ÷"
        " affichages; seul X les communique. Les deux ne sont jamais mêlés.",
    ),
    (
        "Group rates are weighted: all engagements of the group over all its denominators. Followers are counted once"
        " for each post, so they are not people reached.",
        "Les taux d’un groupe sont pondérés : toutes ses réactions sur tous ses dénominateurs. Les abonnés comptent une"
        " fois par publication : ce ne sont pas des personnes touchées.",
    ),
    (
        "Nobody’s name, reply or picture is kept. These networks tell nothing about age: the figures are not about young"
        " people alone.",
        "Aucun nom, aucune réponse, aucune photo n’est conservé. Ces réseaux ne disent rien de l’âge : les chiffres ne"
        " portent pas que sur les jeunes.",
    ),
)


class Speaker:
    """Words, numbers and dates in one language."""

    def __init__(self, language: str, region: str = "CA") -> None:
        self.language = language
        self._french = language == "fr"
        self._locale = f"{language}_{region}" if region in ("CA", "FR", "US", "GB") else language

    def word(self, name: str) -> str:
        return _typed(WORDS[name][self._french], self._french)

    def sentence(self, name: str, **values: object) -> str:
        return _typed(SENTENCES[name][self._french].format(**values), self._french)

    def methods(self, age: str) -> list[str]:
        return [_typed(pair[self._french].format(age=age), self._french) for pair in METHODS]

    def number(self, value: float | None, digits: int = 0) -> str:
        if value is None:
            return self.word("not_told")
        text = format_decimal(
            round(value, digits), format="#,##0." + "#" * digits if digits else "#,##0", locale=self._locale
        )
        return text.replace("\u202f", N)

    def date(self, value: date | datetime) -> str:
        return format_date(value, format="long", locale=self._locale).replace("\u202f", N)

    def age(self, value: timedelta | None) -> str:
        if value is None:
            return self.word("not_told")
        hours = round(value.total_seconds() / 3600)
        unit = ("day", "jour") if hours % 24 == 0 else ("hour", "heure")
        number = hours // 24 if hours % 24 == 0 else hours
        return f"{number}{N}{unit[self._french]}{'s' if number > 1 else ''}"


def _typed(text: str, french: bool) -> str:
    """French no-break spaces, where plain ones were typed above."""
    if not french:
        return text
    for plain, right in ((" :", N + ":"), ("« ", "«" + N), (" »", N + "»"), (" %", N + "%")):
        text = text.replace(plain, right)
    return text
