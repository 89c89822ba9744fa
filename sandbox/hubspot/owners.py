"""Owners and their teams. Source: the `PublicOwner` schema of the published specifications."""

from dataclasses import dataclass
from typing import Any

from sandbox.common.times import EPOCH, Millis, iso


@dataclass(frozen=True, slots=True)
class Owner:
    """A user as an owner of records; an archived one stays the owner of what they had."""

    id: int
    user_id: int
    email: str
    first_name: str
    last_name: str
    teams: tuple[tuple[int, str], ...] = ()
    archived: bool = False
    created: Millis = EPOCH
    updated: Millis = EPOCH

    def shown(self) -> dict[str, Any]:
        """As the API writes it: an archived owner has no userId any more."""
        told: dict[str, Any] = {
            "id": str(self.id),
            "email": self.email,
            "type": "PERSON",
            "firstName": self.first_name,
            "lastName": self.last_name,
            "userIdIncludingInactive": self.user_id,
            "createdAt": iso(self.created),
            "updatedAt": iso(self.updated),
            "archived": self.archived,
        }
        if not self.archived:
            told["userId"] = self.user_id
        if self.teams:
            told["teams"] = [
                {"id": str(id_), "name": name, "primary": n == 0} for n, (id_, name) in enumerate(self.teams)
            ]
        return told
