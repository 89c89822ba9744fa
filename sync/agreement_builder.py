"""Builds parts of the agreement out of configuration sections, and gathers everything that is wrong with them."""

from collections.abc import Callable, Iterable
from difflib import get_close_matches
from typing import TypeVar

from journey.rules import Condition
from mapping.expression import Expression, ExpressionError, compile_expression
from sync.config_source import Location, Problem
from sync.vocabulary import Fields, Vocabulary

Built = TypeVar("Built")


class Builder:
    """Builds the parts, gathering what is wrong with each."""

    def __init__(self, words: Vocabulary) -> None:
        self.words = words
        self.problems: list[Problem] = []

    def attempt(self, location: Location, build: Callable[[], Built]) -> Built | None:
        """What `build` gives, or None with its ValueError noted."""
        try:
            return build()
        except ValueError as error:
            self.problems.append(Problem(location, str(error)))
            return None

    def expression(self, location: Location, source: str, fields: Fields) -> Expression | None:
        """A compiled condition over `fields`, or None with what is wrong noted."""
        try:
            return compile_expression(source, fields, condition=True)
        except ExpressionError as error:
            message = error.message + (f"; {error.hint}" if error.hint else "")
            self.problems.append(Problem(location, message, inside=(error.line, error.column)))
            return None

    def condition(self, location: Location, source: str | None) -> Condition | None:
        """A condition over a person's fields, if there is one."""
        expression = None if source is None else self.expression(location, source, self.words.person)
        return expression.holds if expression else None

    def unknown(self, location: Location, kind: str, name: str, known: Iterable[str], advice: str) -> None:
        """Note that there is no `name`: did they mean one of `known`, or what else to do?"""
        near = get_close_matches(name, list(known), n=1)
        hint = f"did you mean '{near[0]}'?" if near else advice
        self.problems.append(Problem(location, f"unknown {kind} '{name}'; {hint}"))
