"""The CRM fields that Relevo writes to and that do not exist yet, described so that a connector can create them."""

from collections.abc import Mapping, Sequence

from connectors.base import FieldKind, FieldSpec
from journey.model import FieldType
from mapping.compiled import ObjectMapping
from mapping.outbound import Target
from sync.app import App

KINDS: Mapping[FieldType, FieldKind] = {
    FieldType.TEXT: FieldKind.TEXT,
    FieldType.LIST: FieldKind.TEXT,
    FieldType.INTEGER: FieldKind.NUMBER,
    FieldType.NUMBER: FieldKind.NUMBER,
    FieldType.DECIMAL: FieldKind.NUMBER,
    FieldType.BOOLEAN: FieldKind.BOOLEAN,
    FieldType.DATE: FieldKind.DATE,
    FieldType.DATETIME: FieldKind.DATETIME,
}

DESCRIPTIONS: Mapping[str, str] = {
    "score": "Lead score from 0 to 100, by the rules that marketing and sales agreed.",
    "qualified": "Whether the lead has crossed the agreed threshold and not left it since.",
    "qualified_at": "When the lead crossed the agreed threshold.",
    "reason": "Where the score comes from, in words.",
    "sla_status": "How the agreed first contact stands: pending, at_risk, met, met_late, breached, paused or excluded.",
    "sla_due": "When the agreed first contact is due.",
    "sla_responded_at": "When sales made the first contact that counts.",
    "sla_response_hours": "Hours from qualification to the first contact that counts.",
}


def missing_fields(app: App, connection: str) -> Sequence[FieldSpec]:
    """The fields that this connection's mappings write to and its CRM does not describe. Asks the CRM, changes nothing."""
    connector = app.connector(connection)
    missing: list[FieldSpec] = []
    for name, mapping in app.mappings[connection].items():
        if mapping.targets:
            there = connector.describe(name).fields
            missing += [spec for spec in specs(mapping) if spec.name not in there]
    return missing


def specs(mapping: ObjectMapping) -> Sequence[FieldSpec]:
    """What each field that the mapping writes to should be like."""
    return [_spec(mapping.object, target) for target in mapping.targets.values()]


def _spec(name: str, target: Target) -> FieldSpec:
    label = "Relevo: " + target.field.replace("_", " ")
    return FieldSpec(name, target.crm_field, label, KINDS[target.type], description=DESCRIPTIONS.get(target.field, ""))
