"""Words that the checks know: acronyms that need no explanation, tags of several words, capitals, spellings.

Each list holds certain cases only: a word that may be right somewhere is not in it, or only with what stands around it.
"""

from __future__ import annotations

from campaign_bot.check.reading import folded

#: Acronyms that people know without the campaign's help, and those of open government that this bot was made to speak of.
#: A campaign adds its own: `glossary:` in campaign.yaml.
KNOWN = frozenset(
    """
    AB AC AD ADHD ADN ADT AI AIDS AIS AM API APIS ARC ASAP AST ATM BC BIPOC CA CB CBC CD CDT CEO CO COVID CRA CST
    CSV CTV CV DC DE DIY DJ DNA DVD EDT ELGBTQI EN ER ES EST ET EU FAQ FIFA FM FR FYI GDP GIF GMT GPS GRC GST HAE HD
    HIV HNE HR HST HTML HTTP HTTPS IA ICU ID II III IOS IPE IPU ISO IT IV IX JPEG JPG JSON LA LED LGBT LGBTQ LGBTQI
    LGBTQIA LGBTQS LNH MB MDT MLA MLAS MNA MP MPP MPPS MPS MST NASA NATO NB NDP NE NGO NGOS NHL NL NPD NS NST NT NU
    NW NYC OCDE OECD OGP OK OMS ON ONG ONU OTAN PC PDF PDG PDT PE PEI PGO PHD PIB PIN PM PNG PO PR PS PST PT QC QR
    RCM RCMP RH ROI RSS RSVP RU SARS SE SIDA SIM SK SMS SOS STEM STIM SVG SVP SW TDAH TI TNO TPS TV TVH TVQ UE UIP
    UK UN UNESCO UNICEF URL US USA USB UTC UV VI VIH VII VIII VIP WHO WWW XL XML XS XXL XXXL YT ZIP
    """.split()
)  # fmt: skip

