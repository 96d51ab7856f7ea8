"""What a case is, and the list of them."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.attacks.desk import Desk

Attack = Callable[[Desk], str]


@dataclass(frozen=True, slots=True)
class Case:
    """One attack: its name, by what it comes, and the act that returns in words what became of it, or fails."""

    name: str
    carrier: str
    attack: Attack


CASES: list[Case] = []


def case(name: str, carrier: str = "argument") -> Callable[[Attack], Attack]:
    """Put an attack on the list."""

    def enlist(attack: Attack) -> Attack:
        CASES.append(Case(name, carrier, attack))
        return attack

    return enlist


def text_case(name: str, text: str, *marks: str) -> None:
    """An argument's text that must be seen as it is stored, and these words in it."""
    CASES.append(Case(name, "argument", lambda desk: desk.sees_text(text, *marks)))
