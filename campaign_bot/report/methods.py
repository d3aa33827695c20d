"""Methods and limits, as the report tells them, point by point in English and French. See `sentences.py` for how French is typed."""

from __future__ import annotations

METHODS: tuple[tuple[str, str], ...] = (
    (
        "A post is what is said once. A delivery is a post for one account. A pair is a post on one network, in all its"
        " languages.",
        "Une publication est ce qui est dit une fois. Un envoi est une publication pour un compte. Une paire est une"
        " publication sur un réseau, dans toutes ses langues.",
    ),
    (
        "Engagements are likes, reposts, replies, quotes and bookmarks, as far as the network tells them. A count that"
        " is not told is left out; it is never taken for zero. A thread’s own parts are not replies. Networks do not tell the same"
        " kinds: what holds them against each other counts only those that all of them tell.",
        "Les réactions sont les mentions J’aime, les partages, les réponses, les citations et les signets que le réseau"
        " communique. Un chiffre non communiqué est omis; il ne vaut jamais zéro. Les parties d’un fil ne sont pas des réponses."
        " Les réseaux ne communiquent pas les mêmes genres : ce qui les compare ne compte que ceux que tous communiquent.",
    ),
    (
        "Deliveries are compared at one age ({age}), the largest at which 80% of them are known. A count that was not read"
        " then is worked out between two that were, on the logarithm of the age; younger ones are left out.",
        "Les envois sont comparés au même âge ({age}), le plus grand auquel 80 % d’entre eux sont connus. Un chiffre non"
        " relevé alors est calculé entre deux relevés, sur le logarithme de l’âge; les plus récents sont exclus.",
    ),
    (
        "“Per 100 followers” is engagements ÷ followers of the account when the delivery was sent. “Per 100 impressions” is"
        " engagements ÷ impressions, where the network tells them. The two are never mixed.",
        "« Pour 100 abonnés » : réactions ÷ abonnés du compte au moment de l’envoi. « Pour 100 affichages » : réactions ÷"
        " affichages, si le réseau les communique. Les deux ne sont jamais mêlés.",
    ),
    (
        "Group rates are weighted: all engagements of the group over all its denominators. Followers are counted once"
        " for each delivery, so they are not people reached. A rate that is of fewer deliveries than were counted says of how many.",
        "Les taux d’un groupe sont pondérés : toutes ses réactions sur tous ses dénominateurs. Les abonnés comptent une"
        " fois par envoi : ce ne sont pas des personnes touchées. Un taux qui porte sur moins d’envois qu’il n’en est relevé dit"
        " sur combien.",
    ),
    (
        "Comparisons hold each post against posts of the same account only (languages: the same network; networks: the same"
        " language; per follower), on the logarithm of 1 + engagements. An account with fewer than 2 posts of either kind is left"
        " out. The unit is the post, at most 500 a side, drawn by lot. Effects are Hodges and Lehmann’s typical ratios of a post"
        " here to one there, and the verdict and the interval are of one rank test (van Elteren; Wilcoxon where paired) at Holm’s"
        " level. Below 8 posts a side nothing is said. Comparisons describe; only an experiment shows a cause.",
        "Les comparaisons ne rapportent chaque publication qu’à celles du même compte (langues : du même réseau; réseaux : dans la"
        " même langue; par abonné), en logarithme de 1 + réactions. Un compte qui a moins de 2 publications de l’un des genres est"
        " laissé de côté. L’unité est la publication, au plus 500 par côté, tirées au sort. Les écarts sont les rapports typiques"
        " de Hodges et Lehmann d’une publication d’un côté à une de l’autre; le verdict et l’intervalle viennent d’un même test de"
        " rangs (van Elteren; Wilcoxon si appariées), au niveau de Holm. À moins de 8 publications par côté, rien n’est dit. Les"
        " comparaisons décrivent; seule une expérience montre une cause.",
    ),
    (
        "Experiments are dealt by lot in blocks and written down before the start. Their intervals stay valid however"
        " often one looks (self-normalized, for symmetric differences: de la Peña 1999; Howard et al. 2020).",
        "Dans une expérience, les variantes sont réparties au sort par blocs, et tout est consigné avant le début. Les intervalles restent valides,"
        " peu importe combien de fois on regarde (autonormalisés, écarts symétriques : de la Peña 1999; Howard et coll. 2020).",
    ),
    (
        "The ladder’s steps count only deliveries whose network tells at least one sign of both rungs. They are ratios of"
        " signs, and no shares of people: votes come from polls alone, and one person may leave several signs. New followers are the change between the"
        " first and the last count of each account; they belong to no delivery, so they are in no step.",
        "Les passages d’un échelon au suivant ne comptent que les envois dont le réseau communique au moins un signe de chacun."
        " Ce sont des rapports entre signes, et non des parts de personnes : les votes ne viennent que des sondages, et une"
        " même personne peut laisser plusieurs signes. Les nouveaux"
        " abonnés sont l’écart entre le premier et le dernier relevé de chaque compte; ils ne viennent d’aucun envoi en"
        " particulier et n’entrent dans aucun passage.",
    ),
    (
        "Projections know nothing of events to come. Of a sum: Student’s prediction from the whole weeks so far, from three on. Link"
        " clicks after the last post count until the objective’s day; how they fade is not known, so they are in no projection. Of a"
        " share: the units to come, as many as there were before today in proportion to the days left, from the beta-binomial distribution"
        " (Jeffreys’ prior). Of a rate of engagement: as many posts to come, by bootstrap from the posts so far; below 8 posts there is"
        " none. Shares beside each other have Wilson intervals.",
        "Les projections ignorent ce qui viendra. D’une somme : prévision de Student d’après les semaines entières passées, à partir de trois. Les clics"
        " qui suivent la dernière publication comptent jusqu’à l’échéance de l’objectif; on ignore comment ils diminuent, ils ne sont donc dans aucune projection. D’une"
        " proportion : les unités à venir, aussi nombreuses qu’avant aujourd’hui en proportion des jours restants, suivent la loi bêta-binomiale (loi a"
        " priori de Jeffreys). D’un taux de réaction : autant de publications à venir, par rééchantillonnage des publications passées;"
        " à moins de 8, il n’y en a pas. Les proportions côte à côte ont des intervalles de Wilson.",
    ),
    (
        "Nobody’s name, reply or picture is kept. These networks tell nothing about age: the figures are not about young"
        " people alone. Likes and followers can be bought or automated by others; this report cannot see that.",
        "Aucun nom, aucune réponse, aucune photo n’est conservé. Ces réseaux ne disent rien de l’âge : les chiffres ne"
        " portent pas que sur les jeunes. D’autres peuvent acheter ou automatiser mentions J’aime et abonnés; ce rapport ne peut le voir.",
    ),
)
