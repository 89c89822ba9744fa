"""SOQL text → tree. Source: developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl (SELECT syntax)."""

from sandbox.salesforce.errors import Refusal
from sandbox.salesforce.soql.lexer import Lexeme, Token, lexemes, malformed, unquoted
from sandbox.salesforce.soql.periods import is_period
from sandbox.salesforce.soql.tree import (
    Aggregate,
    AllFields,
    Both,
    Compare,
    Condition,
    Either,
    Literal,
    Name,
    Negation,
    Order,
    Query,
    Sort,
)
from sandbox.salesforce.times import stamp_or_none

_FUNCTIONS = frozenset({"COUNT", "COUNT_DISTINCT", "MIN", "MAX", "SUM", "AVG"})
_CLAUSES = frozenset(
    {"FROM", "WHERE", "GROUP", "ORDER", "LIMIT", "OFFSET", "AND", "OR", "FOR", "HAVING", "WITH", "USING", "ALL"}
)
_WORDS = {"TRUE": (Sort.BOOLEAN, True), "FALSE": (Sort.BOOLEAN, False), "NULL": (Sort.NULL, None)}


def parse(source: str) -> Query:
    """The query. Raises the vendor's MALFORMED_QUERY where it cannot be one."""
    parser = _Parser(source)
    query = parser.query()
    if parser.next.token is not Token.END:
        raise parser.unexpected()
    return query


class _Parser:
    """Recursive descent over the tokens."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._tokens = lexemes(source)
        self._position = 0

    @property
    def next(self) -> Lexeme:
        return self._tokens[self._position]

    def take(self) -> Lexeme:
        self._position += 1
        return self._tokens[self._position - 1]

    def unexpected(self) -> Refusal:
        return malformed(self._source, self.next.at, f"unexpected token: '{self.next.text}'")

    def _is(self, *words: str) -> bool:
        return self.next.word in words and self.next.token is not Token.STRING

    def _accept(self, word: str) -> bool:
        if self._is(word):
            self.take()
            return True
        return False

    def _expect(self, word: str) -> None:
        if not self._accept(word):
            raise self.unexpected()

    def query(self) -> Query:
        """SELECT … to the end of the query or sub-select."""
        self._expect("SELECT")
        selected = [self._selected()]
        while self._accept(","):
            selected.append(self._selected())
        self._expect("FROM")
        kind = self._name()
        where = self._condition() if self._accept("WHERE") else None
        group = self._group() if self._accept("GROUP") else ()
        order = self._order() if self._accept("ORDER") else ()
        limit = self._whole() if self._accept("LIMIT") else None
        offset_at = self.next.at
        offset = self._whole() if self._accept("OFFSET") else 0
        return Query(self._source, tuple(selected), kind, where, group, order, limit, offset, offset_at)

    def _selected(self) -> Name | Aggregate | AllFields | Query:
        if self._accept("("):
            inner = self.query()
            self._expect(")")
            return inner
        name = self._name()
        if not self._accept("("):
            return name
        word = name.text.upper()
        if word == "FIELDS" and self._is("ALL", "STANDARD", "CUSTOM"):
            which = self.take().word
            self._expect(")")
            return AllFields(which, name.at)
        if word not in _FUNCTIONS:
            raise malformed(self._source, name.at, f"unexpected token: '{name.text}'")
        inside = None if self._is(")") and word == "COUNT" else self._name()
        self._expect(")")
        return Aggregate(word, inside, self._alias())

    def _alias(self) -> str | None:
        return self.take().text if self.next.token is Token.NAME and not self._is(*_CLAUSES) else None

    def _name(self) -> Name:
        if self.next.token is not Token.NAME or self._is(*_CLAUSES) or ":" in self.next.text:
            raise self.unexpected()
        taken = self.take()
        return Name(taken.text, taken.at)

    def _condition(self) -> Condition:
        first = self._term()
        if not self._is("AND", "OR"):
            return first
        word, parts = self.next.word, [first]
        while self._accept(word):
            parts.append(self._term())
        if self._is("AND", "OR"):  # the vendor wants parentheses where AND and OR meet
            raise self.unexpected()
        return Both(tuple(parts)) if word == "AND" else Either(tuple(parts))

    def _term(self) -> Condition:
        if self._accept("NOT"):
            return Negation(self._term())
        if self._accept("("):
            inner = self._condition()
            self._expect(")")
            return inner
        name = self._name()
        if self.next.token is Token.OPERATOR:
            operator = self.take().text
            return Compare(name, "!=" if operator == "<>" else operator, (self._literal(),))
        if self._accept("LIKE"):
            return Compare(name, "LIKE", (self._literal(),))
        operator = "NOT IN" if self._accept("NOT") else "IN"
        self._expect("IN")
        return Compare(name, operator, self._list())

    def _list(self) -> tuple[Literal, ...]:
        self._expect("(")
        listed = [self._literal()]
        while self._accept(","):
            listed.append(self._literal())
        self._expect(")")
        return tuple(listed)

    def _literal(self) -> Literal:
        token = self.next
        if token.token is Token.STRING:
            self.take()
            return Literal(Sort.STRING, unquoted(token.text), token.at)
        if token.token is Token.NUMBER:
            self.take()
            return Literal(Sort.NUMBER, float(token.text), token.at)
        if token.token is Token.DATETIME:
            self.take()
            return Literal(Sort.DATETIME, self._instant(token), token.at)
        if token.token is Token.DATE:
            self.take()
            return Literal(Sort.DATE, token.text, token.at)
        if token.token is Token.NAME and token.word in _WORDS:
            self.take()
            return Literal(*_WORDS[token.word], token.at)
        if token.token is Token.NAME and is_period(token.word):
            self.take()
            return Literal(Sort.PERIOD, token.word, token.at)
        raise self.unexpected()

    def _instant(self, token: Lexeme) -> str:
        wire = stamp_or_none(token.text)
        if wire is None:
            raise malformed(self._source, token.at, f"invalid datetime: {token.text}")
        return wire

    def _group(self) -> tuple[Name, ...]:
        self._expect("BY")
        names = [self._name()]
        while self._accept(","):
            names.append(self._name())
        return tuple(names)

    def _order(self) -> tuple[Order, ...]:
        self._expect("BY")
        keys = [self._key()]
        while self._accept(","):
            keys.append(self._key())
        return tuple(keys)

    def _key(self) -> Order:
        name = self._name()
        descending = self._accept("DESC")
        if not descending:
            self._accept("ASC")
        last = False
        if self._accept("NULLS"):
            last = self._accept("LAST")
            if not last:
                self._expect("FIRST")
        return Order(name, descending, last)

    def _whole(self) -> int:
        if self.next.token is not Token.NUMBER or not self.next.text.isdecimal():
            raise self.unexpected()
        return int(self.take().text)