#: Words that people put into capitals for effect: capitals do not make an acronym of them.
SHOUTED = frozenset(
    """
    ABLE ABORD ABOUT ABRI ACTE ACTION AFTER AGAIN AGENT AGIR AGIT AIDE AILE AIMER AINSI AIR ALERT ALERTE ALL ALLEZ
    ALORS ALSO ALWAYS AMI AMIS AMONG AN AND ANNÉE ANS ANY AOÛT APPEL APRIL APRÈS ARE ARRÊT ART ASK ASKED ASSEZ
    ATTENTION AU AUCUN AUSSI AUTRE AUTRES AUX AVANT AVEC AVEZ AVIEZ AVIS AWAY BACK BAD BADLY BASE BASIC BE BEAU BEGIN
    BEING BELLE BESOIN BESOINS BEST BETTER BIEN BIG BOLD BON BONJOUR BONNE BONNES BOOK BRAVE BRAVO BRING BROKE BUDGET
    BUDGETS BUILD BUT BUY CALL CAN CAR CARE CARTE CAS CASE CAUSE CE CELA CELLE CELUI CENT CES CETTE CEUX CHAIR CHAQUE
    CHECK CHER CHERS CHEZ CHILD CHOIX CHOSE CHÈRE CIEL CINQ CITOYEN CITY CITÉ CIVIL CLAIR CLEAR CLICK CLOSE CLÉ COME
    COMME COMPTE COST COULD COUNT COURS CRISE CRISIS CŒUR DAILY DANS DATA DATE DATES DAY DE DEAR DEBATE DEBOUT DEMAIN
    DEPUIS DERNIER DES DEUX DID DIRE DIRECT DITES DIX DO DOES DON DONC DONE DONNER DONNEZ DONT DOOR DOUZE DOWN DREAM
    DROIT DROITS DU DÈS DÉBAT DÉFI DÉJÀ EACH EARLY EARTH EASY EAU EFFET ELLE ELLES ENCORE ENDS ENFANT ENFIN ENSEMBLE
    ENTIER ENTRE EQUAL ESPOIR ESSAI EST ET ETAT EUX EVEN EVENT EVER EVERY EXACT FACE FACT FACTS FAIR FAIRE FAIT FAITES
    FAKE FALSE FAST FAÇON FEEL FEMME FEMMES FEU FIER FIGHT FILLE FILLES FIN FINAL FIND FINE FINI FIRST FIVE FIÈRE FOIS
    FOR FORCE FORM FORT FORTE FORWARD FOUR FRAIS FREE FRESH FRIDAY FRIEND FROM FULL FUN FUTUR FUTURE FÊTE GAGNÉ GENS
    GESTE GET GIRLS GIVE GIVEN GO GOALS GOES GONE GOOD GOT GRAND GRATUIT GREAT GROS GROUP GROUPE GROW GUERRE HALF
    HALTE HANDS HAPPY HARD HAS HATE HAUT HAVE HE HEAR HEART HELLO HELP HER HERE HEURE HEURES HEY HIER HIGH HIM HIS
    HISTOIRE HOME HONEST HOPE HOT HOUR HOURS HOUSING HOW HUGE HUIT HUMAN ICI IDEA IDEAS IDÉE IDÉES IF IL ILS IMAGE
    IMPORTE IN INFO INFOS INSIDE INTO IS ISSUE IT ITOU ITS JAMAIS JE JEUNE JEUNES JOBS JOIE JOIN JOUR JOURS JUILLET
    JUIN JULY JUNE JUST JUSTE KEEP KIDS KIND KNOW KNOWN LA LARGE LAST LATE LAW LAWS LE LEAD LEADER LEARN LEAST LEAVE
    LEFT LES LESS LET LETS LEUR LIBRE LIEN LIEU LIFE LIGNE LIKE LINE LIRE LISEZ LIST LISTEN LIVE LIVRE LOGIS LOI LOIS
    LONG LONGUE LOOK LOST LOUD LOVE LUI LUNDI MA MADE MAI MAIN MAIRE MAIS MAJOR MAKE MAL MANY MARCH MARCHE MARDI MARK
    MARS MATTER MAY MEAN MEDIA MEET MEILLEUR MERCI MES MIEUX MILLE MIND MINE MISE MOI MOINS MOIS MON MONDAY MONDE
    MONEY MONTH MORE MORT MOST MOT MOTS MOVE MUCH MUST MY MÈRE MÊME NAME NE NEAR NEED NEUF NEVER NEW NEWS NEXT NIGHT
    NINE NO NOM NOMBRE NON NONE NORD NORTH NOS NOT NOTE NOTRE NOUS NOUVEAU NOW NUIT OBJET OF OFF OFFER OFFRE OLD ON
    ONCE ONE ONLY OPEN OR ORDRE OSER OSEZ OTHER OU OUEST OUI OUR OURS OUT OUVERT OUVERTE OVER OÙ PAGE PAIX PAR PARLER
    PARLEZ PART PARTIE PAS PAST PAY PAYS PEACE PEOPLE PEUR PEUT PEUVENT PIRE PLACE PLAN PLEASE PLEIN PLUS POINT POLL
    PORTE POSEZ POST POUR POWER PRESS PRICE PRIDE PRIX PROJET PROUD PRÈS PRÊT PRÊTS PUBLIC PUIS QUAND QUATRE QUE QUEL
    QUELLE QUI QUICK QUIET QUOI RAISE REACH READ READY REAL RESTE REÇU RIEN RIGHT RIGHTS RISE ROOM RUE RULES RÈGLE
    RÉUSSI RÊVE RÊVES SA SAFE SAGE SAID SALLE SAME SANS SAVE SAVOIR SAW SAY SAYS SCHOOL SE SEE SEEN SEND SEPT SES SEUL
    SEULE SEVEN SEVERE SHARE SHARED SHE SHIFT SHORT SHOULD SHOW SI SIDE SIGN SIGNE SIGNEZ SINCE SIX SKILL SMALL SMART
    SO SOIR SOIS SOL SOME SOMMET SON SONG SONT SOON SORRY SORTE SOUS SOUTH SPACE SPEAK STAND START STATE STAY STEP
    STILL STOP STORY STRONG STUDENT STUDY SUD SUITE SUIVEZ SUJET SUNDAY SUPPORT SUR SURE SÛR SŒUR TA TABLE TAKE TAKEN
    TALK TANT TARD TAX TEAM TELL TEMPS TEN TERRE TES TEXTE THAN THANK THANKS THAT THE THEIR THEM THEN THERE THESE THEY
    THINK THIS THREE THUS TIERS TIME TO TODAY TOGETHER TOI TOLD TON TOO TOP TOTAL TOUCH TOUS TOUT TOUTE TOUTES TOWN
    TRAVAIL TREE TROIS TROP TRUE TRUST TRUTH TRY TRÈS TU TURN TWO TÔT UN UNDER UNE UNIS UNITED UNTIL UP UPDATE URGE
    URGENT US USAGE USE USED USER UTILE VALEUR VALUE VENEZ VERS VERY VIE VIENS VIEW VILLE VILLES VISIT VITAL VITE VIVE
    VOICE VOICI VOIR VOIX VOS VOTE VOTER VOTES VOTEZ VOTRE VOULEZ VOUS VOYEZ VRAI VRAIE VRAIMENT VÉRITÉ WAIT WALK WANT
    WANTS WAR WAS WATCH WATER WAY WE WEEK WEEKS WELL WERE WEST WHAT WHEN WHERE WHILE WHITE WHO WHOLE WHOSE WHY WILL
    WIN WISH WITH WOMAN WOMEN WON WORD WORDS WORK WORLD WORSE WORST WORTH WOULD WOW WRITE WRONG Y YEAR YEARS YES YET
    YOU YOUNG YOUR YOURS YOUTH ZERO ZÉRO À ÉCOUTE ÉGAL ÉLUES ÉLUS ÉQUIPE ÉTAT ÉTÉ ÊTRE
    """.split()
)  # fmt: skip

