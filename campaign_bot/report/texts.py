"""Every word of the report, in English and French (Canadian usage). A test makes sure that both say the same things.

French is typed with plain spaces before `:`, `»` and `%` and after `«`; `Speaker` makes them no-break spaces.
"""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    # the page
    "report": ("Campaign report", "Rapport de campagne"),
    "made": ("Figures as of", "Chiffres au"),
    "period": ("Period", "Période"),
    "simulated": ("SIMULATED", "SIMULÉ"),
    "simulated_words": (
        "These figures come from a rehearsal. No person saw these posts, and no person made these counts.",
        "Ces chiffres viennent d’une répétition. Personne n’a vu ces publications ni produit ces chiffres.",
    ),
    "skip": ("Skip to the report", "Aller au rapport"),
    "contents": ("Contents", "Sommaire"),
    "other_language": ("Français", "English"),
    "open_post": ("Open the post", "Ouvrir la publication"),
    "chart": ("Chart", "Graphique"),
    "figures_below": (
        "The same figures are in the table below.",
        "Les mêmes chiffres sont dans le tableau ci-dessous.",
    ),
    # sections
    "summary": ("In short", "En bref"),
    "objectives": ("Objectives", "Objectifs"),
    "inputs": ("What was put in", "Ce qui a été investi"),
    "outputs": ("What went out", "Ce qui est paru"),
    "outtakes": ("How people engaged", "Comment les gens ont réagi"),
    "outcomes": ("What people did next", "Ce que les gens ont fait ensuite"),
    "impact": ("What changed", "Ce qui a changé"),
    "learning": ("What was learned", "Ce qu’on a appris"),
    "methods": ("Methods and limits", "Méthodes et limites"),
    "versus": ("Side by side", "Côte à côte"),
    "not_measured": ("Not measured.", "Non mesuré."),
    "not_measured_short": ("not measured", "non mesuré"),
    # rows and columns
    "network": ("Network", "Réseau"),
    "language": ("Language", "Langue"),
    "series": ("Series", "Série"),
    "priority": ("Priority", "Priorité"),
    "commitment": ("Commitment", "Engagement"),
    "planned": ("Planned", "Prévus"),
    "sent": ("Sent", "Parus"),
    "failed": ("Failed", "Échoués"),
    "missed": ("Missed", "Manqués"),
    "other": ("Waiting or cancelled", "En attente ou annulés"),
    "read": ("Posts counted", "Publications relevées"),
    "engagements": ("Engagements", "Réactions"),
    "median": ("Median per post", "Médiane par publication"),
    "er_followers": ("Engagements per 100 followers", "Réactions pour 100 abonnés"),
    "er_impressions": ("Engagements per 100 impressions", "Réactions pour 100 affichages"),
    "poll_votes": ("Poll votes", "Votes aux sondages"),
    "not_told": ("not known", "non connu"),
    "post": ("Post", "Publication"),
    "posts": ("Posts", "Publications"),
    "account": ("Account", "Compte"),
    "week": ("Week", "Semaine"),
    "age": ("Age", "Âge"),
    "baseline": ("Baseline", "Départ"),
    "target": ("Target", "Cible"),
    "measured": ("Measured", "Mesuré"),
    "until": ("By", "Échéance"),
    "verdict": ("Verdict", "Verdict"),
    "projection": ("Projection (95% interval)", "Projection (intervalle à 95 %)"),
    "rung": ("Rung", "Échelon"),
    "signs": ("Signs", "Signes"),
    "number": ("Number", "Nombre"),
    "step": ("Per 100 on the rung below", "Pour 100 à l’échelon précédent"),
    "format": ("Format", "Format"),
    "cost": ("Spent (US$)", "Dépensé ($ US)"),
    "per_1000": ("Per 1,000 engagements", "Pour 1 000 réactions"),
    "per_participation": ("Per participation", "Par participation"),
    "what": ("What", "Quoi"),
    "comparison": ("Posts compared with all others", "Publications comparées à toutes les autres"),
    "difference": ("Difference", "Écart"),
    "interval": ("95% interval", "Intervalle à 95 %"),
    "against": ("Posts against others", "Publications contre autres"),
    "too_few": (
        "Not enough to tell: posts against others, and how many more it takes at least",
        "Trop peu pour conclure : publications contre autres, et combien il en faut encore au moins",
    ),
    "differs": ("What differs surely", "Ce qui diffère sûrement"),
    "variant": ("Variant", "Variante"),
    "total": ("All", "Ensemble"),
    "none": ("(none)", "(aucune)"),
    "hours": ("hours", "heures"),
    "this_one": ("This period", "Cette période"),
    "this_campaign": ("This campaign", "Cette campagne"),
    "start": ("the start", "le début"),
    "end": ("now", "aujourd’hui"),
    "pairs_percent": ("Posts in every language", "Publications dans toutes les langues"),
    "punctual_percent": ("Within a minute of their time", "À une minute près"),
    "loops_percent": ("Polls and calls answered within 30 days", "Sondages et appels suivis d’un résultat en 30 jours"),
    # captions
    "cap_ladder": ("Ladder of participation", "Échelle de la participation"),
    "cap_benchmarks": (
        "What is usual here: medians of the last 90 days",
        "Ce qui est habituel ici : médianes des 90 derniers jours",
    ),
    "cap_costs": (
        "Cost of the networks’ interfaces, and what it bought",
        "Coût des interfaces des réseaux et ce qu’il a permis",
    ),
    "cap_comparisons": ("What differed, and how surely", "Ce qui diffère, et avec quelle certitude"),
    "cap_objectives": ("Where each objective stands", "Où en est chaque objectif"),
    "cap_versus": ("The same figures for both", "Les mêmes chiffres pour les deux"),
    "cap_inputs": ("Work and money", "Travail et argent"),
    "cap_outcomes": (
        "Outcomes, from imports and tracked links",
        "Résultats, d’après les importations et les liens suivis",
    ),
    "chart_network": ("Median engagements per post, by network", "Réactions médianes par publication, par réseau"),
    "chart_series": ("Median engagements per post, by series", "Réactions médianes par publication, par série"),
    "chart_growth": ("Median engagements by age of the post", "Réactions médianes selon l’âge de la publication"),
    "chart_weeks": ("Deliveries sent per week", "Envois parus par semaine"),
    "chart_comparisons": (
        "Difference in engagement from all other posts, with its 95% interval",
        "Écart de réactions par rapport aux autres publications, avec son intervalle à 95 %",
    ),
    "axis_change": ("Engagement, others = 100%", "Réactions, autres = 100 %"),
    "best": ("Posts with the highest engagement rate", "Publications au taux de réaction le plus élevé"),
    "worst": ("Posts with the lowest engagement rate", "Publications au taux de réaction le plus bas"),
    "few": (
        "These are single posts: differences between them may well be chance.",
        "Ce sont des publications isolées : leurs écarts peuvent tenir au hasard.",
    ),
    # verdicts
    "met": ("met", "atteint"),
    "not met": ("not met", "non atteint"),
    "on the way": ("on the way", "en cours"),
    "not measured": ("not measured", "non mesuré"),
    "won": ("won", "gagne"),
    "lost": ("lost", "perd"),
    "no difference": ("no difference that matters", "aucun écart qui compte"),
    "not yet": ("not decided yet", "pas encore décidé"),
    "void": ("does not count", "ne compte pas"),
    "control": ("the others are held against this", "sert de comparaison"),
    "sure_more": ("more", "plus"),
    "sure_less": ("less", "moins"),
    "same": ("the same", "autant"),
    # rungs, formats, factors
    "exposed": ("Exposed", "Exposition"),
    "aware": ("Aware", "Attention"),
    "engaged": ("Engaged", "Engagement"),
    "discussing": ("Discussing", "Discussion"),
    "participating": ("Participating", "Participation"),
    "co-creating": ("Co-creating", "Cocréation"),
    "signs_exposed": ("impressions", "affichages"),
    "signs_aware": ("likes", "mentions J’aime"),
    "signs_engaged": ("reposts, bookmarks, link clicks, poll votes", "partages, signets, clics, votes aux sondages"),
    "signs_discussing": ("replies by people, quotes", "réponses du public, citations"),
    "signs_participating": ("sign-ups, submissions", "inscriptions, propositions"),
    "signs_co-creating": ("ideas answered or adopted", "idées traitées ou adoptées"),
    "format_poll": ("poll", "sondage"),
    "format_thread": ("thread", "fil"),
    "format_picture": ("with a picture", "avec image"),
    "format_text": ("text only", "texte seul"),
    "picture_yes": ("With a picture", "Avec image"),
    "question_yes": ("Asking a question", "Qui posent une question"),
    "length_long": ("Longer than the network’s median", "Plus longues que la médiane du réseau"),
    "lang_en": ("English", "anglais"),
    "lang_fr": ("French", "français"),
    # inputs, outcomes
    "posts_written": ("Posts written", "Publications rédigées"),
    "approvals": ("Approvals given", "Approbations données"),
    "staff_hours": ("Staff hours (typed in)", "Heures de travail (saisies)"),
    "spent_all": ("Spent on networks (US$)", "Dépensé sur les réseaux ($ US)"),
    "sign_up": ("Sign-ups", "Inscriptions"),
    "submission": ("Submissions", "Propositions"),
    "download": ("Downloads", "Téléchargements"),
    "idea_answered": ("Ideas answered with reasons", "Idées traitées avec motifs"),
    "idea_adopted": ("Ideas adopted", "Idées adoptées"),
    "outcomes_words": (
        "Sign-ups, submissions and downloads happen elsewhere; none were imported.",
        "Les inscriptions, les propositions et les téléchargements se font ailleurs; aucun n’a été importé.",
    ),
    "impact_words": (
        "Engagement does not tell what the campaign changed. What is written here is somebody’s judgement, not a count.",
        "Les réactions ne disent pas ce que la campagne a changé. Ce qui est écrit ici est un jugement, pas un chiffre.",
    ),
    "nothing": ("Nothing was planned yet.", "Rien n’est encore prévu."),
}

