"""Rules about what a post shows: alt text and captions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath

import regex

from campaign_bot.bilingual import quoted
from campaign_bot.check.patterns import late
from campaign_bot.check.reading import folded, normalised
from campaign_bot.check.registry import Bench, Example, Finding, Said, rule
from campaign_bot.check.wording import CANADA, GCS
from campaign_bot.model import Media

BLANK = late(r"[\s\p{Cf}\u2800\u3164\u115f\u1160\uffa0\ufe0f]+")


def _shown(
    alt: str, file: str = "summit.jpg", text: str = "Young people spoke first in Ottawa.", language: str = "en"
) -> Example:
    return {"language": language, "network": "mastodon", "text": text, "media": [{"file": file, "alt": alt}]}


def _film(captions: bool | None, file: str = "story.mp4") -> Example:
    media = {"file": file, "alt": "Ana tells her story"} | ({} if captions is None else {"captions": captions})
    return {"language": "en", "network": "mastodon", "text": "Ana’s story", "media": [media]}


def _numbered(said: Said) -> Iterator[tuple[str, Media]]:
    """Every picture and video, with how it is called: alt 1, alt 2."""
    media = [one for part in said.content.parts for one in part.media]
    yield from ((f"alt {number}", one) for number, one in enumerate(media, 1))


def _is_video(media: Media) -> bool:
    return media.mime_type.startswith("video/")


@rule(
    "alt-missing", "error", "post", "Every picture and GIF has alt text.",
    en="Say what the picture shows, in the post’s language.", fr="Dites ce que montre l’image, dans la langue de la publication.", source=f"{CANADA}; WCAG 1.1.1",
    passes=(_shown("Sixteen delegates at a round table"), _film(True), ("en", "No picture at all"), _shown("Un graphique à deux barres", language="fr", text="Le vote des jeunes")),
    fails=(_shown(""), _shown("   "), _shown("\u200b\u2060"), _shown("", "loop.gif"), {"language": "en", "network": "mastodon", "text": "Hello", "media": [{"file": "a.png"}]},
           {"language": "en", "network": "mastodon", "text": "Hello", "media": [{"file": "a.png", "alt": "Two hands"}, {"file": "b.png", "alt": None}]}),
)  # fmt: skip
def alt_missing(said: Said, bench: Bench) -> Iterator[Finding]:
    for where, media in _numbered(said):
        if not _is_video(media) and media.mime_type.partition("/")[0] != "audio" and not BLANK.sub("", media.alt):
            yield Finding(
                f"{media.file or 'the picture'} has no alt text",
                where=where,
                french=f"{media.file or 'l’image'} n’a pas de texte de remplacement",
            )


#: Of a file on every system.
LONGEST_NAME = 255
_FILE_NAME = late(
    r"(?i)[^\s/]*[\w-]+\.(?:jpe?g|png|gif|webp|heic|bmp|tiff?|svg|avif|mp4|mov|webm|pdf)|.*[ _-].*\.(?:jpe?g|png|gif|webp|heic|svg)"
    r"|(?:img|dsc|dscn|dscf|pxl|mvimg|screenshot|screen shot|capture|image|photo|picture|untitled|whatsapp image|gopr|p|scan|gif|vid|video|vidéo)[ _-]?\d[\d _.-]*(?:at [\d. _-]+)?(?:\(\d+\))?"
    r"|[\w-]*[^\W_]_[^\W_][\w-]*|(?=\S*\d)(?:[\p{L}\d]+-){2,}[\p{L}\d]+"  # one word with _ in it, or several - and a number
)
_SAYS_NOTHING = frozenset(
    folded(word)
    for word in ["image", "images", "photo", "photos", "picture", "pictures", "pic", "img", "photograph", "photographie", "graphic", "graphics", "graphique", "illustration", "untitled", "sans titre", "alt", "alt text", "texte alternatif", "texte de remplacement", "placeholder", "todo", "tbd", "description", "screenshot", "capture", "capture d’écran", "graph", "chart", "logo", "banner", "bannière", "visual", "visuel", "card", "carte", "diagram", "figure", "gif", "video", "vidéo", "n/a", "na", "none", "null", "aucun", "aucune", "test", "x", "xxx", "infographic", "infographie", "icon", "icône", "thumbnail", "poster", "affiche", "decorative", "décoratif"]
)  # fmt: skip
_ARTICLE = late(r"^(?:(?:an?|the|une?|la|le)\s+|l[’'])", regex.IGNORECASE)


@rule(
    "alt-placeholder", "error", "post", "Alt text says what the picture shows: it is no file name, not “image”, not the post’s own words.",
    en="Say what the picture shows.", fr="Dites ce que montre l’image.", source=f"{CANADA}; {GCS}",
    passes=(
        _shown("Image quality by year, as two lines"), _shown("A photo booth with four students"), _shown("Logo of the Open Government Partnership"), _shown("Carte\u00a0: la moitié du monde a moins de 30\u00a0ans", language="fr", text="La moitié du monde a moins de 30\u00a0ans."),
        _shown("Ana"), _shown("Arc-en-ciel", language="fr", text="Bonjour"), _shown("COVID-19"), _shown("Two files named IMG_2034.jpg and plan.pdf on a screen"), _shown("Young people spoke first in Ottawa, at a round table."),
    ),
    fails=(
        _shown("IMG_2034.jpg"), _shown("image"), _shown("Photo"), _shown("summit.jpg"), _shown("Young people spoke first in Ottawa."), _shown("une image", language="fr", text="Bonjour"), _shown("DSC00123"), _shown("young people spoke first in Ottawa #OpenGov"),
        _shown("Screenshot 2026-11-02 at 10.11.12"), _shown("a picture"), _shown("youth_summit_final-2", "youth_summit_final-2.png"), _shown("alt text"), _shown("image1"), _shown("..."), _shown("workshop-halifax-final_v2"), _shown("budget-forum-2027-03"),
    ),
)  # fmt: skip
def alt_placeholder(said: Said, bench: Bench) -> Iterator[Finding]:
    if not any(part.media for part in said.content.parts):
        return
    own = {normalised(text) for text in (*(part.text for part in said.content.parts), said.content.text)} - {""}
    for where, media in _numbered(said):
        alt = media.alt.strip(" \u00a0.:!\"'“”«»")
        if not BLANK.sub("", media.alt):
            continue
        name = PurePath(media.file).name.casefold()
        if folded(_ARTICLE.sub("", alt)) in _SAYS_NOTHING or not regex.search(r"[\p{L}\p{N}]", alt):
            yield Finding(
                f"the alt text “{media.alt}” says nothing",
                where=where,
                end=len(media.alt),
                french=f"le texte de remplacement {quoted(media.alt)} ne dit rien",
            )
        elif (len(alt) <= LONGEST_NAME and _FILE_NAME.fullmatch(alt)) or alt.casefold() in (name, PurePath(name).stem):
            yield Finding(
                f"the alt text “{media.alt}” is a file name",
                where=where,
                end=len(media.alt),
                french=f"le texte de remplacement {quoted(media.alt)} est un nom de fichier",
            )
        elif normalised(alt) in own:
            yield Finding(
                f"the alt text “{media.alt[:60]}” repeats the post",
                where=where,
                end=len(media.alt),
                french=f"le texte de remplacement {quoted(media.alt[:60])} répète la publication",
            )


@rule(
    "alt-long", "warning", "post", "Alt text has 250 characters at most (aim for 140); over the network’s own limit it cannot leave.", severities="warning or error",
    en="Say what matters in about 140 characters; the rest belongs in the text.", fr="Dites l’essentiel en 140 caractères environ; le reste va dans le texte.", source=f"{CANADA}; networks",
    passes=(_shown("a" * 250), _shown("Sixteen delegates"), _shown("e\u0301" * 200)),
    fails=(_shown("a" * 251), _shown("word, word. " * 23), _shown("Word. " * 300)),
)  # fmt: skip
def alt_long(said: Said, bench: Bench) -> Iterator[Finding]:
    most = bench.checks.alt_characters
    network = bench.network_of(said)
    for where, media in _numbered(said):
        length = len(_GRAPHEME.findall(media.alt.strip())) if len(media.alt) > most else 0
        if length > most and len(media.alt) <= network.limits.alt:
            yield Finding(
                f"the alt text has {length} characters, {length - most} more than {most}",
                where=where,
                french=f"le texte de remplacement compte {length} caractères, soit {length - most} de plus que {most}",
            )


_GRAPHEME = late(r"\X")
_REDUNDANT = late(
    r"(?i)(?:(?:an?|the|this is an?|this)\s+)?(?:image|photo|photograph|picture|pic|graphic)s?\s+(?:of|showing|shows|depicting)\b"
    r"|(?:(?:une?|l[’']|la|cette|ceci est une)\s*)?(?:image|photo|photographie|illustration)s?\s+(?:de\b|du\b|des\b|d[’']|montrant\b|représentant\b|qui montre\b)"
)


@rule(
    "alt-redundant", "warning", "post", "Alt text does not begin with “image of”, “photo of”, “image de”: screen readers say that already.",
    en="Begin with what it shows.", fr="Commencez par ce qu’elle montre.", source=f"{CANADA}; Section 508",
    passes=(_shown("Photographer at work in a library"), _shown("Picture frames on a wall"), _shown("Screenshot of the data portal"), _shown("Imagine a room of books"), _shown("Des jeunes prennent une photo de groupe", language="fr", text="Bonjour"), _shown("Students hold a photo of their school")),
    fails=(_shown("Image of a summit"), _shown("A photo of sixteen delegates"), _shown("picture of hands"), _shown("Photo de groupe à Ottawa", language="fr", text="Bonjour"), _shown("Une image d’un sommet", language="fr", text="Bonjour"), _shown("Image montrant un vote", language="fr", text="Bonjour"), _shown("Photo du sommet", language="fr", text="Bonjour")),
)  # fmt: skip
def alt_redundant(said: Said, bench: Bench) -> Iterator[Finding]:
    for where, media in _numbered(said):
        if found := _REDUNDANT.match(media.alt.strip()):
            yield Finding(
                f"the alt text begins with “{found[0]}”",
                where=where,
                end=found.end(),
                french=f"le texte de remplacement commence par {quoted(found[0])}",
            )


@rule(
    "captions-missing", "error", "post", "Every video has reviewed captions in the post’s language.",
    en="Add a reviewed .vtt or .srt file in the post’s language.", fr="Ajoutez un fichier .vtt ou .srt révisé, dans la langue de la publication.", source=f"{CANADA}; WCAG 1.2.2",
    passes=(_film(True), _film(True, "story.MOV"), _shown("A loop of two hands", "loop.gif"), ("en", "No video")),
    fails=(_film(False), _film(None), _film(False, "a.webm"), _film(None, "media/a.MP4")),
)  # fmt: skip
def captions_missing(said: Said, bench: Bench) -> Iterator[Finding]:
    if "captions" in bench.omitted and bench.networks(said.network).cell("captions").can == "no":
        return  # the network shows none, and the campaign chose to go without there
    for where, media in _numbered(said):
        if _is_video(media) and not media.captions:
            yield Finding(
                f"{media.file or 'the video'} has no captions",
                where=where.replace("alt", "media"),
                french=f"{media.file or 'la vidéo'} n’a pas de sous-titres",
            )