#: Tags of several words, as they are written.
HASHTAGS = """
    OpenGov OpenGovernment OpenGovWeek OpenGovernmentWeek OpenGovPartnership OpenData OpenDataDay OpenDialogue
    OpenScience OpenSource OpenGovCan OpenStories OpenParliament OpenContracting OpenInfo OpenInformation OpenHeroes
    YouthVoice YouthVoices YouthDay YouthPower YouthLead YouthLed YouthEngagement YouthParticipation YouthCouncil
    YouthForChange YoungPeople YoungLeaders InternationalYouthDay GenderEquality GenderEquity WomensDay WomensRights
    InternationalWomensDay BreakTheRoles FeministOpenGov CoCreation PeerLearning CivicTech CivicSpace CivicEngagement
    CivilSociety HumanRights HumanRightsDay ClimateChange ClimateAction AccessToInformation RightToKnow RightToInfo
    PlainLanguage PublicService PublicServants PublicData PublicSpending DigitalGovernment DigitalGov DigitalRights
    SocialMedia FakeNews MentalHealth IndigenousYouth ParticipatoryBudgeting GovTech InternationalDayOfDemocracy
    DemocracyDay HaveYourSay YourVoice YourVoiceMatters DidYouKnow NationalActionPlan ActionPlan AntiCorruption
    OgpSummit GetInvolved GouvOuvert GouvernementOuvert SemaineGouvOuvert SemaineDuGouvernementOuvert DonnéesOuvertes
    DonnéesPubliques JournéeDesDonnéesOuvertes DialogueOuvert ScienceOuverte ParlementOuvert LogicielLibre
    LogicielsLibres CodeSource VoixDesJeunes VoixJeunesse ParoleAuxJeunes JeunesEngagés JeunesseEngagée
    EngagementJeunesse ParticipationCitoyenne ParticipationJeunesse JournéeDeLaJeunesse
    JournéeInternationaleDeLaJeunesse JournéeDesFemmes DroitsDesFemmes ÉgalitéDesGenres ÉgalitéDesSexes
    ÉgalitéFemmesHommes CréationConjointe HistoiresDImpact SociétéCivile EspaceCivique DroitsDeLaPersonne
    DroitsHumains ChangementsClimatiques ActionClimatique AccèsÀLInformation DroitDeSavoir LangageClair ServicePublic
    FonctionPublique GouvernementNumérique MédiasSociaux FaussesNouvelles SantéMentale BudgetParticipatif PlanDAction
    LeSaviezVous DonnezVotreAvis VotreVoix VotreVoixCompte JournéeDeLaDémocratie LutteAntiCorruption
    """.split()  # fmt: skip
KNOWN_TAGS = {folded(tag): tag for tag in HASHTAGS}

#: Long tags of one word.
ONE_WORD = frozenset(
    """
    participation environment environnement accessibility accessibilité transparency transparence collaboration
    consultation consultations communication communications accountability sustainability international
    intersectionality responsabilité responsabilités sensibilisation mobilisation mobilization gouvernement
    gouvernements gouvernance parliamentary reconciliation réconciliation democratization démocratisation bilingualism
    bilinguisme neighbourhood neighborhood entrepreneurship entrepreneuriat désinformation disinformation
    misinformation mésinformation discrimination cybersecurity cybersécurité infrastructure infrastructures
    representation représentation multiculturalism multiculturalisme francophonie francophones saskatchewan
    newfoundland charlottetown internationale internationaux universities universitaire apprentissage développement
    interculturel interculturelle professionnels professionnelle responsibility sociodemographic
    """.split()
)  # fmt: skip