SENTENCES: dict[str, tuple[str, str]] = {
    "cap_outputs": ("Deliveries by {kind}", "Envois par {kind}"),
    "cap_outtakes": ("Engagement by {kind}, at the age of {age}", "Réactions par {kind}, à l’âge de {age}"),
    "more": ("{percent} more", "{percent} de plus"),
    "less": ("{percent} less", "{percent} de moins"),
    "times": ("{times} times as much", "{times} fois plus"),
    # the summary
    "sent": (
        "{sent} of {planned} planned deliveries were sent; {failed} failed and {missed} were missed.",
        "Envois parus : {sent} sur {planned} prévus; échoués : {failed}; manqués : {missed}.",
    ),
    "engaged": (
        "Half of the posts had at least {median} engagements at the age of {age} ({read} deliveries counted).",
        "La moitié des publications avaient au moins {median} réactions à l’âge de {age} (envois relevés : {read}).",
    ),
    "unread": ("No counts are known yet.", "Aucun chiffre n’est encore connu."),
    "objectives_judged": (
        "Objectives: {met} met, {on_the_way} on the way, {not_met} not met, {not_measured} not measured.",
        "Objectifs : atteints, {met}; en cours, {on_the_way}; non atteints, {not_met}; non mesurés, {not_measured}.",
    ),
    "objectives_none": ("No objective was set.", "Aucun objectif n’a été fixé."),
    "strongest": (
        "The clearest of {number} comparisons – {label}: {change} engagement than other posts (95% interval: {low} to {high}).",
        "La plus nette de {number} comparaisons – {label} : {change} de réactions que les autres publications (intervalle à 95 % : {low} à {high}).",
    ),
    "no_difference_sure": (
        "Of {number} comparisons between kinds of posts, none shows a difference that chance could not explain.",
        "Sur {number} comparaisons entre genres de publications, aucune ne montre un écart que le hasard n’expliquerait pas.",
    ),
    "no_comparison": (
        "There are not enough posts yet to compare kinds of posts.",
        "Il n’y a pas encore assez de publications pour en comparer les genres.",
    ),
    "participated": (
        "People took part {number} times (sign-ups and submissions).",
        "Participations (inscriptions et propositions) : {number}.",
    ),
    "participation_unknown": (
        "Whether people went on to take part was not measured.",
        "On n’a pas mesuré si les gens ont ensuite participé.",
    ),
    # details
    "late": (
        "{late} left more than a minute late; half left within {p50} s of their time, 99% within {p99} s.",
        "Partis avec plus d’une minute de retard : {late}; la moitié est partie à {p50} s près, 99 % à {p99} s près.",
    ),
    "punctual": (
        "{share} left within a minute of their time (95% interval: {low} to {high}).",
        "Partis à une minute près : {share} (intervalle à 95 % : {low} à {high}).",
    ),
    "pairs": (
        "{n} of {of} posts appeared in every language, counted per network ({share}).",
        "Publications parues dans toutes les langues, par réseau : {n} sur {of} ({share}).",
    ),
    "alt": (
        "{n} of {of} pictures had a text alternative ({share}).",
        "Images munies d’un texte de remplacement : {n} sur {of} ({share}).",
    ),
    "young": (
        "{number} deliveries are too young to be compared: they have not reached the age of {age}.",
        "Envois trop récents pour être comparés : {number}; ils n’ont pas atteint l’âge de {age}.",
    ),
    "largest": (
        "One delivery alone had {share} of all engagement: sums and averages say little here, medians more.",
        "Un seul envoi a suscité {share} des réactions : les sommes et les moyennes disent peu ici, les médianes davantage.",
    ),
    "followers": (
        "Followers of all accounts together went from {first} to {last}; a person may follow several.",
        "Abonnés de tous les comptes : de {first} à {last}; une même personne peut en suivre plusieurs.",
    ),
    "yield": (
        "For each 1,000 likes, shares, votes, clicks and replies, {number} people took part.",
        "Pour 1 000 mentions J’aime, partages, votes, clics et réponses : {number} participations.",
    ),
    "loops": (
        "Of {of} polls and calls, {n} had their result published within 30 days; {open} still have time.",
        "Sondages et appels dont le résultat a paru en 30 jours : {n} sur {of}; encore dans les délais : {open}.",
    ),
    "loops_open": (
        "No poll or call is 30 days past its end yet; {open} wait for their result.",
        "Aucun sondage ni appel n’est clos depuis 30 jours; en attente de résultat : {open}.",
    ),
    "loops_none": (
        "There was no poll and no call to take part.",
        "Il n’y a eu ni sondage ni appel à participer.",
    ),
    "drawn": (
        "There are {planned} deliveries. Engagement is worked out from {drawn} of them, drawn by lot: medians, rates and comparisons hold for all, sums are of those drawn.",
        "Il y a {planned} envois. Les réactions sont calculées sur {drawn} d’entre eux, tirés au sort : médianes, taux et comparaisons valent pour tous, les sommes sont celles du tirage.",
    ),
    "doubt_fell": (
        "Counts that went down: {number} deliveries. Networks recount; each count is kept as it was read.",
        "Chiffres en baisse : {number} envois. Les réseaux recomptent; chaque chiffre est gardé tel qu’il a été relevé.",
    ),
    "doubt_jumped": (
        "Counts that grew beyond belief: {number} deliveries. What was read from then on is left out.",
        "Chiffres en hausse invraisemblable : {number} envois. Les relevés suivants sont écartés.",
    ),
    "doubt_negative": (
        "Counts below zero: {number} deliveries. They are left out.",
        "Chiffres négatifs : {number} envois. Ils sont écartés.",
    ),
    "doubt_gone": (
        "Posts that the network no longer shows: {number} deliveries. They count up to then.",
        "Publications que le réseau ne montre plus : {number} envois. Elles comptent jusque-là.",
    ),
    # comparisons
    "cmp_sure": (
        "{label}: {change} {metric} than other posts; between {low} and {high}, with 95% confidence ({posts} against {others} posts).",
        "{label} : {change} {metric} que les autres publications; entre {low} et {high}, au niveau de confiance de 95\u00a0% ({posts} publications contre {others}).",
    ),
    "cmp_unclear": (
        "{label}: no sure difference; anything from {low} to {high} {metric} is possible ({posts} against {others} posts). About {more} more on each side would tell.",
        "{label} : aucun écart sûr; tout est possible de {low} à {high} {metric} ({posts} publications contre {others}). Il en faudrait environ {more} de plus de chaque côté.",
    ),
    "tell_unclear": (
        "no sure difference; about {more} more on each side would tell",
        "aucun écart sûr; il en faudrait environ {more} de plus de chaque côté",
    ),
    "tell_few": (
        "{label} ({posts} against {others}; {more} more)",
        "{label} ({posts} contre {others}; {more} de plus)",
    ),
    "metric_usual": ("engagement", "de réactions"),
    "metric_followers": ("engagement per follower", "de réactions par abonné"),
    "times_note": (
        "Days and hours were not drawn by lot: what was said then may be the cause. Only an experiment can tell the best time.",
        "Les jours et les heures n’ont pas été tirés au sort : ce qui a été dit alors peut en être la cause. Seule une expérience peut désigner le meilleur moment.",
    ),
    "chance": (
        "{number} comparisons were made; all are corrected together (Holm), so that not even one in twenty reports calls chance a difference.",
        "Comparaisons faites : {number}; toutes sont corrigées ensemble (Holm), pour qu’un rapport sur vingt au plus prenne le hasard pour un écart.",
    ),
    # side by side
    "span": ("{begin} to {end}", "du {begin} au {end}"),
    "than_period": ("than before", "qu’avant"),
    "than_campaign": ("than “{campaign}”", "que « {campaign} »"),
    "vs_sure": (
        "{change} {metric} {than}; between {low} and {high}, with 95% confidence ({posts} against {others} posts).",
        "{change} {metric} {than}; entre {low} et {high}, au niveau de confiance de 95\u00a0% ({posts} publications contre {others}).",
    ),
    "vs_unclear": (
        "No sure difference in {metric}; anything from {low} to {high} is possible ({posts} against {others} posts). About {more} more on each side would tell.",
        "Aucun écart sûr; tout est possible de {low} à {high} {metric} ({posts} publications contre {others}). Il en faudrait environ {more} de plus de chaque côté.",
    ),
    "vs_few": (
        "Not enough to tell whether engagement differs ({posts} against {others} posts); at least {more} more are needed.",
        "Trop peu pour dire si les réactions diffèrent ({posts} publications contre {others}); il en faut au moins {more} de plus.",
    ),
    "vs_note": (
        "Both are counted at the age of {age}. Other things changed between them too: a difference is not the work of one cause.",
        "Les deux sont relevées à l’âge de {age}. D’autres choses ont changé entre-temps : un écart n’a pas une seule cause.",
    ),
    # experiments
    "exp_won": (
        "“{variant}” won: {change} {metric} than “{control}” (always-valid 95% interval: {low} to {high}; {blocks} blocks).",
        "« {variant} » gagne : {change} {metric} que « {control} » (intervalle à 95 % valide en tout temps : {low} à {high}; {blocks} blocs).",
    ),
    "exp_lost": (
        "“{variant}” lost: {change} {metric} than “{control}” (always-valid 95% interval: {low} to {high}; {blocks} blocks).",
        "« {variant} » perd : {change} {metric} que « {control} » (intervalle à 95 % valide en tout temps : {low} à {high}; {blocks} blocs).",
    ),
    "exp_same": (
        "“{variant}” and “{control}” do not differ by {smallest} or more (always-valid 95% interval: {low} to {high}; {blocks} blocks).",
        "« {variant} » et « {control} » ne diffèrent pas de {smallest} ou plus (intervalle à 95 % valide en tout temps : {low} à {high}; {blocks} blocs).",
    ),
    "exp_open": (
        "“{variant}” against “{control}”: not decided yet; between {low} and {high} ({blocks} of at most {most} blocks).",
        "« {variant} » contre « {control} » : pas encore décidé; entre {low} et {high} ({blocks} blocs sur au plus {most}).",
    ),
    "exp_early": (
        "“{variant}” against “{control}”: not decided yet; {blocks} of at most {most} blocks, and nothing can be said before 12.",
        "« {variant} » contre « {control} » : pas encore décidé; {blocks} blocs sur au plus {most}, et rien ne peut être dit avant 12.",
    ),
    "exp_stopped": (
        "All planned blocks are in: what is not decided now stays undecided.",
        "Tous les blocs prévus sont là : ce qui n’est pas décidé maintenant le restera.",
    ),
    "exp_declared": (
        "Written down before the start, on {day} (hash {sha}…).",
        "Consigné avant le début, le {day} (empreinte {sha}…).",
    ),
    "exp_changed": (
        "The files no longer say what was written down before the start: this result does not count.",
        "Les fichiers ne disent plus ce qui a été consigné avant le début : ce résultat ne compte pas.",
    ),
    "exp_undeclared": ("It has not begun.", "Elle n’a pas commencé."),
    "exp_dropped": (
        "{number} deliveries have no count and are left out; if one variant lacks more than another, doubt the result.",
        "Envois sans chiffre, écartés : {number}; s’il en manque plus à une variante qu’à l’autre, doutez du résultat.",
    ),
    "likely": ("reached in {share} of the projections", "atteint dans {share} des projections"),
}

