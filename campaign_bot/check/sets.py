"""Rules about several deliveries: a post in its languages, and the same words said twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from difflib import SequenceMatcher

from campaign_bot.bilingual import N
from campaign_bot.check.languages import in_french
from campaign_bot.check.patterns import late
from campaign_bot.check.reading import normalised
from campaign_bot.check.registry import Bench, Example, Finding, Said, elsewhere, rule
from campaign_bot.check.wording import CANADA

ACT = "Official Languages Act; Directive on Official Languages for Communications and Services"
#: Shorter texts are alike by chance.
MIN_WORDS, MIN_WORDS_NEARLY = 6, 8
#: One word in ten may differ.
ALIKE = 0.9
_NUMBER = late(r"\d+")


def _pair(text: str, other: str, *, language: str = "en", network: str = "mastodon", **more: object) -> Example:
    beside = {"language": "fr" if language == "en" else "en", "text": other, **more}
    return {"language": language, "network": network, "text": text, "pair": beside}


@rule(
    "pair-missing", "error", "pair", "A post is there in every language of the campaign, on the same networks, or not at all.",
    en="Say it in that language too: add its account to the schedule entry, or its text to the queued post.", fr="Dites-le aussi dans cette langue\u00a0: ajoutez son compte à l’entrée du calendrier, ou son texte à la publication en file.", source=ACT,
    passes=(_pair("Your idea counts.", "Votre idée compte."), ("en", "A draft that says nothing about its other language"), {"language": "fr", "network": "x", "text": "Bonjour", "pair": None}),
    fails=(_pair("Your idea counts.", ""), _pair("Your idea counts.", "  "), {"language": "en", "network": "x", "text": "Your idea counts.", "pair": {"language": "en", "text": "Your idea counts."}}),
)  # fmt: skip
def pair_missing(group: list[Said], bench: Bench) -> Iterator[tuple[Said, Finding]]:
    there = {said.content.language for said in group if not _says_nothing(said)}
    missing = [language for language in bench.languages if language not in there]
    if missing and group:
        network = bench.networks(group[0].network).title
        yield (
            group[0],
            Finding(
                f"there is no {' and no '.join(missing)} version on {network}",
                where="pair",
                french=f"il n’y a pas de version en {' ni en '.join(map(in_french, missing))} sur {network}",
            ),
        )


def _says_nothing(said: Said) -> bool:
    return not said.content.earlier and not any(
        part.text.strip() or part.media or part.poll for part in said.content.parts
    )


@rule(
    "pair-media", "error", "pair", "Both languages have the same pictures, captions and poll.",
    en="Give both the same.", fr="Donnez les mêmes aux deux.", source=ACT,
    passes=(
        _pair("Your idea counts.", "Votre idée compte."), {"language": "en", "network": "mastodon", "text": "Hands", "media": [{"file": "a.png", "alt": "Two hands"}], "pair": {"language": "fr", "text": "Mains", "media": [{"file": "b.png", "alt": "Deux mains"}]}},
    ),
    fails=(
        {"language": "en", "network": "mastodon", "text": "Hands", "media": [{"file": "a.png", "alt": "Two hands"}], "pair": {"language": "fr", "text": "Mains", "media": []}},
        {"language": "en", "network": "mastodon", "text": "Which?", "poll": {"options": ["One", "Two"], "hours": 24}, "pair": {"language": "fr", "text": "Lequel?", "poll": None}},
        {"language": "en", "network": "mastodon", "text": "Ana speaks", "media": [{"file": "a.mp4", "alt": "A student on a stage", "captions": True}], "pair": {"language": "fr", "text": "Ana parle", "media": [{"file": "a.mp4", "alt": "Une élève sur une scène", "captions": False}]}},
    ),
)  # fmt: skip
def pair_media(group: list[Said], bench: Bench) -> Iterator[tuple[Said, Finding]]:
    shapes = {said.content.language: _shape(said) for said in reversed(group)}
    if len(set(shapes.values())) > 1:
        told = "; ".join(f"{language}: {_words(shape)}" for language, shape in sorted(shapes.items()))
        french = "; ".join(
            f"en {in_french(language)}{N}: {_words_in_french(shape)}" for language, shape in sorted(shapes.items())
        )
        yield (
            group[0],
            Finding(
                f"the languages do not show the same ({told})",
                where="pair",
                french=f"les langues ne montrent pas la même chose ({french})",
            ),
        )


def _shape(said: Said) -> tuple[int, int, int, int]:
    media = [one for part in said.content.parts for one in part.media]
    videos = [one for one in media if one.mime_type.startswith("video/")]
    options = [len(part.poll.options) for part in said.content.parts if part.poll]
    return len(media) - len(videos), len(videos), sum(bool(one.captions) for one in videos), sum(options)


#: What a post shows beside its text, as `_shape` counts it: one of it, and several.
NAMES = (
    ("picture", "pictures"), ("video", "videos"), ("video with captions", "videos with captions"),
    ("poll option", "poll options"),
)  # fmt: skip
FRENCH_NAMES = (
    ("image", "images"), ("vidéo", "vidéos"), ("vidéo sous-titrée", "vidéos sous-titrées"),
    ("choix de sondage", "choix de sondage"),
)  # fmt: skip


def _words(shape: tuple[int, int, int, int], names: Sequence[tuple[str, str]] = NAMES, nothing: str = "nothing") -> str:
    told = [f"{number} {name[number > 1]}" for number, name in zip(shape, names, strict=True) if number]
    return ", ".join(told) or nothing


def _words_in_french(shape: tuple[int, int, int, int]) -> str:
    return _words(shape, FRENCH_NAMES, "rien")


@rule(
    "pair-length", "warning", "pair", "Neither language is shorter than 60 % of the other, by the network’s own count.",
    en="Does the shorter one leave something out?", fr="La plus courte omet-elle quelque chose?", source=f"{CANADA}; {ACT}",
    passes=(_pair("Your idea counts. Tell us.", "Votre idée compte. Dites-la-nous."), _pair("Half the world is under 30.", "La moitié du monde a moins de 30\u00a0ans."), _pair("Read https://open.canada.ca/en/a/very/long/address/that/counts/23", "Lisez https://a.ca")),
    fails=(_pair("Half the world is under 30. Who speaks for them in your city?", "La moitié du monde est jeune."), _pair("Oui, votez.", "Vote for the idea that you like best.", language="fr"), _pair("Tell us what your city should put online first.", "Dites-le-nous.")),
)  # fmt: skip
def pair_length(group: list[Said], bench: Bench) -> Iterator[tuple[Said, Finding]]:
    measure = bench.networks(group[0].network).measure
    lengths = {
        said.content.language: sum(measure(part.text) for part in said.content.parts)
        for said in reversed(group)
        if not _says_nothing(said)
    }
    if len(lengths) < 2:
        return
    short, long = min(lengths, key=lambda one: lengths[one]), max(lengths, key=lambda one: lengths[one])
    share = lengths[short] / lengths[long] if lengths[long] else 1
    if share < bench.checks.pair_length:
        said = next(one for one in group if one.content.language == short)
        yield (
            said,
            Finding(
                f"{short} has {lengths[short]} characters, {long} {lengths[long]}: {share:.0%} of it",
                where="pair",
                french=f"le texte en {in_french(short)} compte {lengths[short]} caractères et celui en {in_french(long)}, {lengths[long]}{N}: {share * 100:.0f}{N}% de sa longueur",
            ),
        )


@rule(
    "pair-gap", "warning", "pair", "The languages of a post are due within 60 seconds.",
    en="Give both the same time.", fr="Donnez la même heure aux deux.", source=ACT,
    passes=(_pair("Drafts have no time.", "Les ébauches n’ont pas d’heure."),), fails=(),
)  # fmt: skip
def pair_gap(group: list[Said], bench: Bench) -> Iterator[tuple[Said, Finding]]:
    first, last = min(group, key=lambda one: one.due), max(group, key=lambda one: one.due)
    gap = last.due - first.due
    if gap > bench.checks.pair_gap and first.content.language != last.content.language:
        number, (english, french) = _lasting(gap)
        plural = "s" if number > 1 else ""
        yield (
            last,
            Finding(
                f"due {number} {english}{plural} after {first.name}",
                french=f"prévue {number}{N}{french}{plural} après {first.name}",
            ),
        )


def _lasting(gap: timedelta) -> tuple[int, tuple[str, str]]:
    """So many of the largest unit of which it is a whole number; minutes at the least."""
    minutes = max(round(gap / timedelta(minutes=1)), 1)
    for size, unit in ((1440, ("day", "jour")), (60, ("hour", "heure"))):
        if minutes % size == 0:
            return minutes // size, unit
    return minutes, ("minute", "minute")


@rule(
    "near-duplicate", "error", "set", "The same or nearly the same words do not go out twice on a network within 30 days, from one account or several.",
    en="Networks hide repeated posts: word it otherwise.", fr="Les réseaux masquent les répétitions\u00a0: dites-le autrement.", source="X, automation rules; Bluesky and Mastodon server rules",
    passes=(
        ("en", "Only one post says this here."),
        {"drafts": [{"id": "a", "language": "en", "network": "x", "text": "Your city asks what to put online first."}, {"id": "b", "language": "en", "network": "mastodon", "text": "Your city asks what to put online first."}]},
        {"drafts": [{"id": "a", "language": "en", "network": "x", "text": "Thank you!"}, {"id": "b", "language": "en", "network": "x", "text": "Thank you!"}]},
        {"drafts": [{"id": "a", "language": "en", "network": "x", "text": "7 days to International Women’s Day, March 8. Tell us more."}, {"id": "b", "language": "en", "network": "x", "text": "1 days to International Women’s Day, March 8. Tell us more."}]},
        {"drafts": [{"id": "a", "language": "fr", "network": "x", "text": "L'idée de votre ville est bien là"}, {"id": "b", "language": "fr", "network": "x", "text": "L’idée de votre ville est bien là"}]},
    ),
    fails=(
        {"drafts": [{"id": "a", "language": "en", "network": "x", "text": "Your city asks what to put online first."}, {"id": "b", "language": "en", "network": "x", "text": "Your city asks what to put online first."}]},
        {"drafts": [{"id": "a", "language": "en", "network": "x", "text": "Your city asks what to put online first. #OpenGov"}, {"id": "b", "language": "en", "network": "x", "text": "Your city asks: what to put online first? 🎉"}]},
        {"drafts": [{"id": "a", "language": "en", "network": "mastodon", "text": "Your city asks what to put online first: https://open.canada.ca/en"}, {"id": "b", "language": "en", "network": "mastodon", "text": "Your City asks what to put online first: https://open.canada.ca/fr"}]},
        {"drafts": [{"id": "a", "language": "fr", "network": "bluesky", "text": "Votre ville demande aux jeunes ce qui devrait être publié en premier."}, {"id": "b", "language": "fr", "network": "bluesky", "text": "Votre ville demande aux jeunes ce qui devrait être diffusé en premier."}]},
    ),
)  # fmt: skip
def near_duplicate(every: list[Said], bench: Bench) -> Iterator[tuple[Said, Finding]]:
    """Numbers must be the same too: `7 days to` and `1 day to` say different things."""
    exact: dict[tuple[str, str, str], Said] = {}
    alike: dict[tuple[str, str, str], list[tuple[list[str], Said]]] = {}
    for said in sorted(every, key=lambda one: one.due):
        text = normalised(said.content.text)
        words = text.split()
        if len(words) < MIN_WORDS:
            continue
        network, language = said.network, said.content.language
        before = exact.get((network, language, text))
        kind = (network, language, " ".join(_NUMBER.findall(text)))
        if (before is None or _apart(before, said, bench)) and len(words) >= MIN_WORDS_NEARLY:
            others = (one for seen, one in alike.get(kind, ()) if _nearly(seen, words) and not _apart(one, said, bench))
            before = next(others, None)
        if before is not None and not _apart(before, said, bench):
            same = normalised(before.content.text) == text
            yield (
                said,
                Finding(
                    f"says {'the same as' if same else 'nearly the same as'} {before.name}",
                    french=f"dit {'la même chose que' if same else 'presque la même chose que'} {before.name}",
                ),
            )
        exact[network, language, text] = said
        alike.setdefault(kind, []).append((words, said))


def _apart(before: Said, said: Said, bench: Bench) -> bool:
    return said.due - before.due >= bench.checks.repeat_after or (before.post.key, before.account) == (
        said.post.key,
        said.account,
    )


def _nearly(one: list[str], other: list[str]) -> bool:
    if abs(len(one) - len(other)) > 0.2 * max(len(one), len(other)):
        return False
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return matcher.real_quick_ratio() >= ALIKE and matcher.quick_ratio() >= ALIKE and matcher.ratio() >= ALIKE


elsewhere(
    "sets", "pair-approval", "error", "approval", "The languages of a post are approved together or not at all.",
    en="Approve the post, not one account of it.", fr="Approuvez la publication, et non un seul de ses comptes.", source=ACT,
)  # fmt: skip
