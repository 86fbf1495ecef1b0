"""What a text message is taken to mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.messaging.preferences.keyword_model import Keyword, keyword_of

STOP, START, YES, HELP = Keyword.STOP, Keyword.START, Keyword.YES, Keyword.HELP


@pytest.mark.parametrize(
    ("text", "keyword"),
    [
        ("STOP", STOP),
        ("stop.", STOP),
        ("  Stop!!! ", STOP),
        ("“STOP”", STOP),
        ("'stop'", STOP),
        ("s t o p", STOP),
        ("S.T.O.P", STOP),
        ("STOOOPPP", STOP),
        ("🛑 stop 🛑", STOP),
        ("ＳＴＯＰ", STOP),
        ("stop\u00a0please", STOP),
        ("Please stop texting me", STOP),
        ("stop all messages, thanks", STOP),
        ("STOP ALL", STOP),
        ("STOPALL", STOP),
        ("STOP 36184", STOP),
        ("stop stop stop", STOP),
        ("Unsubscribe", STOP),
        ("unsubscribe me from this", STOP),
        ("CANCEL", STOP),
        ("End", STOP),
        ("quit", STOP),
        ("Revoke", STOP),
        ("OPT OUT", STOP),
        ("opt-out", STOP),
        ("Optout please", STOP),
        ("remove me", STOP),
        ("ARRÊT", STOP),
        ("arret svp", STOP),
        ("STOPP", STOP),
        ("Abmelden bitte", STOP),
        ("Koniec", STOP),
        ("KONIEC proszę", STOP),
        ("Wypisz mnie", STOP),
        ("rezygnuję", STOP),
        ("BAJA", STOP),
        ("yes stop", STOP),
        ("START", START),
        ("unstop", START),
        ("Opt in", START),
        ("Wznów", START),
        ("YES", YES),
        ("yes please", YES),
        ("Tak", YES),
        ("Ja, bitte", YES),
        ("HELP", HELP),
        ("help me please", HELP),
        ("INFO", HELP),
        ("pomoc!", HELP),
        ("Hilfe", HELP),
        ("?", HELP),
        ("don't stop", None),
        ("dont stop", None),
        ("cancel my order", None),
        ("stop by the shop tomorrow", None),
        ("When does the offer end", None),
        ("end of the day please", None),
        ("bus stop", None),
        ("thanks", None),
        ("12345", None),
        ("", None),
        ("🎉", None),
        ("please", None),
        ("stop please please please please please please please please", None),
        ("I need help with order 5", None),
    ],
)
def test_a_text_means(text: str, keyword: Keyword | None) -> None:
    assert keyword_of(text) is keyword


@given(st.text(max_size=600))
def test_any_text_can_be_read(text: str) -> None:
    assert keyword_of(text) in {*Keyword, None}


@given(st.sampled_from(["stop", "unsubscribe", "koniec", "revoke"]), st.data())
def test_case_spaces_and_signs_do_not_matter(word: str, data: st.DataObject) -> None:
    signs = st.text(st.sampled_from(" .,!\"'«»“”()*-_\n\t🙂"), max_size=4)
    dressed = "".join(
        data.draw(signs) + (letter.upper() if data.draw(st.booleans()) else letter) for letter in word
    )
    assert keyword_of(data.draw(signs) + dressed + data.draw(signs)) is STOP