METHODS: tuple[tuple[str, str], ...] = (
    (
        "Engagements are likes, reposts, replies, quotes and bookmarks, as far as the network tells them. A count that"
        " is not told is left out; it is never taken for zero. A thread’s own parts are not replies.",
        "Les réactions sont les mentions J’aime, les partages, les réponses, les citations et les signets que le réseau"
        " communique. Un chiffre non communiqué est omis; il ne vaut jamais zéro. Les parties d’un fil ne sont pas des réponses.",
    ),
    (
        "Posts are compared at one age ({age}), the largest at which 80% of them are known. A count that was not read"
        " then is worked out between two that were, on the logarithm of the age; younger posts are left out.",
        "Les publications sont comparées au même âge ({age}), le plus grand auquel 80 % d’entre elles sont connues. Un"
        " chiffre non relevé alors est calculé entre deux relevés, sur le logarithme de l’âge; les plus récentes sont exclues.",
    ),
    (
        "“Per 100 followers” is engagements ÷ followers of the account when the post was sent. “Per 100 impressions” is"
        " engagements ÷ impressions, where the network tells them. The two are never mixed.",
        "« Pour 100 abonnés » : réactions ÷ abonnés du compte au moment de l’envoi. « Pour 100 affichages » : réactions ÷"
        " affichages, si le réseau les communique. Les deux ne sont jamais mêlés.",
    ),
    (
        "Group rates are weighted: all engagements of the group over all its denominators. Followers are counted once"
        " for each post, so they are not people reached.",
        "Les taux d’un groupe sont pondérés : toutes ses réactions sur tous ses dénominateurs. Les abonnés comptent une"
        " fois par publication : ce ne sont pas des personnes touchées.",
    ),
    (
        "Comparisons hold each post against its own account’s median (networks and languages: against followers), on the"
        " logarithm. Effects are ratios of medians with 95% bootstrap intervals over posts; below 8 posts a side nothing is"
        " said. They describe; only an experiment shows a cause.",
        "Les comparaisons rapportent chaque publication à la médiane de son compte (réseaux et langues : aux abonnés), en"
        " logarithme. Les écarts sont des rapports de médianes, avec intervalles bootstrap à 95 % sur les publications; à"
        " moins de 8 publications par côté, rien n’est dit. Elles décrivent; seule une expérience montre une cause.",
    ),
    (
        "Experiments are dealt by lot in blocks and written down before the start. Their intervals stay valid however"
        " often one looks (self-normalized, for symmetric differences: de la Peña 1999; Howard et al. 2020).",
        "Les expériences sont tirées au sort par blocs et consignées avant le début. Leurs intervalles restent valides,"
        " peu importe combien de fois on regarde (autonormalisés, écarts symétriques : de la Peña 1999; Howard et coll. 2020).",
    ),
    (
        "Projections draw the weeks that are left from the weeks so far; they know nothing of events to come. Shares have"
        " Wilson intervals.",
        "Les projections tirent les semaines restantes parmi les semaines passées; elles ignorent ce qui viendra. Les"
        " proportions ont des intervalles de Wilson.",
    ),
    (
        "Nobody’s name, reply or picture is kept. These networks tell nothing about age: the figures are not about young"
        " people alone. Likes and followers can be bought or automated by others; this report cannot see that.",
        "Aucun nom, aucune réponse, aucune photo n’est conservé. Ces réseaux ne disent rien de l’âge : les chiffres ne"
        " portent pas que sur les jeunes. D’autres peuvent acheter ou automatiser mentions J’aime et abonnés; ce rapport ne peut le voir.",
    ),
)
