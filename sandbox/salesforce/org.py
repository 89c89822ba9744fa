"""One Salesforce org: its objects and records, its users and their rights, its limits, faults and witness."""

import heapq
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sandbox.common.times import Clock, Millis, iso
from sandbox.salesforce.access import Access, Security
from sandbox.salesforce.bulk.jobs import Jobs
from sandbox.salesforce.cursors import Cursors
from sandbox.salesforce.errors import refuse
from sandbox.salesforce.faults import Fault, SalesforceFaults
from sandbox.salesforce.fields import Field, Kind, Row
from sandbox.salesforce.formulas import Formula, compile_formula
from sandbox.salesforce.ids import canonical, numbered
from sandbox.salesforce.kinds import kinds
from sandbox.salesforce.ledger import SalesforceLedger
from sandbox.salesforce.limits import Limits
from sandbox.salesforce.sessions import ADMIN_USER, INTEGRATION_USER, Sessions
from sandbox.salesforce.settings import Settings
from sandbox.salesforce.store import Table
from sandbox.salesforce.times import stamp

_BEGUN = "2020-01-01T09:00:00.000+0000"


@dataclass(frozen=True, slots=True)
class ValidationRule:
    """A write is refused with `message` when the record would hold a value in `field` that `pattern` matches."""

    object: str
    field: str
    pattern: re.Pattern[str]
    message: str


class Org:
    """`tables` by lower-case object name. The clock is the org's."""

    def __init__(self, settings: Settings | None = None, clock: Clock | None = None) -> None:
        self.settings = settings or Settings()
        self.clock = clock or Clock()
        self.tables = {kind.name.lower(): Table(kind) for kind in kinds()}
        self.formulas: dict[tuple[str, str], Formula] = {}
        self.rules: list[ValidationRule] = []
        self.ledger = SalesforceLedger()
        self.faults = SalesforceFaults(Fault.read)
        self.limits = Limits(self.settings)
        self.security = Security(self.tables)
        self.cursors = Cursors()
        self.jobs = Jobs()
        self.custom_fields: dict[str, tuple[str, Field]] = {}
        self._prefixes = {table.kind.prefix: table for table in self.tables.values()}
        self._late: list[tuple[int, int, str, Row]] = []
        self.admin, self.integration = (
            found_user(self, name, n) for n, name in enumerate((ADMIN_USER, INTEGRATION_USER))
        )
        self.sessions = Sessions(self.integration)
        found_statuses(self)

    def configure(self, settings: Settings) -> None:
        """Take new settings."""
        self.settings = self.limits.settings = settings

    def present(self) -> str:
        """The present instant, to the millisecond."""
        return iso(self.clock.now())

    def table(self, name: str) -> Table:
        """The records of an object by name. Raises KeyError when there is no such object."""
        return self.tables[name.lower()]

    def named(self, name: str) -> Table:
        """The records of an object in a path, or the vendor's 404."""
        found = self.tables.get(name.lower())
        if found is None:
            raise refuse(404, "NOT_FOUND", "The requested resource does not exist")
        return found

    def lookup(self, id_: str) -> Row | None:
        """The record with an 18-letter id, deleted or not, of whatever object."""
        table = self._prefixes.get(id_[:3])
        found: Row | None = None if table is None else table.rows.get(id_)
        return found

    def table_of(self, id_: str) -> Table | None:
        """Whose records have ids that begin like this one."""
        return self._prefixes.get(id_[:3])

    def access(self, user: str, kind: Kind) -> Access:
        """What a user may see and edit of an object."""
        return self.security.of(user, kind)

    def now(self) -> str:
        """The present second, as records have it."""
        return stamp(self.clock.now())

    def today(self, now: Millis | None = None) -> str:
        """The date in the org's time zone."""
        at = self.clock.now() if now is None else now
        return datetime.fromtimestamp(at / 1000, ZoneInfo(self.settings.time_zone)).date().isoformat()

    def add_field(self, kind: str, field: Field) -> str:
        """Give an object a field; the id of its definition. Nobody may see it yet. Raises ValueError for a formula that is none."""
        table = self.table(kind)
        if field.formula is not None:
            self.formulas[table.kind.name, field.name] = compile_formula(table.kind, field.formula)
            field = replace(field, createable=False, updateable=False)
        table.kind = table.kind.with_field(field)
        self.security.forget()
        id_ = numbered("00N", len(self.custom_fields) + 1)
        self.custom_fields[id_] = (table.kind.name, field)
        return id_

    def grant(self, user: str, kind: str, field: str, *, edit: bool) -> None:
        """Give a user rights on a field, by the permission set of their profile."""
        name = self.table(kind).kind.name
        row: Row = {
            "ParentId": str(profile_set(self, user)["Id"]),
            "SobjectType": name,
            "Field": f"{name}.{field}",
            "PermissionsRead": True,
            "PermissionsEdit": edit,
        }
        found(self, "FieldPermissions", row)
        self.security.forget()

    def appear_at(self, at: Millis, kind: str, row: Row) -> None:
        """A record is committed at `at`, whatever its SystemModstamp says."""
        heapq.heappush(self._late, (at, len(self._late), kind, row))

    def settle(self) -> None:
        """Let what is due appear."""
        now = self.clock.now()
        while self._late and self._late[0][0] <= now:
            _, _, kind, row = heapq.heappop(self._late)
            self.table(kind).put(row)

    def user_named(self, username: str) -> Row | None:
        """A user by user name."""
        wanted = username.lower()
        return next((row for row in self.users() if str(row["Username"]).lower() == wanted), None)

    def users(self) -> Iterator[Row]:
        """Every user."""
        yield from self.table("User").rows.values()

    def id_of(self, text: object) -> str | None:
        """The 18-letter form of what a client gave as an id."""
        return canonical(text)


