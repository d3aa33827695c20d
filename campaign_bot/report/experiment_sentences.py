"""Every sentence about experiments, in English and French. See `sentences.py`, of which they are a part."""

from __future__ import annotations

EXPERIMENTS: dict[str, tuple[str, str]] = {
    # experiments, before they begin
    "plan_what": (
        "{number} variants ({variants}) of series {series}; {metric} at the age of {age}; at most {most}.",
        "{number} variantes ({variants}) de la série {series}; {metric} à l’âge de {age}; au plus {most}.",
    ),
    "plan_spread": (
        "Blocks vary by {spread} on the logarithm ({source}).",
        "L’écart-type d’un bloc, sur le logarithme, est de {spread} ({source}).",
    ),
    "plan_measured": (
        "measured on {number} {number:pair|pairs} of posts",
        "mesuré sur {number} {number:paire|paires} de publications",
    ),
    "plan_assumed": (
        "assumed; too few posts to measure it",
        "supposé; trop peu de publications pour le mesurer",
    ),
    "plan_needed": (
        "To find {smallest} more with a probability of {power}: {posts} {posts:post|posts} ({blocks} of {number}).",
        "Pour révéler {smallest} de plus avec une probabilité de {power} : {posts} {posts:publication|publications} ({blocks} de {number}).",
    ),
    "plan_over": (
        "That is more than most_blocks ({most}): it would often stop undecided.",
        "C’est plus que most_blocks ({most}) : elle resterait souvent indécise.",
    ),
    "plan_never": (
        "To find {smallest} more takes more posts than a campaign has.",
        "Pour révéler {smallest} de plus, il faut plus de publications qu’une campagne n’en a.",
    ),
    "plan_scheduled": ("The schedule gives it {posts} {posts:post|posts}", "Le calendrier lui en prévoit {posts}"),
    "plan_refused": (
        "{scheduled} ({refused} with errors, which `check` tells: {refused:it does|they do} not leave as {refused:it is|they are})",
        "{scheduled} ({refused} avec des erreurs, que `check` signale : {refused:elle ne partira pas telle quelle|elles ne partiront pas telles quelles})",
    ),
    "plan_used": (
        "{scheduled}, of which the experiment can use {used} ({blocks})",
        "{scheduled}, dont l’expérience peut utiliser {used} ({blocks})",
    ),
    "plan_finds": (
        "{scheduled}: they find an effect of {found} or more.",
        "{scheduled} : elles suffisent à révéler un effet de {found} ou plus.",
    ),
    "plan_too_few": (
        "{scheduled}: too few to find anything.",
        "{scheduled} : trop peu pour révéler quoi que ce soit.",
    ),
    "exp_none": (
        "There is no experiment. Write one in content/experiments/ (docs/evaluation.md).",
        "Il n’y a aucune expérience. Écrivez-en une dans content/experiments/ (docs/evaluation.md).",
    ),
    # experiments
    "exp_won": (
        "“{variant}” won: {change} {metric} {than} “{control}” (always-valid 95% interval: {low} to {high}; {blocks}).",
        "« {variant} » gagne : {change} {metric} {than} « {control} » (intervalle à 95 % valide en tout temps : {low} à {high}; {blocks}).",
    ),
    "exp_lost": (
        "“{variant}” lost: {change} {metric} {than} “{control}” (always-valid 95% interval: {low} to {high}; {blocks}).",
        "« {variant} » perd : {change} {metric} {than} « {control} » (intervalle à 95 % valide en tout temps : {low} à {high}; {blocks}).",
    ),
    "exp_same": (
        "“{variant}” and “{control}” do not differ by {smallest} or more (always-valid 95% interval: {low} to {high}; {blocks}).",
        "« {variant} » et « {control} » ne diffèrent pas de {smallest} ou plus (intervalle à 95 % valide en tout temps : {low} à {high}; {blocks}).",
    ),
    "exp_open": (
        "“{variant}” against “{control}”: not decided yet; between {low} and {high} ({blocks} of at most {most}).",
        "« {variant} » contre « {control} » : pas encore décidé; entre {low} et {high} ({blocks} sur au plus {most}).",
    ),
    "exp_undecided": (
        "“{variant}” against “{control}”: undecided; between {low} and {high} (all of the {blocks}).",
        "« {variant} » contre « {control} » : indécis; entre {low} et {high} (la totalité des {blocks}).",
    ),
    "exp_ended_open": (
        "“{variant}” against “{control}”: undecided; between {low} and {high} ({blocks} of at most {most}).",
        "« {variant} » contre « {control} » : indécis; entre {low} et {high} ({blocks} sur au plus {most}).",
    ),
    "exp_ended_early": (
        "“{variant}” against “{control}”: undecided; {blocks} of at most {most}, and nothing can be said with fewer than {fewest}.",
        "« {variant} » contre « {control} » : indécis; {blocks} sur au plus {most}, et rien ne peut être dit avec moins de {fewest}.",
    ),
    "exp_early": (
        "“{variant}” against “{control}”: not decided yet; {blocks} of at most {most}, and nothing can be said before {fewest}.",
        "« {variant} » contre « {control} » : pas encore décidé; {blocks} sur au plus {most}, et rien ne peut être dit avant {fewest}.",
    ),
    "exp_stopped": (
        "All planned blocks are in: what is not decided now stays undecided. That is no proof that there is no difference.",
        "Tous les blocs prévus sont là : ce qui n’est pas décidé maintenant le restera. Cela ne prouve pas qu’il n’y a aucun écart.",
    ),
    "exp_cut_some": (
        "More than one: posts were moved, or its file was gone for a while. If that was because of how their first half did, doubt the result.",
        "Plus d’un : des publications ont été déplacées, ou son fichier a manqué un temps. Si c’est à cause de leur première moitié, doutez du résultat.",
    ),
    "exp_stopped_early": (
        "It was ended before anything was decided. That is no proof that there is no difference.",
        "Elle s’est terminée avant que rien ne soit décidé. Cela ne prouve pas qu’il n’y a aucun écart.",
    ),
    "exp_ended": (
        "Ended on {day}, after {blocks} of at most {most}. Only what had been sent by then counts; the interval holds whenever one ends.",
        "Terminée le {day}, après {blocks} sur au plus {most}. Seul compte ce qui était paru; l’intervalle vaut quel que soit le moment de la fin.",
    ),
    "exp_reason": ("Why it was ended: “{reason}”", "Pourquoi elle s’est terminée : « {reason} »"),
    "exp_cut": (
        "Left out: {blocks} that had begun when the rest was no part of it any more.",
        "Mis à part : {blocks} déjà en cours quand le reste n’en a plus fait partie.",
    ),
    "exp_declared": (
        "Written down before the start, on {day} (hash {sha}…).",
        "Consigné avant le début, le {day} (empreinte {sha}…).",
    ),
    "exp_changed": (
        "The files no longer say what was written down before the start: this result does not count. Put them back; once it is ended (experiment end), they may change.",
        "Les fichiers ne disent plus ce qui a été consigné avant le début : ce résultat ne compte pas. Remettez-les; une fois l’expérience terminée (experiment end), ils peuvent changer.",
    ),
    "exp_undeclared": ("It has not begun.", "Elle n’a pas commencé."),
    "exp_arms": (
        "Medians per delivery, {what} at the age of {age}, of what the result is of: {arms}.",
        "Médianes par envoi, {what} à l’âge de {age}, des envois sur lesquels porte le résultat : {arms}.",
    ),
    "exp_left_out": (
        "Counted, but not in the result: {number} {number:delivery, whose|deliveries, whose} block was cut, lacks a variant, is not whole yet or came after the last one ({arms}).",
        "Relevés, mais hors du résultat, leur bloc étant coupé, sans l’une des variantes, encore incomplet ou venu après le dernier : {number} ({arms}).",
    ),
    "exp_one_arm": (
        "“{variant}” {median} ({number} {number:delivery|deliveries})",
        "« {variant} » {median} ({number} {number:envoi|envois})",
    ),
    "exp_without": ("“{variant}” {number}", "« {variant} » {number}"),
    "exp_gone": (
        "Its file is no longer there: what it found is not told, and does not count. Put it back; once it is ended (experiment end), it may go.",
        "Son fichier n’est plus là : ce qu’elle a trouvé n’est pas dit, et ne compte pas. Remettez-le; une fois l’expérience terminée (experiment end), il peut disparaître.",
    ),
    "exp_altered": (
        "What was written down before the start has been altered in the database: this result does not count.",
        "Ce qui a été consigné avant le début a été altéré dans la base : ce résultat ne compte pas.",
    ),
    "exp_waiting": (
        "{number} {number:delivery of it is|deliveries of it are} not sent or not old enough yet; a block counts when all of its deliveries are.",
        "Envois pas encore parus ou trop récents : {number}; un bloc compte quand tous ses envois sont prêts.",
    ),
    "exp_waiting_ended": (
        "{number} {number:delivery that had left by then is|deliveries that had left by then are} not old enough yet; what they find still counts.",
        "Envois déjà partis mais encore trop récents : {number}; ce qu’ils révèlent compte encore.",
    ),
    "exp_heading": ("Experiment: {question}", "Expérience : {question}"),
    "exp_one_won": ("{variants} won", "{variants} gagne"),
    "exp_some_won": ("{variants} won", "{variants} gagnent"),
    "exp_one_lost": ("{variants} lost", "{variants} perd"),
    "exp_some_lost": ("{variants} lost", "{variants} perdent"),
    "exp_variant": ("“{variant}”", "« {variant} »"),
    # an experiment, as it is ended
    "end_done": ("{id} has ended: {verdict}.", "{id} : l’expérience est terminée. Verdict : {verdict}."),
    "end_none": ("None of its deliveries was waiting to leave.", "Aucun de ses envois n’attendait de partir."),
    "end_let_go": (
        "Deliveries that had not left: {number}. They lose their variant at the next planning (campaign-bot plan, or the daemon’s).",
        "Envois pas encore partis : {number}. Ils perdent leur variante à la prochaine planification (campaign-bot plan, ou celle du service).",
    ),
    "end_changing": (
        "Of these {changing} will say something else or leave at another time, and take approval; approved until now: {approved}.",
        "De ceux-ci, {changing} {changing:dira|diront} autre chose ou {changing:partira|partiront} à une autre heure, et {changing:devra être approuvé|devront être approuvés}; approuvés jusqu’ici : {approved}.",
    ),
    "end_same": (
        "What they say and when they leave stays the same.",
        "Ce qu’ils disent et leur heure ne changent pas.",
    ),
    "end_free": (
        "Its file and wordings may be changed or removed now. The name cannot begin again.",
        "Son fichier et ses formulations peuvent maintenant changer ou disparaître. Ce nom ne peut pas recommencer.",
    ),
    "exp_dropped": (
        "{number} {number:delivery has no count and is|deliveries have no count and are} left out ({arms}); if one variant lacks more than another, doubt the result.",
        "Envois sans chiffre, écartés : {number} ({arms}); s’il en manque plus à une variante qu’à l’autre, doutez du résultat.",
    ),
    "likely": ("reached in {share} of the projections", "atteint dans {share} des projections"),
}
