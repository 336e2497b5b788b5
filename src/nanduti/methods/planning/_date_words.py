"""The words people use in dates, folded to lower case without accents.

English, Spanish, Italian, French and Portuguese; month names also in Guaraní, Hindi and Tamil. The lists
are ordinary vocabulary; ambiguous short words (``mar``, ``ago``, ``a``) are settled by the grammar, not here.
"""

from __future__ import annotations

import unicodedata

_MONTHS = {
    1: "january jan enero ene gennaio gen janvier janv janeiro jasytei जनवरी ஜனவரி",
    2: "february feb febr febrero febbraio febb fevrier fevr fev fevereiro jasykoi फरवरी फ़रवरी பிப்ரவரி",
    3: "march mar marzo mzo mars marco jasyapy मार्च மார்ச்",
    4: "april apr abril abr aprile avril avr jasyrundy अप्रैल ஏப்ரல்",
    5: "may mayo maggio mag magg mai maio jasypo मई மே",
    6: "june jun junio giugno giu juin junho jasypotei जून ஜூன்",
    7: "july jul julio luglio lug lugl juillet juil julho jasypokoi जुलाई ஜூலை",
    8: "august aug agosto ago aout jasypoapy अगस्त ஆகஸ்ட்",
    9: "september sep sept septiembre setiembre set settembre sett septembre setembro jasyporundy सितंबर"
    " सितम्बर செப்டம்பர்",
    10: "october oct octubre ottobre ott octobre outubro out jasypa अक्टूबर अक्तूबर அக்டோபர்",
    11: "november nov noviembre novembre novembro jasypatei नवंबर नवम्बर நவம்பர்",
    12: "december dec diciembre dic dicbre dicembre decembre dezembro dez jasypakoi दिसंबर दिसम्बर டிசம்பர்",
}
_WEEKDAYS = {
    0: "monday mon mondays lunes lun lunedi lundi segunda-feira",
    1: "tuesday tue tues martes martedi mardi terca-feira",
    2: "wednesday wed miercoles mie mercoledi mercredi mer quarta-feira",
    3: "thursday thu thur thurs jueves jue giovedi gio jeudi jeu quinta-feira",
    4: "friday fri viernes vie venerdi ven vendredi sexta-feira",
    5: "saturday sat sabado sab sabato samedi sam",
    6: "sunday sun domingo dom domenica dimanche dim",
}
_SEASONS = {  # the first month in the northern hemisphere
    3: "spring primavera printemps",
    6: "summer verano estate ete verao",
    9: "autumn fall otono autunno automne outono",
    12: "winter invierno inverno hiver",
}
_PARTS = {
    0: "early beginning start begin principio principios inicio inicios comienzo comienzos primeros inizio"
    " inizi debut",
    1: "mid middle mediado mediados meta mi meados milieu",
    2: "late end ending final finales fines fin fine fim finais",
}
_UNITS = {
    "quarter": "quarter quarters trimestre trimestri trimestres trim qtr",
    "half": "half semestre semestri semestres sem mitad moitie metade",
    "third": "cuatrimestre quadrimestre",
    "fortnight": "quincena fortnight quindicina quinzena quinzaine",
    "week": "week semana settimana semaine",
}
_ORDINALS = {
    1: "first 1st primer primero primera primo prima premier premiere primeiro primeira i",
    2: "second segundo segunda secondo seconda deuxieme seconde ii",
    3: "third tercer tercero tercera terzo terza troisieme terceiro terceira iii",
    4: "fourth cuarto cuarta quarto quarta quatrieme iv",
    -1: "last ultimo ultima dernier derniere",
}
_KINDS = {
    "AND": "and y et e then luego poi puis",
    "OR": "or o ou oppure",
    "TO": "to through thru al ad au ao a",
    "FROM": "from da",
    "SINCE": "since desde depuis starting dal dai dalla",
    "UNTIL": "until till by hasta fino jusqu jusque ate entro",
    "BEFORE": "before antes prima avant",
    "AFTER": "after despues dopo apres depois",
    "BETWEEN": "between entre tra fra",
    "OF": "of de del della dell delle di du do des d l la el le il lo los las the in en on nel nell em na"
    " anno ano annee year years mes mese mois month dia dias giorno giorni jour day days date dated"
    " alle alla",
    "FY": "fy fiscal",
    "ABOUT": "about circa ca around approximately approx aprox aproximadamente hacia alrededor verso vers",
    "NOT": "not no non nao except excluding salvo excepto tranne sauf cancelled canceled cancelado cancelada"
    " annullato annule postponed deferred aplazado pospuesto suspendido rinviato reporte adiado",
    "RELATIVE": "today yesterday tomorrow next this current currently soon recently hoy ayer manana proximo"
    " proxima pasado pasada este esta pronto actual oggi ieri domani prossimo prossima scorso scorsa questo"
    " questa aujourd hui demain hier prochain prochaine hoje amanha ontem proximos passado now ahora adesso"
    " agora",
    "ONGOING": "ongoing continuing continuous permanent permanente present presente onwards onward",
    "NOTHING": "tbd tba tbc pending pendiente unknown desconocido",
}

