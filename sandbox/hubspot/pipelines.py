"""Deal and lead pipelines. Stage metadata are texts; built-in pipelines were made in 1970 (seen in recorded answers)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.common.times import EPOCH, Millis, iso


@dataclass(frozen=True, slots=True)
class Stage:
    """`probability` is a text between 0.0 and 1.0; only deals have one. `state` is a lead stage's."""

    id: str
    label: str
    probability: str | None = None
    state: str | None = None

    @property
    def closed(self) -> bool:
        """Whether a deal in this stage is won or lost."""
        return self.probability in {"0.0", "1.0"}

    def shown(self, order: int, at: Millis) -> dict[str, Any]:
        """As the API writes it."""
        metadata = (
            {"leadState": self.state}
            if self.state
            else {"isClosed": str(self.closed).lower(), "probability": self.probability}
        )
        return {
            "label": self.label,
            "displayOrder": order,
            "metadata": metadata,
            "id": self.id,
            "createdAt": iso(at),
            "updatedAt": iso(at),
            "archived": False,
            "writePermissions": "CRM_PERMISSIONS_ENFORCEMENT",
        }


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Stages in order."""

    id: str
    label: str
    stages: tuple[Stage, ...]
    created: Millis = EPOCH

    def shown(self, order: int = 0) -> dict[str, Any]:
        """As the API writes it."""
        return {
            "label": self.label,
            "displayOrder": order,
            "id": self.id,
            "stages": [stage.shown(n, self.created) for n, stage in enumerate(self.stages)],
            "createdAt": iso(self.created),
            "updatedAt": iso(self.created),
            "archived": False,
        }


SALES = Pipeline(
    "default",
    "Sales Pipeline",
    (
        Stage("appointmentscheduled", "Appointment Scheduled", "0.2"),
        Stage("qualifiedtobuy", "Qualified To Buy", "0.4"),
        Stage("presentationscheduled", "Presentation Scheduled", "0.6"),
        Stage("decisionmakerboughtin", "Decision Maker Bought-In", "0.8"),
        Stage("contractsent", "Contract Sent", "0.9"),
        Stage("closedwon", "Closed Won", "1.0"),
        Stage("closedlost", "Closed Lost", "0.0"),
    ),
)
LEADS = Pipeline(
    "lead-pipeline-id",
    "Lead pipeline",
    (
        Stage("new-stage-id", "New", state="NEW"),
        Stage("attempting-stage-id", "Attempting", state="IN_PROGRESS"),
        Stage("connected-stage-id", "Connected", state="IN_PROGRESS"),
        Stage("qualified-stage-id", "Qualified", state="QUALIFIED"),
        Stage("unqualified-stage-id", "Disqualified", state="UNQUALIFIED"),
    ),
)


def standard_pipelines() -> dict[str, list[Pipeline]]:
    """A new account's pipelines, by kind."""
    return {"deals": [SALES], "leads": [LEADS]}


def parse_pipelines(given: Sequence[dict[str, Any]]) -> list[Pipeline]:
    """Pipelines out of a load body: [{id, label, stages: [{id, label, probability | state}]}]."""
    return [
        Pipeline(
            one["id"],
            one["label"],
            tuple(
                Stage(stage["id"], stage["label"], stage.get("probability"), stage.get("state"))
                for stage in one["stages"]
            ),
        )
        for one in given
    ]
