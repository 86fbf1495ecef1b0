"""The rule language: what a rule may say, and what is made of it.

`parse_rule` makes a rule of what people send, `compile_rule` makes one ready for judging customers: one by one, many at a moment,
or (`rules.columns`, which needs numpy) all of a page at once.
"""

from regulars.segments.rules.compiling import Compiled, Reads, compile_rule
from regulars.segments.rules.explaining import Explanation
from regulars.segments.rules.nodes import Rule, load_rule
from regulars.segments.rules.parsing import parse_rule
from regulars.segments.rules.vocabulary import Vocabulary

__all__ = [
    "Compiled",
    "Explanation",
    "Reads",
    "Rule",
    "Vocabulary",
    "compile_rule",
    "load_rule",
    "parse_rule",
]
