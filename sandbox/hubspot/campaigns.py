"""Marketing campaigns with budget and spend. Source: the campaigns specification (2026-03); its item times are integers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.common.times import Millis, iso


@dataclass(slots=True)
class Item:
    """One line of budget or spend, in the account's currency."""

    id: str
    name: str
    amount: float
    order: int
    created: Millis
    updated: Millis
    description: str = ""

    def shown(self) -> dict[str, Any]:
        """As the API writes it."""
        return {
            "id": self.id,
            "name": self.name,
            "amount": self.amount,
            "order": self.order,
            "description": self.description,
            "createdAt": self.created,
            "updatedAt": self.updated,
        }


@dataclass(slots=True)
class Campaign:
    """`properties` are hs_name, hs_start_date, hs_end_date, hs_campaign_status, hs_currency_code and so on, as texts."""

    id: str
    properties: dict[str, str]
    created: Millis
    updated: Millis
    budget: dict[str, Item] = field(default_factory=dict)
    spend: dict[str, Item] = field(default_factory=dict)

    def shown(self, names: list[str]) -> dict[str, Any]:
        """As the API writes it: only properties that were asked for, unknown ones left out."""
        return {
            "id": self.id,
            "properties": {name: self.properties[name] for name in names if name in self.properties},
            "createdAt": iso(self.created),
            "updatedAt": iso(self.updated),
            "businessUnits": [],
        }

    def totals(self, currency: str) -> dict[str, Any]:
        """Budget and spend, and what is left."""
        budget, spend = (round(sum(item.amount for item in items.values()), 2) for items in (self.budget, self.spend))
        return {
            "budgetTotal": budget,
            "spendTotal": spend,
            "remainingBudget": round(budget - spend, 2),
            "currencyCode": currency,
            "budgetItems": [item.shown() for item in self.budget.values()],
            "spendItems": [item.shown() for item in self.spend.values()],
        }


def parse_item(given: Mapping[str, Any], id_: str, now: Millis) -> Item:
    """An item out of a request body. Raises KeyError or ValueError when name, amount or order is missing or wrong."""
    return Item(
        id_,
        str(given["name"]),
        float(given["amount"]),
        int(given["order"]),
        now,
        now,
        str(given.get("description") or ""),
    )
