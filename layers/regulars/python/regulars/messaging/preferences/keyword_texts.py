"""The answers to keywords, in letters that an SMS holds 160 of."""

from collections.abc import Mapping

from regulars.messaging.preferences.keyword_model import Keyword

ANSWERS: Mapping[Keyword, Mapping[str, str]] = {
    Keyword.STOP: {
        "en": "{shop}: You are unsubscribed and will get no more messages. Reply START to subscribe again.",
        "de": "{shop}: Sie sind abgemeldet und erhalten keine Nachrichten mehr. Mit START melden Sie sich wieder an.",
        "pl": "{shop}: Wypisano, nie wyslemy wiecej wiadomosci. Odpowiedz START, aby zapisac sie ponownie.",
    },
    Keyword.START: {
        "en": "{shop}: You are subscribed. Reply STOP to unsubscribe, HELP for help.",
        "de": "{shop}: Sie sind angemeldet. Mit STOP melden Sie sich ab, mit HILFE erhalten Sie Hilfe.",
        "pl": "{shop}: Zapisano. Odpowiedz STOP, aby zrezygnowac, POMOC, aby uzyskac pomoc.",
    },
    Keyword.HELP: {
        "en": "{shop}: Messages about your orders and offers. Questions: {contact}. Reply STOP to unsubscribe.",
        "de": "{shop}: Nachrichten zu Bestellungen und Angeboten. Fragen: {contact}. Mit STOP melden Sie sich ab.",
        "pl": "{shop}: Wiadomosci o zamowieniach i promocjach. Pytania: {contact}. Odpowiedz STOP, aby zrezygnowac.",
    },
}
