"""From text to a query. Whatever is not of the language gets the vendor's SYNTAX_ERROR or INVALID_QUERY."""

import re
from dataclasses import dataclass

from sandbox.zoho.coql.syntax import (
    Both,
    Column,
    Condition,
    Criterion,
    Either,
    Literal,
    Operator,
    Path,
    Query,
    criteria,
)
from sandbox.zoho.errors import Refusal, bad

DEFAULT_LIMIT, MOST_ROWS, FURTHEST_ROW = 200, 2_000, 100_000
MOST_CRITERIA, MOST_ORDERED = 25, 10
_TOKEN = re.compile(
    r"""\s*(?:
        (?P<text>'(?:[^']|'')*'|"(?:[^"]|"")*")
      | (?P<number>-?\d+(?:\.\d+)?)(?![\w.])
      | (?P<word>[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*)
      | (?P<sign><=|>=|!=|<>|=|<|>|\(|\)|,)
    )""",
    re.VERBOSE | re.ASCII,
)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int


def parse(source: str, most_columns: int, most_values: int) -> Query:
    """The query. Raises the vendor's 400."""
    return _Parser(source, most_columns, most_values).query()


class _Parser:
    """Recursive descent over the tokens."""

    def __init__(self, source: str, most_columns: int, most_values: int) -> None:
        self._source = source
        self._tokens = _tokens(source)
        self._next = 0
        self._most_columns = most_columns
        self._most_values = most_values

    def query(self) -> Query:
        """The whole of it."""
        if not self._take("select"):
            raise bad("SYNTAX_ERROR", "given coql query not supported")
        columns = self._columns()
        self._need("from")
        module = self._word()
        if not self._take("where"):
            raise bad("SYNTAX_ERROR", "missing clause", clause="where")
        where = self._pair()
        if len(criteria(where)) > MOST_CRITERIA:
            raise bad("LIMIT_EXCEEDED", "criteria limit exceeded", limit=MOST_CRITERIA)
        order = self._order()
        limit, offset = self._limit()
        if self._next < len(self._tokens):
            raise self._unexpected()
        return Query(columns, module, where, order, limit, offset)

    def _columns(self) -> tuple[Column, ...]:
        columns = [self._column()]
        while self._take(","):
            columns.append(self._column())
        if len(columns) > self._most_columns:
            raise bad("LIMIT_EXCEEDED", "select column limit exceeded", limit=self._most_columns)
        names = [column.name for column in columns]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise bad("DUPLICATE_DATA", "duplicate select column", column_name=twice)
        return tuple(columns)

    def _column(self) -> Column:
        word = self._word()
        if self._take("("):
            path = self._path(self._word())
            self._need(")")
            if word.lower() != "count":
                column = f"{word}({'.'.join(path)})"
                raise bad("INVALID_DATA", "invalid data", reason="unsupported aggregate function", column=column)
            return Column(path, self._alias(f"COUNT({'.'.join(path)})"), counts=True)
        return Column(self._path(word), self._alias(word))

    def _alias(self, name: str) -> str:
        return self._word() if self._take("as") else name

    def _pair(self) -> Condition:
        """At most two conditions: more must be bracketed in pairs."""
        left = self._condition()
        for word, joined in (("and", Both), ("or", Either)):
            if self._take(word):
                right = self._condition()
                if self._peek("and") or self._peek("or"):
                    raise bad(
                        "SYNTAX_ERROR", "error occured while parsing the query", near=self._tokens[self._next].text
                    )
                return joined(left, right)
        return left

    def _condition(self) -> Condition:
        if self._take("("):
            inside = self._pair()
            self._need(")")
            return inside
        path = self._path(self._word())
        operator = self._operator()
        return Criterion(path, operator, self._values(operator))

    def _operator(self) -> Operator:
        token = self._any()
        text = "!=" if token.text == "<>" else token.text.lower()
        if text == "is":
            text = "is not null" if self._take("not") else "is null"
            self._need("null")
        elif text == "not":
            text = f"not {self._any().text.lower()}"
        try:
            return Operator(text)
        except ValueError:
            raise bad("SYNTAX_ERROR", "operator not supported", operator=text) from None

    def _values(self, operator: Operator) -> tuple[Literal, ...]:
        if operator in {Operator.IS_NULL, Operator.IS_NOT_NULL}:
            return ()
        if operator in {Operator.BETWEEN, Operator.NOT_BETWEEN}:
            low = self._literal()
            self._need("and")
            return low, self._literal()
        if operator in {Operator.IN, Operator.NOT_IN}:
            return self._list()
        return (self._literal(),)

    def _list(self) -> tuple[Literal, ...]:
        self._need("(")
        values = [self._literal()]
        while self._take(","):
            values.append(self._literal())
        self._need(")")
        if len(values) > self._most_values:
            raise bad("LIMIT_EXCEEDED", "value limit exceeded", limit=self._most_values)
        return tuple(values)

    def _literal(self) -> Literal:
        token = self._any()
        if token.kind == "text":
            quote = token.text[0]
            return token.text[1:-1].replace(quote * 2, quote)
        if token.kind == "number":
            return float(token.text) if "." in token.text else int(token.text)
        if token.kind == "word" and token.text.lower() in {"true", "false"}:
            return token.text.lower() == "true"
        self._next -= 1
        raise self._unexpected()

    def _order(self) -> tuple[tuple[Path, bool], ...]:
        if not self._take("order"):
            return ()
        self._need("by")
        order = [self._ordered()]
        while self._take(","):
            order.append(self._ordered())
        if len(order) > MOST_ORDERED:
            raise bad("LIMIT_EXCEEDED", "order by column limit exceeded", limit=MOST_ORDERED)
        return tuple(order)

    def _ordered(self) -> tuple[Path, bool]:
        path = self._path(self._word())
        down = self._take("desc")
        if not down:
            self._take("asc")
        return path, down

    def _limit(self) -> tuple[int, int]:
        limit = self._whole("limit") if self._take("limit") else DEFAULT_LIMIT
        offset = self._whole("offset") if self._take("offset") else 0
        if limit < 1:
            raise bad("INVALID_DATA", "limit should be greater than 0")
        if limit > MOST_ROWS:
            raise bad("INVALID_QUERY", "limit given seems to be invalid", limit=limit)
        if offset < 0 or offset + limit > FURTHEST_ROW:
            raise bad("INVALID_QUERY", "offset given seems to be invalid", offset=offset)
        return limit, offset

    def _whole(self, name: str) -> int:
        token = self._any()
        if token.kind != "number" or "." in token.text:
            raise bad("INVALID_QUERY", f"{name} given seems to be invalid", **{name: token.text})
        return int(token.text)

    def _word(self) -> str:
        token = self._any()
        if token.kind == "text":  # a reserved word used as a name stands in quotes
            return token.text[1:-1]
        if token.kind != "word":
            self._next -= 1
            raise self._unexpected()
        return token.text

    @staticmethod
    def _path(word: str) -> Path:
        return tuple(word.split("."))

    def _peek(self, text: str) -> bool:
        return self._next < len(self._tokens) and self._tokens[self._next].text.lower() == text

    def _take(self, text: str) -> bool:
        found = self._peek(text)
        self._next += found
        return found

    def _need(self, text: str) -> None:
        if not self._take(text):
            raise self._unexpected()

    def _any(self) -> _Token:
        if self._next >= len(self._tokens):
            raise self._unexpected()
        self._next += 1
        return self._tokens[self._next - 1]

    def _unexpected(self) -> Refusal:
        at_end = self._next >= len(self._tokens)
        token = _Token("", "", len(self._source)) if at_end else self._tokens[self._next]
        line = self._source.count("\n", 0, token.at) + 1
        column = token.at - (self._source.rfind("\n", 0, token.at) + 1) + 1
        return bad("SYNTAX_ERROR", "unexpected token", line=line, column=column, near=token.text)


def _tokens(source: str) -> list[_Token]:
    tokens, at = [], 0
    while source[at:].strip():
        found = _TOKEN.match(source, at)
        if found is None or found.lastgroup is None:
            raise bad("SYNTAX_ERROR", "error occured while parsing the query", near=source[at : at + 20].strip())
        tokens.append(_Token(found.lastgroup, found[found.lastgroup], found.start(found.lastgroup)))
        at = found.end()
    return tokens