#: French words whose capital takes an accent, where the bare word is no word and no name.
CAPITALS = (
    """
    À Ça Ébauche Ébauches Éboueur Éboueurs Écart Écarts Échange Échangeons Échanger Échanges Échangez Échangé
    Échantillon Échantillons Échec Échelle Échelles Échouer Échéance Échéances Éclairage Éclairer Éclairez Éclairés
    Éclat Éclats Écluse Écluses Écocentre École Écoles Écolier Écoliers Écolière Écolières Écologie Écologique
    Écologiques Écologiste Écologistes Économie Économies Économique Économiques Économiste Économistes Écoquartier
    Écoresponsable Écoute Écoutent Écouter Écoutez Écoutons Écran Écrans Écrire Écris Écrit Écrite Écrites Écrits
    Écriture Écritures Écrivez Écrivons Éditeur Éditeurs Éditorial Éditoriaux Éditrice Éditrices Éducateur
    Éducateurs Éducatif Éducatifs Éducative Éducatives Éducatrice Éducatrices Éduquer Également Égalité Égalités
    Égard Égaux Église Églises Égypte Élaboration Élaborer Élaborez Élaborons Élaboré Élargi Élargie Élargir
    Élargissement Élargissez Électeur Électeurs Élection Élections Électoral Électorale Électorales Électoraux
    Électrice Électrices Éliminer Éliminez Éliminons Élire Élisez Élisons Éloge Éloges Éloigné Éloignés Élu Élue
    Élues Élus Élève Élèves Émettre Énergie Énergies Énergétique Énergétiques Énoncé Énoncés Énorme Énormes
    Énormément Énumérez Éolienne Éoliennes Épargne Épargnez Éphémère Épicerie Épiceries Épinglez Époque Épreuve
    Épreuves Éprouver Épuisé Épuisée Équilibre Équilibrer Équilibré Équilibrée Équipe Équipement Équipements Équipes
    Équipée Équitable Équitables Équité Érable Établi Établie Établir Établis Établissement Établissements
    Établissez Étage Étages Étagère Étaient Était Étang Étangs Étant Étape Étapes État Étatique Étatiques États
    Éteignez Éteindre Étendard Étendre Étendu Étendue Étendus Éthiopie Éthique Éthiques Étincelle Étincelles
    Étiquettes Étoile Étoiles Étonnant Étonnante Étranger Étrangers Étrangère Étrangères Étroit Étroite Étude
    Étudiant Étudiante Étudiantes Étudiants Étudie Étudient Étudier Étudiez Étudions Été Évaluer Évaluez Évaluons
    Évalué Évaluée Éveil Éveillez Évidemment Évitent Éviter Évitez Évitons Évolue Évoluer Évoluons Évoquer Évoquez
    Évènement Évènements Événement Événements Êtes Être Île Îles Îlot
    """.split()
)  # fmt: skip
#: Bare forms of these are English words or names too: only French around them makes them certain.
DOUBTFUL_CAPITALS = ("Éducation", "Évaluation", "Édition", "Éditions", "Évolution", "Émission", "Élection", "Élections", "Éthique", "Éditorial")  # fmt: skip
#: Words in capitals throughout that have an accent in any place.
ALL_CAPITALS = (
    """
    ÉTAT ÉTATS ÉCOLE ÉGALITÉ LIBERTÉ FRATERNITÉ QUÉBEC MONTRÉAL FRANÇAIS FRANÇAISE DÉMOCRATIE IDÉE IDÉES ÉCOUTEZ
    ÉCRIVEZ PARTICIPÉ GRATUITÉ SOCIÉTÉ SÉCURITÉ SANTÉ NOUVEAUTÉ DÉCISION DÉCISIONS DONNÉES RÉPONDEZ ÉLECTION ÉLECTIONS
    ÉDUCATION ÉNERGIE ÉCONOMIE ÉVÉNEMENT JOURNÉE ACCÈS TRÈS APRÈS VÉRITÉ CRÉER LANÇONS REÇU FÉDÉRAL SONDÉS RÉSULTATS
    RÉPONSE RÉPONSES
    """.split()
)  # fmt: skip