def found(org: Org, kind: str, row: Row) -> str:
    """Put a set-up record there, stamped; its id."""
    table = org.table(kind)
    id_ = table.new_id()
    at = org.now()
    clocked: Row = dict.fromkeys(("CreatedDate", "LastModifiedDate", "SystemModstamp"), at)
    known = {field.name for field in table.kind.fields.values()}
    table.put({"Id": id_, **{name: value for name, value in {**clocked, **row}.items() if name in known}})
    return id_


def found_user(org: Org, username: str, number: int) -> str:
    """A user with a profile of their own and its permission set."""
    name = username.partition("@")[0].capitalize()
    profile = found(org, "Profile", {"Name": f"{name} Profile", "SystemModstamp": _BEGUN})
    user = found(org, "User", {
        "Username": username, "Email": username, "LastName": name, "Name": name, "Alias": name[:8].lower(), "IsActive": True,
        "ProfileId": profile, "TimeZoneSidKey": org.settings.time_zone, "UserType": "Standard", "LocaleSidKey": "es_ES",
        "LanguageLocaleKey": "es", "EmailEncodingKey": "UTF-8", "CreatedDate": _BEGUN, "LastModifiedDate": _BEGUN, "SystemModstamp": _BEGUN,
    })  # fmt: skip
    owned = found(org, "PermissionSet", {
        "Name": f"X00e{number:012d}", "Label": profile, "IsOwnedByProfile": True, "ProfileId": profile, "SystemModstamp": _BEGUN,
    })  # fmt: skip
    found(org, "PermissionSetAssignment", {"PermissionSetId": owned, "AssigneeId": user, "SystemModstamp": _BEGUN})
    return user


def found_statuses(org: Org) -> None:
    """The task statuses as records, which the Bulk API does not serve."""
    for n, name in enumerate(org.table("Task").kind.fields["status"].options):
        closed = name == "Completed"
        found(
            org,
            "TaskStatus",
            {"MasterLabel": name, "ApiName": name, "SortOrder": n + 1, "IsDefault": n == 0, "IsClosed": closed},
        )


def profile_set(org: Org, user: str) -> Row:
    """The permission set of a user's profile. Raises StopIteration when they have none."""
    profile = org.table("User").rows[user].get("ProfileId")
    rows: Iterator[Row] = iter(org.table("PermissionSet").rows.values())
    return next(row for row in rows if row.get("ProfileId") == profile)
