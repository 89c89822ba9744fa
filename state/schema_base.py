"""What every table is made of. Times are microseconds since 1970 UTC, values canonical JSON (`state.codec`), flags 0 or 1."""

from sqlalchemy import BigInteger, MetaData, SmallInteger, Text
from sqlalchemy.dialects import postgresql

metadata = MetaData()

Key = Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
"""Text compared byte by byte, so that both databases sort ids alike."""

Time = BigInteger
Flag = SmallInteger
Json = Text
