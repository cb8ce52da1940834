"""The rule language: text that a department writes, checked before use, answered with reasons.

Everything other rooms need is here; the nodes for other readers are in `portal.rules.tree`.
"""

from portal.rules.evaluate import Used, Verdict
from portal.rules.faults import RuleError, TooMuchWork
from portal.rules.lexical import is_name
from portal.rules.renaming import renamed
from portal.rules.rule import Rule, compile_rule, parse_rule
from portal.rules.types import BOOL, DATE, MONEY, NUMBER, TEXT, Kind, Type, list_of, record
from portal.rules.values import UNKNOWN, Unknown

__all__ = [
    "BOOL",
    "DATE",
    "MONEY",
    "NUMBER",
    "TEXT",
    "UNKNOWN",
    "Kind",
    "Rule",
    "RuleError",
    "TooMuchWork",
    "Type",
    "Unknown",
    "Used",
    "Verdict",
    "compile_rule",
    "is_name",
    "list_of",
    "parse_rule",
    "record",
    "renamed",
]
