"""What can be wrong with a rule: one class and one sentence each, for the writers of rules."""

from dataclasses import dataclass
from typing import Any, ClassVar

from portal.kernel.errors import N_, DomainError


@dataclass(frozen=True, slots=True)
class Source:
    """A rule's text, to tell where in it something is."""

    text: str

    def place(self, at: int) -> str:
        """7 is the seventh character; 2:7 is that of the second line."""
        before = self.text[:at]
        column = str(at - (before.rfind("\n") + 1) + 1)
        return f"{before.count(chr(10)) + 1}:{column}" if "\n" in self.text.strip() else column


class RuleError(DomainError, ValueError):
    """The rule cannot be used as it is written; `sentence` says where and what to do."""

    status: ClassVar[int] = 422
    message: ClassVar[str] = N_("Column %(place)s: this rule cannot be used.")

    def __init__(self, place: str = "1", **params: Any) -> None:
        self.place = place
        super().__init__(place=place, **params)

    @property
    def sentence(self) -> str:
        return str(self)


class NotARule(RuleError):
    message = N_(
        "Column %(place)s: this does not read as a rule."
        " Look for a missing bracket, quote or operator before it."
    )


class StopsTooEarly(RuleError):
    message = N_("Column %(place)s: the rule stops too early. Write what is missing.")


class ForeignOperator(RuleError):
    message = N_("Column %(place)s: write %(right)s instead of %(wrong)s.")


class OpenText(RuleError):
    message = N_(
        "Column %(place)s: this text has no end. Close it with the quote it begins with,"
        " on the same line."
    )


class StrangeText(RuleError):
    message = N_(
        "Column %(place)s: the text holds %(escape)s, which stands for nothing."
        " Write two backslashes to mean one."
    )


class StrangeNumber(RuleError):
    message = N_(
        "Column %(place)s: this number cannot be read."
        " Write it with at most %(most)s digits, 0 to 9."
    )


class TooLong(RuleError):
    message = N_("The rule is longer than %(most)s characters. Split it.")


class TooDeep(RuleError):
    message = N_(
        "Column %(place)s: the rule is nested more than %(most)s deep. Split it, or use fewer"
        " brackets and operators in a row."
    )


class NotInTheLanguage(RuleError):
    message = N_("Column %(place)s: %(what)s cannot stand in a rule. %(instead)s")


class UnknownName(RuleError):
    message = N_("Column %(place)s: nothing is called %(name)s here. %(hint)s")


class UnknownFunction(RuleError):
    message = N_("Column %(place)s: there is no function %(name)s. %(hint)s")


class WrongArguments(RuleError):
    message = N_("Column %(place)s: %(function)s takes %(takes)s. Here it has %(given)s.")


class WrongSides(RuleError):
    message = N_(
        "Column %(place)s: %(operator)s takes %(takes)s."
        " Here the left side is %(left)s and the right side is %(right)s."
    )


class WrongOperand(RuleError):
    message = N_("Column %(place)s: %(operator)s takes %(takes)s. Here it has %(given)s.")


class BranchesDiffer(RuleError):
    message = N_(
        "Column %(place)s: both answers of ? : are of one type."
        " Here the first is %(left)s and the second is %(right)s."
    )


class MixedList(RuleError):
    message = N_(
        "Column %(place)s: all items of a list are of one type."
        " Here one is %(left)s and another is %(right)s."
    )


class ListOfLists(RuleError):
    message = N_("Column %(place)s: a list cannot hold lists. Take one value of each instead.")


class NoMembers(RuleError):
    message = N_(
        "Column %(place)s: .%(name)s needs a record before the dot. Here it has %(given)s."
    )


class NameTaken(RuleError):
    message = N_("Column %(place)s: %(name)s already means something. Choose another word here.")


class NotAName(RuleError):
    message = N_("Column %(place)s: %(macro)s takes a new word first, as in %(example)s.")


class NothingToHave(RuleError):
    message = N_("Column %(place)s: has takes one name, as in has(person.age).")


class BadConstant(RuleError):
    message = N_("Column %(place)s: write %(function)s as in %(example)s.")


class BadPattern(RuleError):
    message = N_(
        "Column %(place)s: the pattern of matches is a text in quotes that RE2 understands."
        " Correct it: %(reason)s."
    )


class WrongResult(RuleError):
    message = N_("The rule gives %(given)s, and %(wanted)s is needed here. Change the rule.")


class RecordResult(RuleError):
    message = N_("The rule gives %(given)s. Let it give one member, a number or yes or no.")


class TooMuchWork(RuleError):
    message = N_("The rule is too much work for these facts. Let it look at fewer items.")
