"""Every sentence of the report, in English and French (Canadian usage). See `texts.py`; `experiment_sentences.py` has those of
experiments, `methods.py` methods and limits.

French is typed with plain spaces before `:`, `»` and `%` and after `«`; `Speaker` makes them no-break spaces.
`{posts} {posts:post|posts}` is a number with its noun: the words before the bar go with one, those after it with several. In
French 0 is one too.
"""

from __future__ import annotations

from campaign_bot.report.experiment_sentences import EXPERIMENTS

SENTENCES: dict[str, tuple[str, str]] = {
    "cap_outputs": ("Deliveries by {kind}", "Envois par {kind}"),
    "cap_outtakes": ("Engagement by {kind}, at the age of {age}", "Réactions par {kind}, à l’âge de {age}"),
    "said_in": ("(in {language})", "(en {language})"),
    "at_age": ("at the age of {age}", "à l’âge de {age}"),
    "more": ("{percent} more", "{percent} de plus"),
    "less": ("{percent} less", "{percent} de moins"),
    "under": ("less than {percent}", "moins de {percent}"),
    "times": ("{times} times as much", "{times} fois plus"),
    # the summary
    "sent": (
        "{sent} of {planned} planned {planned:delivery|deliveries} went out; {failed} failed, {missed} missed {missed:its|their} time.",
        "Envois parus : {sent} sur {planned} {planned:prévu|prévus}; échoués : {failed}; manqués : {missed}.",
    ),
    "sent_retracted": (
        "{out} of {planned} planned {planned:delivery|deliveries} went out, and {retracted} of these {retracted:was|were} taken back afterwards (of engagement only an experiment’s result still counts {retracted:it|them}); failed: {failed}; missed: {missed}.",
        "Envois parus : {out} sur {planned} {planned:prévu|prévus}, dont {retracted} {retracted:retiré|retirés} par la suite (seul le résultat d’une expérience en compte encore les réactions); échoués : {failed}; manqués : {missed}.",
    ),
    "engaged": (
        "Half of the deliveries had at least {median} {median:engagement|engagements} at the age of {age} ({read} counted); {rate}.",
        "La moitié des envois avaient au moins {median} {median:réaction|réactions} à l’âge de {age} (relevés : {read}); {rate}.",
    ),
    "engaged_one": (
        "Engagements of the one delivery that was counted, at the age of {age}: {median}; {rate}.",
        "Réactions au seul envoi relevé, à l’âge de {age} : {median}; {rate}.",
    ),
    "engaged_few": (
        "{without} of {read} {read:delivery|deliveries} had no engagement at the age of {age}; {rate}.",
        "Envois sans aucune réaction à l’âge de {age} : {without} sur {read}; {rate}.",
    ),
    "engaged_nobody": (
        "Not one of {read} {read:delivery|deliveries} had any engagement at the age of {age}.",
        "Aucun des envois relevés à l’âge de {age} ({read}) n’a suscité de réaction.",
    ),
    "engaged_rate": (
        "all together {rate} per 100 followers, each delivery’s followers counted ({parts})",
        "en tout {rate} pour 100 abonnés, comptés à chaque envoi ({parts})",
    ),
    "engaged_rate_some": (
        "{some} of those {some:has|have} a rate: {rate} per 100 followers, each delivery’s followers counted ({parts})",
        "{some} d’entre eux {some:a|ont} un taux : {rate} pour 100 abonnés, comptés à chaque envoi ({parts})",
    ),
    "parts_of": ("{parts}; of\u00a0{number}", "{parts}; sur\u00a0{number}"),
    "engaged_no_rate": (
        "how many followers there were then is not known, so there is no rate",
        "le nombre d’abonnés à ce moment n’est pas connu, donc aucun taux",
    ),
    "engaged_no_followers": (
        "nobody followed then, so a rate is not defined",
        "il n’y avait alors aucun abonné, donc le taux n’est pas défini",
    ),
    "of_draw": (
        "These are figures of {drawn} {drawn:delivery|deliveries}, drawn by lot from {planned}.",
        "Ces chiffres sont ceux de {drawn} {drawn:envoi tiré|envois tirés} au sort parmi {planned}.",
    ),
    "no_age": (
        "No counts are known at an age at which deliveries can be compared.",
        "Aucun chiffre n’est connu à un âge où l’on puisse comparer les envois.",
    ),
    "unread": ("No counts are known yet.", "Aucun chiffre n’est encore connu."),
    "objectives_judged": (
        "Objectives: {met} met, {on_the_way} on the way, {not_met} not met, {not_measured} not measured.",
        "Objectifs : atteints, {met}; en cours, {on_the_way}; non atteints, {not_met}; non mesurés, {not_measured}.",
    ),
    "objectives_judged_whole": (
        "Objectives, of the whole campaign and not of this period: {met} met, {on_the_way} on the way, {not_met} not met, {not_measured} not measured.",
        "Objectifs, de toute la campagne et non de cette période : atteints, {met}; en cours, {on_the_way}; non atteints, {not_met}; non mesurés, {not_measured}.",
    ),
    "objectives_unlikely": (
        "Of those on the way, reached in {share} of the projections at most: {number}.",
        "De ceux en cours, atteints dans {share} des projections au plus : {number}.",
    ),
    "objectives_whole": (
        "Their targets and days are of the whole campaign, so they are judged on all of it up to {now}, not on the period of this report.",
        "Leurs cibles et leurs échéances sont celles de la campagne entière : ils sont jugés sur toute la campagne jusqu’au {now}, et non sur la période de ce rapport.",
    ),
    "objectives_then": (
        "An objective whose day is over is judged by what was sent, read and imported of the days until then: what came later does not count.",
        "Un objectif dont le jour est passé est jugé d’après ce qui était envoyé, relevé et importé pour les jours jusque-là : la suite ne compte pas.",
    ),
    "objectives_none": ("No objective was set.", "Aucun objectif n’a été fixé."),
    "clearest": (
        "{number:The one comparison|The clearest of {number} comparisons}",
        "{number:La seule comparaison|La plus nette de {number} comparaisons}",
    ),
    "clearest_chosen": (
        "Of what an author can choose, the clearest difference ({number} {number:comparison|comparisons})",
        "De ce qu’on choisit en rédigeant, l’écart le plus net ({number} {number:comparaison|comparaisons})",
    ),
    "clearest_untimed": (
        "Days and hours apart, the clearest difference ({number} {number:comparison|comparisons})",
        "Jours et heures mis à part, l’écart le plus net ({number} {number:comparaison|comparaisons})",
    ),
    "strongest": (
        "{which} – {label}: {change} {metric} {than} at the age of {age} (between {low} and {high}{number:|, corrected for all of them}).",
        "{which} – {label} : {change} {metric} {than} à l’âge de {age} (entre {low} et {high}{number:|, corrigé pour l’ensemble}).",
    ),
    "no_difference_sure": (
        "{number:The one comparison between kinds of posts shows no difference|Of {number} comparisons between kinds of posts, none shows a difference} that chance could not explain.",
        "{number:La seule comparaison entre genres de publications ne montre aucun écart|Sur {number} comparaisons entre genres de publications, aucune ne montre un écart} que le hasard n’expliquerait pas.",
    ),
    "no_comparison": (
        "There are not enough posts yet to compare kinds of posts.",
        "Il n’y a pas encore assez de publications pour en comparer les genres.",
    ),
    "participated": (
        "People took part {number} {number:time|times} (sign-ups and submissions).",
        "Participations (inscriptions et propositions) : {number}.",
    ),
    "participation_unknown": (
        "Whether people went on to take part was not measured.",
        "On n’a pas mesuré si les gens ont ensuite participé.",
    ),
    # details
    "late": (
        "{late} of {sent} left more than a minute late; half left within {p50}\u00a0s of their time, 99% within {p99}\u00a0s.",
        "Partis avec plus d’une minute de retard : {late} sur {sent}; la moitié est partie à {p50}\u00a0s près, 99 % à {p99}\u00a0s près.",
    ),
    "pairs": (
        "Complete pairs: {n} of {of} ({share}); a pair is a post on one network, in every language.",
        "Paires complètes : {n} sur {of} ({share}); une paire est une publication sur un réseau, dans toutes les langues.",
    ),
    "alt": (
        "{n} of {of} {of:picture|pictures} had a text alternative ({share}).",
        "Images munies d’un texte de remplacement : {n} sur {of} ({share}).",
    ),
    "young": (
        "{number} {number:delivery is|deliveries are} too young to be compared: {number:it has|they have} not reached the age of {age}.",
        "Envois trop récents pour être comparés, faute d’avoir atteint l’âge de {age} : {number}.",
    ),
    "largest": (
        "One delivery alone had {share} of all engagement: sums and averages say little here, medians more.",
        "Un seul envoi a suscité {share} des réactions : les sommes et les moyennes disent peu ici, les médianes davantage.",
    ),
    "followers": (
        "Followers of all accounts together went from {first} to {last}; a person may follow several.",
        "Abonnés de tous les comptes : de {first} à {last}; une même personne peut en suivre plusieurs.",
    ),
    "outcomes_before": (
        "Rows of days before the campaign began ({starts}) that are in the imported files and not counted: {number}.",
        "Lignes de jours antérieurs au début de la campagne ({starts}), présentes dans les fichiers importés et non comptées : {number}.",
    ),
    "yield": (
        "Sign-ups and submissions, whoever they came through, for each 1,000 out-takes (likes, reposts, bookmarks, votes, clicks, replies and quotes): {number} ({parts}).",
        "Inscriptions et propositions, d’où qu’elles viennent, pour 1 000 réactions, clics et votes : {number} ({parts}).",
    ),
    "uncredited": (
        "Sign-ups and submissions that are put down to no network: {number} of {of}. One that came through a network cost at most what stands beside it; of all together it is not known.",
        "Inscriptions et propositions qui ne sont attribuées à aucun réseau : {number} sur {of}. Celle qui vient d’un réseau a coûté au plus ce qui figure à côté de lui; pour l’ensemble, on ne le sait pas.",
    ),
    # deliveries that are shown
    "shown_name": ("{series}, {day} · {network}", "{series}, {day} · {network}"),
    "shown_none": (
        "{of:The one delivery with a rate had no engagement|Not one of the {of} deliveries with a rate had any engagement}.",
        "{of:Le seul envoi qui a un taux n’a|Aucun des envois qui ont un taux ({of}) n’a} suscité de réaction.",
    ),
    "shown_fewer": (
        "Only {some} of the {of} {of:delivery|deliveries} with a rate had any engagement.",
        "Envois qui ont suscité des réactions : {some} seulement sur {of:un seul qui a|les {of} qui ont} un taux.",
    ),
    "shown_many_without": (
        "{without} of the {of} {of:delivery|deliveries} with a rate had no engagement: none of them is singled out.",
        "Envois sans aucune réaction : {without} sur {of:un seul qui a|les {of} qui ont} un taux; aucun n’est donc montré en particulier.",
    ),
    "shown_level": (
        "As many engagements per 100 followers as the last one shown here: {more} more.",
        "Autres envois au même taux que le dernier montré ici : {more}.",
    ),
    "shown_all_level": (
        "{of:One delivery only has a rate|All {of} deliveries with a rate have the same one}: none stands out.",
        "{of:Un seul envoi a un taux|Les {of} envois qui ont un taux ont tous le même} : aucun ne se distingue.",
    ),
    "shown_no_links": (
        "Without links: these posts were on local networks that ran for the rehearsal only.",
        "Sans liens : ces publications étaient sur des réseaux locaux, qui n’ont servi qu’à la répétition.",
    ),
    "decisions": ("Decided upon it (typed in): {decisions}", "Décidé en conséquence (saisi) : {decisions}"),
    "decisions_none": ("No decision was typed in.", "Aucune décision n’a été saisie."),
    "next_test": (
        "A next test could be this: {label}. What was seen ({change}) is not sure, and who posts can choose it; an experiment would show whether it is the cause.",
        "Un prochain essai possible : {label}. Ce qu’on a vu ({change}) n’est pas sûr, et qui publie peut le choisir; une expérience montrerait si c’est bien la cause.",
    ),
    "for_audience": ("{text} (for: {audience})", "{text} (public visé : {audience})"),
    "loops": (
        "Polls and calls to take part whose result was published in the 30 days after they closed: {n} of {of} ({parts}); still in time: {open}.",
        "Sondages et appels à participer dont le résultat a paru dans les 30 jours suivant leur clôture : {n} sur {of} ({parts}); encore dans les délais : {open}.",
    ),
    "loops_parts": (
        "{polls} with a poll, {calls} without one",
        "{polls} avec sondage, {calls} sans sondage",
    ),
    "loops_no_result": (
        "Not counted, as their series say that there is no result to publish: {number} {number:call|calls} ({series}).",
        "Non comptés, leur série disant qu’il n’y a pas de résultat à publier : {number} {number:appel|appels} ({series}).",
    ),
    "loops_open": (
        "No poll or call is 30 days past its end yet; waiting for their result: {open} ({parts}).",
        "Aucun sondage ni appel n’est clos depuis 30 jours; en attente de résultat : {open} ({parts}).",
    ),
    "loops_none": (
        "There was no poll and no call to take part.",
        "Il n’y a eu ni sondage ni appel à participer.",
    ),
    "drawn": (
        "There are {planned} deliveries. What was sent and when, objectives that are sums, the ladder, answered polls and costs are of all of them. The tables of engagement, medians, rates, comparisons and shares (pairs, pictures; also on an objective’s day) are worked out from {drawn}, drawn by lot.",
        "Il y a {planned} envois. Ce qui est paru et quand, les objectifs qui sont des sommes, l’échelle, les sondages suivis d’un résultat et les coûts portent sur tous. Les tableaux des réactions, les médianes, les taux, les comparaisons et les proportions (paires, images; aussi à l’échéance d’un objectif) sont calculés sur {drawn} d’entre eux, tirés au sort.",
    ),
    "doubt_fell": (
        "Deliveries whose counts went down: {number}. Networks recount; each count is kept as it was read.",
        "Envois dont les chiffres ont baissé : {number}. Les réseaux recomptent; chaque chiffre est gardé tel qu’il a été relevé.",
    ),
    "doubt_jumped": (
        "Deliveries whose counts grew beyond belief: {number}. Those readings are left out.",
        "Envois dont les chiffres ont augmenté de façon invraisemblable : {number}. Ces relevés sont écartés.",
    ),
    "doubt_negative": (
        "Deliveries with counts below zero: {number}. They are left out.",
        "Envois aux chiffres négatifs : {number}. Ils sont écartés.",
    ),
    "doubt_gone": (
        "Deliveries that the network no longer shows: {number}. They count up to then.",
        "Envois que le réseau ne montre plus : {number}. Ils comptent jusque-là.",
    ),
    # comparisons
    "cmp_sure": (
        "{label}: {change} {metric} {than}; between {low} and {high}, corrected for all comparisons ({units}).",
        "{label} : {change} {metric} {than}; entre {low} et {high}, corrigé pour toutes les comparaisons ({units}).",
    ),
    "kinds": (
        "Counted: {kinds}, which all of them tell.",
        "Comptés : {kinds}, que tous communiquent.",
    ),
    "kinds_network": (
        "Networks are compared by what all of them tell: {kinds}. Deliveries that do not tell all of these, left out: {left_out}.",
        "Les réseaux sont comparés sur ce que tous communiquent : {kinds}. Envois pour lesquels le réseau ne communique pas tout cela, exclus : {left_out}.",
    ),
    "kinds_language": (
        "Languages are compared by what each network tells in all of them: {kinds}. Deliveries that do not tell all of these, left out: {left_out}.",
        "Les langues sont comparées sur ce que chaque réseau communique dans toutes : {kinds}. Envois pour lesquels le réseau ne communique pas tout cela, exclus : {left_out}.",
    ),
    "apart_network": (
        "Networks are not compared: there is no kind of engagement that all of them tell.",
        "Les réseaux ne sont pas comparés : il n’y a aucun genre de réaction que tous communiquent.",
    ),
    "apart_language": (
        "Languages are not compared: there is no kind of engagement that each network tells in all of them.",
        "Les langues ne sont pas comparées : il n’y a aucun genre de réaction que chaque réseau communique dans toutes.",
    ),
    "same_as": ("{said}; the same posts as: {label}", "{said}; mêmes publications que : {label}"),
    "others_of": ("{said}; all posts but: {label}", "{said}; toutes les publications sauf : {label}"),
    "also": (
        "The same posts are also: {labels}; whether one of these is the cause, and which, cannot be told.",
        "Les mêmes publications sont aussi : {labels}; on ne peut dire si l’une de ces causes joue, ni laquelle.",
    ),
    "also_others": ("All the other posts are: {labels}.", "Toutes les autres publications sont : {labels}."),
    "at_value": ("{value}, {at}", "{value}, {at}"),
    "value_of": ("{value} ({parts})", "{value} ({parts})"),
    "value_of_read": (
        "{value} ({parts}; {read} {read:delivery|deliveries})",
        "{value} ({parts}; {read} {read:envoi|envois})",
    ),
    "in_period": (
        "Clicks on our own links, outcomes and charges are those of the period’s days; all other figures are, to this day, of what was due in it.",
        "Les clics sur nos propres liens, les résultats et les frais sont ceux des jours de la période; les autres chiffres sont ceux, à ce jour, de ce qui y était prévu.",
    ),
    "benchmarks_period": (
        "{title} (of this period’s deliveries alone)",
        "{title} (envois de cette période seulement)",
    ),
    "share_between": ("{share}, 95% interval {low} to {high}", "{share}, intervalle à 95 % de {low} à {high}"),
    "units": (
        "{posts} against {others} {others:post|posts}",
        "{posts} {posts:publication|publications} contre {others}",
    ),
    "units_paired": (
        "{posts} {posts:post|posts}, paired",
        "{posts} {posts:publication appariée|publications appariées}",
    ),
    "units_few": ("{posts} against {others}", "{posts} contre {others}"),
    "units_short": ("{posts} / {others}", "{posts} / {others}"),
    "tell_unclear": (
        "no sure difference; about {more} more would find {matters}",
        "aucun écart sûr; environ {more} de plus en {more:révélerait|révéleraient} un de {matters}",
    ),
    "tell_enough": (
        "no sure difference, though there are enough to find {matters}",
        "aucun écart sûr, bien qu’il y en ait assez pour en révéler un de {matters}",
    ),
    "tell_never": (
        "no sure difference; more than a campaign has would find {matters}",
        "aucun écart sûr; il en faudrait plus qu’une campagne n’en a pour en révéler un de {matters}",
    ),
    "tell_few": (
        "{label} ({units}; {more} more)",
        "{label} ({units}; {more} de plus)",
    ),
    "metric_usual": ("engagement", "de réactions"),
    "metric_engagements": ("engagement", "de réactions"),
    "metric_likes": ("likes", "de mentions J’aime"),
    "metric_reposts": ("reposts", "de partages"),
    "metric_replies": ("replies", "de réponses"),
    "metric_link_clicks": ("link clicks", "de clics"),
    "metric_poll_votes": ("poll votes", "de votes"),
    "metric_followers": ("engagement per follower", "de réactions par abonné"),
    "times_note": (
        "Outside an experiment days and hours are not drawn by lot: what was said then may be the cause. Only an experiment can tell the best time.",
        "Hors d’une expérience, les jours et les heures ne sont pas tirés au sort : ce qui a été dit alors peut en être la cause. Seule une expérience peut désigner le meilleur moment.",
    ),
    "chance": (
        "{number} {number:comparison was|comparisons were} made, at the age of {age}; {number:|all are corrected together (Holm), so that }at most one report in twenty calls chance a difference. {number:The|Each} interval is at the level of its own test (here {least} or more): where it leaves out “the same”, the difference is sure, and only there.",
        "{number} {number:comparaison faite|comparaisons faites}, à l’âge de {age}; {number:un rapport sur vingt au plus prend|toutes sont corrigées ensemble (Holm), pour qu’un rapport sur vingt au plus prenne} le hasard pour un écart. {number:L’|Chaque }intervalle est au niveau de son propre test (ici {least} ou plus) : l’écart est sûr là où l’intervalle exclut « autant », et là seulement.",
    ),
    "power": (
        "“About so many more” are posts of that kind, with others in the same proportion: as many as would find a difference of {matters} (the smallest that matters) with a probability of {power}, at the same corrected level. Paired: the same posts are on both sides, each is held against itself.",
        "« Environ tant de plus » : des publications de ce genre, les autres en même proportion, assez pour révéler un écart de {matters} (le plus petit qui compte) avec une probabilité de {power}, au même niveau corrigé. Appariées : les mêmes publications sont des deux côtés, chacune est comparée à elle-même.",
    ),
    # side by side
    "span": ("{begin} to {end}", "du {begin} au {end}"),
    "span_to_now": ("{begin} to now", "du {begin} à aujourd’hui"),
    "span_from_start": ("the start to {end}", "du début au {end}"),
    "span_all": ("the start to now", "du début à aujourd’hui"),
    "than": ("than", "que"),
    "as": ("as", "que"),
    "than_posts": ("{than} other posts", "{than} les autres publications"),
    "than_network": (
        "{than} the same posts on the other networks",
        "{than} les mêmes publications sur les autres réseaux",
    ),
    "than_language": (
        "{than} the same posts in the other languages",
        "{than} les mêmes publications dans les autres langues",
    ),
    "than_period": ("{than} in the other period", "{than} dans l’autre période"),
    "than_campaign": ("{than} “{campaign}”", "{than} « {campaign} »"),
    "vs_sure": (
        "{change} {metric} {than}; between {low} and {high}, with 95% confidence ({units}).",
        "{change} {metric} {than}; entre {low} et {high}, au niveau de confiance de 95 % ({units}).",
    ),
    "vs_same": (
        "No difference that matters in {metric}: between {low} and {high}, with 95% confidence ({units}).",
        "Aucun écart qui compte : entre {low} et {high} {metric}, au niveau de confiance de 95 % ({units}).",
    ),
    "vs_unclear": (
        "No sure difference in {metric}; anything from {low} to {high} is possible, with 95% confidence ({units}). {more}",
        "Aucun écart sûr; tout est possible de {low} à {high} {metric}, au niveau de confiance de 95 % ({units}). {more}",
    ),
    "vs_more": (
        "About {more} more {more:post|posts}, with others in the same proportion, would find a difference of {matters} with a probability of {power}.",
        "Environ {more} {more:publication|publications} de plus, les autres en même proportion, {more:révélerait|révéleraient} un écart de {matters} avec une probabilité de {power}.",
    ),
    "vs_enough": (
        "There are enough posts to find a difference of {matters} with a probability of {power}.",
        "Il y a assez de publications pour révéler un écart de {matters} avec une probabilité de {power}.",
    ),
    "vs_never": (
        "To find a difference of {matters} would take more posts than a campaign has.",
        "Pour révéler un écart de {matters}, il faudrait plus de publications qu’une campagne n’en a.",
    ),
    "tell_elsewhere": (
        "{label} ({units}; no account has posts of both)",
        "{label} ({units}; aucun compte n’a de publications des deux)",
    ),
    "tell_elsewhere_network": (
        "{label} ({units}; none of the others speaks its language)",
        "{label} ({units}; aucun des autres ne parle sa langue)",
    ),
    "tell_elsewhere_language": (
        "{label} ({units}; on no network with the others)",
        "{label} ({units}; sur aucun réseau avec les autres)",
    ),
    "tell_tied": (
        "{label} ({units}; too many have the same count)",
        "{label} ({units}; trop ont le même chiffre)",
    ),
    "vs_tied": (
        "Whether engagement differs cannot be told ({units}): too many have the same count.",
        "On ne peut dire si les réactions diffèrent ({units}) : trop ont le même chiffre.",
    ),
    "vs_apart": (
        "Engagement is not compared: there is no kind of it that is told on both sides.",
        "Les réactions ne sont pas comparées : il n’y en a aucun genre qui soit communiqué des deux côtés.",
    ),
    "vs_elsewhere_campaign": (
        "Engagement is not compared: the two have no network in common on which both speak the same language.",
        "Les réactions ne sont pas comparées : les deux n’ont aucun réseau en commun où elles parlent la même langue.",
    ),
    "vs_elsewhere_period": (
        "Engagement is not compared: no account has counted posts in both periods.",
        "Les réactions ne sont pas comparées : aucun compte n’a de publications relevées dans les deux périodes.",
    ),
    "vs_strata_campaign": (
        "Each post is held only against posts on the same network in the same language, so that a different mix of them is no difference: {strata}.",
        "Chaque publication n’est comparée qu’à celles du même réseau dans la même langue, pour qu’une autre répartition ne passe pas pour un écart : {strata}.",
    ),
    "vs_strata_period": (
        "Each post is held only against posts of the same account, so that a different mix of accounts is no difference: {strata}.",
        "Chaque publication n’est comparée qu’à celles du même compte, pour qu’une autre répartition ne passe pas pour un écart : {strata}.",
    ),
    "vs_thin": (
        "Left out, with fewer than {few} posts on a side: {strata}.",
        "Exclus, avec moins de {few} publications d’un côté : {strata}.",
    ),
    "vs_kinds_campaign": (
        "Counted: {kinds}, which all these networks tell in both.",
        "Comptés : {kinds}, que tous ces réseaux communiquent des deux côtés.",
    ),
    "vs_kinds_period": (
        "Counted are the kinds of engagement that an account tells in both periods.",
        "Sont comptés les genres de réactions qu’un compte communique dans les deux périodes.",
    ),
    "vs_left_out": (
        "Deliveries that do not tell all of these, left out: {left_out}.",
        "Envois pour lesquels le réseau ne communique pas tout cela, exclus : {left_out}.",
    ),
    "vs_uncounted": (
        "Engagement is not compared. Deliveries that are counted: {here} here, {there} there.",
        "Les réactions ne sont pas comparées. Envois relevés : ici, {here}; là, {there}.",
    ),
    "vs_few": (
        "Not enough to tell whether engagement differs ({units}); at least {more} more {more:is|are} needed.",
        "Trop peu pour dire si les réactions diffèrent ({units}); il en faut au moins {more} de plus.",
    ),
    "week": ("{year}, week {week}", "{year}, sem. {week}"),
    "aware_change": ("{likes}; followers: {change}", "{likes}; abonnés : {change}"),
    "outside_ours": (
        "{value} ({read} {read:delivery|deliveries})",
        "{value} ({read} {read:envoi|envois})",
    ),
    "outside_other": ("not comparable: another age", "non comparable : un autre âge"),
    "vs_age": ("Both are counted at the age of {age}.", "Les deux sont relevées à l’âge de {age}."),
    "vs_note": (
        "Other things changed between them too: a difference is not the work of one cause.",
        "D’autres choses ont changé entre-temps : un écart n’a pas une seule cause.",
    ),
    **EXPERIMENTS,
}