_OUR = """
    arbor ardor armor behavior candor clamor clangor color demeanor endeavor favor favorite fervor flavor glamor
    harbor honor humor labor neighbor neighborhood odor parlor rancor rigor rumor savior savor splendor tumor valor
    vapor vigor
    """.split()  # fmt: skip
_SINGLE_L = [
    "cancel",
    "channel",
    "counsel",
    "dial",
    "enamel",
    "equal",
    "fuel",
    "jewel",
    "label",
    "level",
    "marvel",
    "model",
    "panel",
    "quarrel",
    "signal",
    "total",
    "travel",
    "tunnel",
    "unravel",
]
_ISE = """
    amortis anonymis apologis authoris capitalis categoris centralis characteris colonis colouris commercialis
    computeris criticis crystallis customis decentralis democratis digitalis digitis economis emphasis energis equalis
    familiaris fertilis finalis formalis generalis globalis harmonis hospitalis humanis hypothesis idealis immunis
    individualis industrialis institutionalis internationalis itemis jeopardis legalis legitimis liberalis localis
    marginalis materialis maximis memoris minimis mobilis modernis monetis motoris nationalis neutralis normalis
    optimis organis patronis penalis personalis polaris politicis popularis prioritis privatis publicis rationalis
    realis recognis regularis reorganis revitalis revolutionis scrutinis sensitis socialis specialis stabilis
    standardis stigmatis subsidis summaris symbolis sympathis synthesis systematis theoris urbanis utilis visualis
    verbalis victimis
    """.split()  # fmt: skip
_NOT_VERBS = {"hypothesis", "emphasis", "synthesis", "emphasises"}


def _canadian() -> dict[str, str]:
    """Spellings that are not Canadian, in lower case, with the Canadian one."""
    found = {
        "center": "centre", "centers": "centres", "centered": "centred", "centering": "centring", "theater": "theatre",
        "theaters": "theatres", "fiber": "fibre", "fibers": "fibres", "caliber": "calibre", "liter": "litre",
        "liters": "litres", "kilometer": "kilometre", "kilometers": "kilometres", "centimeter": "centimetre",
        "centimeters": "centimetres", "millimeter": "millimetre", "millimeters": "millimetres", "somber": "sombre",
        "specter": "spectre", "luster": "lustre", "meager": "meagre", "defense": "defence", "defenses": "defences",
        "offense": "offence", "offenses": "offences", "pretense": "pretence",
        "licenced": "licensed", "licencing": "licensing", "programme": "program", "programmes": "programs",
        "gray": "grey", "grays": "greys", "maneuver": "manoeuvre", "maneuvers": "manoeuvres", "catalog": "catalogue",
        "catalogs": "catalogues", "marvelous": "marvellous", "counselor": "counsellor", "counselors": "counsellors",
        "enrollment": "enrolment", "traveler": "traveller", "travelers": "travellers", "favorably": "favourably",
        "favorites": "favourites", "favoritism": "favouritism", "neighboring": "neighbouring", "honorable": "honourable",
        "colorful": "colourful", "colorless": "colourless", "behavioral": "behavioural", "favorable": "favourable",
        "flavorful": "flavourful", "humorless": "humourless", "neighborly": "neighbourly", "neighborhoods": "neighbourhoods",
    }  # fmt: skip
    for stem in ("analys", "catalys", "paralys"):  # not `analyses`, which is several of them too
        for ending in ("e", "ed", "ing"):
            found[stem + ending] = f"{stem[:-1]}z{ending}"
    for word in _OUR:
        british = word.replace("or", "our", 1) if word.startswith("neighbor") else _last_or(word)
        for ending in ("", "s", "ed", "ing"):
            found[word + ending] = british + ending
    for word in _SINGLE_L:
        for ending in ("ed", "ing"):
            found[word + ending] = f"{word}l{ending}"
    for stem in _ISE:
        for ending in ("e", "es", "ed", "ing", "ation", "ations", "er", "ers"):
            word = stem + ending
            if word not in _NOT_VERBS:
                found[word] = f"{stem[:-1]}z{ending}"
    for word in ("hypothesis", "emphasis", "synthesis", "arboring", "arbored", "ardored", "ardoring"):
        found.pop(word, None)
    return found


def _last_or(word: str) -> str:
    at = word.rindex("or")
    return f"{word[:at]}our{word[at + 2 :]}"


SPELLING = _canadian()
