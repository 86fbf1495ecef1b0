"""What a text message asks for: to stop, to start, for help, or something for people to read. Pure.

Read leniently: case, accents, punctuation, quotes, emojis and spaces between letters do not matter, and a keyword may stand among
words of courtesy, digits and other keywords ("Please stop!", "STOP 36184", "stop all messages, thanks"). Any other word makes it
a text for people: "don't stop", "cancel my order". Where a text says both, stopping wins.
"""

import re
import unicodedata
from enum import StrEnum


class Keyword(StrEnum):
    """`yes` confirms what is waiting to be confirmed, or takes a stop back, and is otherwise no keyword."""

    STOP = "stop"
    START = "start"
    YES = "yes"
    HELP = "help"


_WORDS = {
    # English (all that 47 CFR 64.1200(a)(10) names), French, German, Polish, Spanish, Italian, Dutch, Portuguese, Swedish,
    # Czech.
    Keyword.STOP: (
        "stop stopall unsubscribe cancel end quit revoke optout remove "
        "arret arreter desabonner desinscription desinscrire stopp stoppen abmelden abbestellen ende "
        "koniec rezygnuje rezygnacja wypisz zakoncz usun baja parar cancelar alto basta annulla cancella "
        "afmelden uitschrijven sair stoppa avsluta konec zrusit"
    ),
    Keyword.START: (
        "start unstop subscribe optin resume restart anmelden weiter zapisz wznow zacznij "
        "reprendre abonner alta iscriviti aanmelden"
    ),
    Keyword.YES: "yes y yeah yep ja tak oui si sim ano confirm potwierdzam potwierdz bestatigen",
    Keyword.HELP: "help info information pomoc hilfe aide ayuda aiuto ajuda hulp hjalp",
}
_KEYWORDS = {word: keyword for keyword, words in _WORDS.items() for word in words.split()}
# Words beside a keyword that change nothing about what is meant.
_COURTESY = frozenset(
    "please pls plz thanks thank you thx now immediately all me it this these the from to my number sms text texts texting "
    "message messages messaging sending marketing promotions "
    "bitte danke alle nachrichten jetzt sofort mich prosze dziekuje teraz mnie wiadomosci wszystkie "
    "svp merci tout maintenant messages por favor gracias todo per favore grazie alstublieft".split()
)
_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe", "ß": "ss", "ı": "i"})
_WORD = re.compile(r"[a-z0-9]+")
_LENGTHENED = re.compile(r"s+t+o+p+\Z")
_MOST_WORDS = 8


def keyword_of(text: str) -> Keyword | None:
    """The keyword that a text is, None for one that people are to read."""
    words = _words(text)
    if not words:
        return Keyword.HELP if set(text.strip()) == {"?"} else None
    if (whole := _keyword("".join(words))) is not None:
        return whole
    found = [keyword for word in _joined(words) if (keyword := _keyword(word)) is not None]
    others = [
        word
        for word in _joined(words)
        if _keyword(word) is None and word not in _COURTESY and not word.isdigit()
    ]
    if not found or others or len(words) > _MOST_WORDS:
        return None
    return min(found, key=list(Keyword).index)


def _words(text: str) -> list[str]:
    folded = unicodedata.normalize("NFKD", text[:500]).casefold().translate(_LETTERS)
    plain = "".join(character for character in folded if not unicodedata.combining(character))
    return _WORD.findall(re.sub(r"['’‘`´]", "", plain))


def _joined(words: list[str]) -> list[str]:
    """`opt out` and `opt in`, `stop all`: two words that are one."""
    joined: list[str] = []
    for word in words:
        if joined and joined[-1] == "opt" and word in ("out", "in"):
            joined[-1] += word
        else:
            joined.append(word)
    return joined


def _keyword(word: str) -> Keyword | None:
    if _LENGTHENED.match(word):
        return Keyword.STOP
    return _KEYWORDS.get(word)