#: Two or more words that mean one thing; tried before single words.
PHRASES: tuple[tuple[str, str], ...] = (
    ("ONGOING", r"on[\s-]+going|en\s+curso|en\s+marcha|in\s+corso|en\s+cours|em\s+curso|em\s+andamento"),
    (
        "ONGOING",
        r"(?:to|till|until|hasta|a|fino\s+a|ad|ate)\s+(?:the\s+|la\s+)?(?:date|present|now|fecha|hoy|oggi)",
    ),
    ("ONGOING", r"en\s+adelante|in\s+poi|(?:and\s+)?in\s+progress|work\s+in\s+progress"),
    (
        "NOTHING",
        r"to\s+be\s+(?:decided|defined|confirmed|announced)|por\s+(?:definir|confirmar)|da\s+definire",
    ),
    ("NOTHING", r"n\s*[./]\s*[ad]\b\.?|sin\s+fecha|no\s+date|senza\s+data|s\s*/\s*f\b|s\.\s*f\."),
    ("NOT", r"not\s+(?:before|after|yet)|no\s+antes"),
    ("BEFORE", r"antes\s+del?|prima\s+del?|prima\s+di|avant\s+le|prior\s+to"),
    ("AFTER", r"despues\s+del?|dopo\s+il"),
    (
        "UNTIL",
        r"up\s+to|no(?:t)?\s+later\s+than|a\s+mas\s+tardar(?:\s+en)?|fino\s+a(?:l|d|lla|i)?|hasta\s+el",
    ),
    ("UNTIL", r"jusqu['’]?\s*(?:a|au|en)"),
    (
        "SINCE",
        r"a\s+partir\s+d(?:e|el|o|a)|a\s+partire\s+d(?:a|al|alla|ai)|as\s+(?:of|from)|starting\s+(?:from|in)",
    ),
    ("SINCE", r"desde\s+(?:el|la)\b"),
    ("AND", r"and\s+then|y\s+luego|e\s+poi"),
    ("FY", r"f\s*\.\s*y\s*\.?|financial\s+year|fiscal\s+year|ano\s+fiscal|ejercicio\s+fiscal"),
    ("WEEKDAY_PT", r"(?:segunda|terca|quarta|quinta|sexta)-feira"),
)


def fold(text: str) -> str:
    """Lower case, compatibility forms resolved, Latin accents removed.

    >>> fold("12 Février"), fold("2º")
    ('12 fevrier', '2o')
    """
    parts = unicodedata.normalize("NFKD", text.lower())
    return "".join(c for c in parts if not "\u0300" <= c <= "\u036f")


def _turn(table: dict, kind: str) -> dict[str, tuple[str, object]]:
    return {fold(word): (kind, value) for value, words in table.items() for word in words.split()}


def _lexicon() -> dict[str, tuple[str, object]]:
    words: dict[str, tuple[str, object]] = {}
    for table, kind in ((_ORDINALS, "ORD"), (_PARTS, "PART"), (_WEEKDAYS, "WEEKDAY"), (_SEASONS, "SEASON")):
        words.update(_turn(table, kind))
    words.update(_turn(_UNITS, "UNIT"))
    for kind, listed in _KINDS.items():
        words.update(dict.fromkeys(listed.split(), (kind, None)))
    words.update(_turn(_MONTHS, "MONTH"))  # last, so that a month wins over a homonym
    return words


#: Folded word → (kind of token, value).
LEXICON = _lexicon()

MONTH_NAMES = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
