"""Every word of the page, in English and French. A test makes sure that both have every key."""

from __future__ import annotations

from datetime import datetime

from babel import Locale, UnknownLocaleError
from babel.dates import format_datetime
from babel.numbers import format_decimal

from campaign_bot.bilingual import N, say
from campaign_bot.compose.filters import ordinal
from campaign_bot.model import State

WORDS: dict[str, tuple[str, str]] = {
    "title": ("Waiting for approval", "En attente d’approbation"),
    "skip": ("Skip to the posts", "Aller aux publications"),
    "made": ("Made on", "Produite le"),
    "times": ("times are those of", "heures du fuseau"),
    "simulated": ("SIMULATED", "SIMULÉ"),
    "simulated_words": (
        "These posts are for local networks only. No person will see them.",
        "Ces publications sont destinées à des réseaux locaux. Personne ne les verra.",
    ),
    "explain": (
        "This is how each post would look to readers, in every language. Nothing here has been published. To decide,"
        " answer to the person who sent you this page, with the post’s name and its code: the code stands for exactly what"
        " you see here.",
        "Voici chaque publication telle que les lecteurs la verraient, dans toutes les langues. Rien n’a encore paru."
        " Pour décider, répondez à la personne qui vous a envoyé cette page en indiquant le nom de la publication et son"
        " code, qui désigne exactement ce que vous voyez ici.",
    ),
    "code": ("code", "code"),
    "contents": ("Posts on this page", "Publications de cette page"),
    "nothing": ("Nothing waits for approval.", "Rien n’attend d’approbation."),
    "due": ("Due", "Prévue le"),
    "picture": ("Picture description: ", "Description de l’image : "),
    "no_preview": ("no preview", "aucun aperçu"),
    "poll": ("Poll", "Sondage"),
    "open_for": ("open for", "ouvert pendant"),
    "part": ("Part", "Partie"),
    "video": ("Video: ", f"Vidéo{N}: "),
    "captions": ("Captions: ", f"Sous-titres{N}: "),
    "no_captions": ("none", "aucun"),
    "card": ("Below the text, the link is shown as", f"Sous le texte, le lien paraît ainsi{N}:"),
    "quotes": ("Shows below its text", f"Montre sous son texte{N}:"),
    "reposts": ("Shows again, as it is", f"Republie telle quelle{N}:"),
    "label": ("Its pictures are marked as: ", f"Ses images sont signalées{N}: "),
    "replies": ("Who may answer: ", f"Qui peut répondre{N}: "),
    "graphic-media": ("graphic media", "images choquantes"),
    "nudity": ("nudity", "nudité"),
    "sexual": ("sexual", "contenu sexuel"),
    "porn": ("porn", "pornographie"),
    "following": ("people whom the account follows", "les personnes que le compte suit"),
    "followers": ("followers", "les abonnés"),
    "mentioned": ("people who are mentioned", "les personnes mentionnées"),
    "nobody": ("nobody", "personne"),
    "warning": ("Content warning: ", "Avertissement\u00a0: "),
    "findings": ("What the checks say", "Ce que disent les vérifications"),
    "no_findings": ("The checks found nothing.", "Les vérifications n’ont rien relevé."),
    "error": ("Blocks", "Bloque"),
    "finding": ("Note", "À noter"),
    "colon": (":", f"{N}:"),
    "changed": ("Changed since it was approved", "Modifié depuis l’approbation"),
    "removed": ("removed", "retiré"),
    "added": ("added", "ajouté"),
    "version": ("Version", "Version"),
    "record": ("The record ends with", "Le registre se termine par"),
    "top": ("Back to the list", "Retour à la liste"),
    "unlisted": ("unlisted", "non répertoriée"),
    "private": ("followers only", "abonnés seulement"),
}
STATES: dict[State, tuple[str, str]] = {
    State.DRAFT: ("draft", "ébauche"),
    State.APPROVED: ("approved", "approuvée"),
}


class Words:
    """Words, dates and numbers in one language."""

    def __init__(self, language: str) -> None:
        self._french = language == "fr"
        self.language = "fr" if self._french else "en"
        self._locale = Locale("fr" if self._french else "en", "CA")

    def __getitem__(self, name: str) -> str:
        return say(WORDS, name, self.language)

    def instant(self, instant: datetime) -> str:
        pattern = "EEEE d MMMM y 'à' H 'h' mm" if self._french else "EEEE, MMMM d, y 'at' h:mm a"
        text = ordinal(
            format_datetime(instant, pattern, locale=self._locale).replace("\u202f", N), instant, self._locale
        )
        return text.replace(" h ", f"{N}h{N}") if self._french else text

    def state(self, state: State) -> str:
        return STATES[state][self._french] if state in STATES else str(state)

    def visibility(self, visibility: str) -> str:
        return "" if visibility == "public" else self[visibility]

    def length(self, length: int, limit: int) -> str:
        of = (f"{self._number(length)} of {self._number(limit)} characters",
              f"{self._number(length)} caractères sur {self._number(limit)}")  # fmt: skip
        return of[self._french]

    def counted(self, posts: int, deliveries: int) -> str:
        if self._french:
            return f"{posts} publication{'s' if posts > 1 else ''}, {deliveries} envoi{'s' if deliveries > 1 else ''}"
        return f"{posts} post{'' if posts == 1 else 's'}, {deliveries} deliver{'y' if deliveries == 1 else 'ies'}"

    def blocking(self, errors: int) -> str:
        if self._french:
            return f"{errors} erreur{'s' if errors > 1 else ''} qui bloque{'nt' if errors > 1 else ''}"
        return f"{errors} error{'' if errors == 1 else 's'} that block{'s' if errors == 1 else ''}"

    def notes(self, warnings: int) -> str:
        if self._french:
            return f"{warnings} point{'s' if warnings > 1 else ''} à noter"
        return f"{warnings} note{'' if warnings == 1 else 's'}"

    def duration(self, minutes: int) -> str:
        unit, number = (("hour", "heure"), minutes // 60) if minutes % 1440 else (("day", "jour"), minutes // 1440)
        return f"{number}{N}{unit[self._french]}{'s' if number > 1 else ''}"

    def language_name(self, language: str) -> str:
        try:
            return Locale.parse(language).get_display_name(self._locale) or language
        except (UnknownLocaleError, ValueError):
            return language

    def _number(self, value: int) -> str:
        return format_decimal(value, locale=self._locale).replace("\u202f", N)
