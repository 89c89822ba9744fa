"""The users of the organisation, who own records. Source: zoho.com/crm/developer/docs/api/v8/get-users.html."""

from dataclasses import dataclass
from typing import Any

from sandbox.zoho.times import EPOCH, Seconds, local


@dataclass(frozen=True, slots=True)
class User:
    """`status` is active, disabled or deleted; a user who left stays the owner of what they had."""

    id: str
    first_name: str
    last_name: str
    email: str
    status: str = "active"
    time_zone: str = "Europe/Madrid"
    role: str = "Ventas"
    profile: str = "Standard"
    created: Seconds = EPOCH
    modified: Seconds = EPOCH

    @property
    def full_name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}".strip()

    def minified(self) -> dict[str, str]:
        """As the owner of a record."""
        return {"name": self.full_name, "id": self.id, "email": self.email}

    def shown(self, zone: str) -> dict[str, Any]:
        """As `users` lists it."""
        return {
            "id": self.id,
            "first_name": self.first_name,
            "last_name": self.last_name,
            "full_name": self.full_name,
            "email": self.email,
            "status": self.status,
            "confirm": True,
            "time_zone": self.time_zone,
            "locale": "es_ES",
            "language": "es_ES",
            "country_locale": "es_ES",
            "zuid": self.id[-8:],
            "role": {"name": self.role, "id": "5725767000000026008"},
            "profile": {"name": self.profile, "id": "5725767000000026011"},
            "type__s": "Regular User",
            "created_time": local(self.created, zone),
            "Modified_Time": local(self.modified, zone),
        }
