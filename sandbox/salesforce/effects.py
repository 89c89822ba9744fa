"""What the org itself sets when a record is written: names, closed flags, stage history, responses."""

from collections.abc import Mapping

from sandbox.salesforce.fields import Kind, Row, Value
from sandbox.salesforce.org import Org, found
from sandbox.salesforce.standard import STAGES

_NAMED = frozenset({"Lead", "Contact", "User"})
_TRACKED = ("StageName", "Amount", "Probability", "CloseDate")


def complete(kind: Kind, row: Row, before: Mapping[str, Value], now: str) -> None:
    """Set in a record about to be written what follows from the rest of it."""
    if kind.name in _NAMED:
        row["Name"] = " ".join(str(part) for part in (row.get("FirstName"), row.get("LastName")) if part)
    elif kind.name == "Opportunity":
        _opportunity(row, before, now)
    elif kind.name == "Task":
        _task(row, before, now)
    elif kind.name == "CampaignMember":
        _member(row, before, now)


def _opportunity(row: Row, before: Mapping[str, Value], now: str) -> None:
    stage = str(row.get("StageName"))
    probability, category = STAGES.get(stage, (0, "Pipeline"))
    if stage != before.get("StageName"):
        if row.get("Probability") == before.get("Probability"):
            row["Probability"] = float(probability)
        row.setdefault("ForecastCategoryName", category)
        if before:
            row["LastStageChangeDate"] = now
            row["ForecastCategoryName"] = category
    row["IsClosed"], row["IsWon"] = stage.startswith("Closed"), stage == "Closed Won"
    amount = row.get("Amount")
    if isinstance(amount, float | int):
        row["ExpectedRevenue"] = round(amount * float(row.get("Probability") or 0) / 100, 2)


def _task(row: Row, before: Mapping[str, Value], now: str) -> None:
    row["IsClosed"] = row.get("Status") == "Completed"
    row["IsHighPriority"] = row.get("Priority") == "High"
    row.setdefault("TaskSubtype", "Task")
    if not row["IsClosed"]:
        row.pop("CompletedDateTime", None)
    elif not before.get("IsClosed"):
        row.setdefault("CompletedDateTime", now)


def _member(row: Row, before: Mapping[str, Value], now: str) -> None:
    row["LeadOrContactId"] = row.get("ContactId") or row.get("LeadId")
    row["Type"] = "Contact" if row.get("ContactId") else "Lead"
    row["HasResponded"] = row.get("Status") in {"Responded", "Attended", "Registered"}
    if row["HasResponded"] and not before.get("HasResponded"):
        row.setdefault("FirstRespondedDate", now[:10])


def record_history(org: Org, row: Row, before: Mapping[str, Value]) -> None:
    """Note a change of stage, amount, probability or closing date of an opportunity, or its beginning."""
    if all(row.get(name) == before.get(name) for name in _TRACKED):
        return
    note: Row = {name: row.get(name) for name in (*_TRACKED, "ExpectedRevenue") if row.get(name) is not None}
    note["ForecastCategory"] = row.get("ForecastCategoryName")
    note |= {f"Prev{name}": before.get(name) for name in ("Amount", "CloseDate") if before.get(name) is not None}
    at = row["SystemModstamp"]
    stamps: Row = {
        "CreatedDate": at,
        "SystemModstamp": at,
        "CreatedById": row.get("LastModifiedById"),
        "IsDeleted": False,
    }
    found(org, "OpportunityHistory", {**note, **stamps, "OpportunityId": row["Id"]})
