"""What sales owes, from the configuration: the policies, and how a lead is accepted or rejected."""

from datetime import UTC, date, datetime, time

from journey.handover import HandoverRules
from journey.policy import Policy as AgreedPolicy
from journey.policy import Step
from journey.target import Target
from journey.working_hours import WorkingHours
from sync.agreement_builder import Builder
from sync.calendars import require_calendar
from sync.config_sla import Policy, SlaSection
from sync.config_source import Location, Problem


def policies(builder: Builder, section: SlaSection, hours: WorkingHours | None) -> tuple[AgreedPolicy, ...]:
    """The SLA policies, in order."""
    named = [_policy(builder, hours, index, item) for index, item in enumerate(section.policies)]
    for index, policy in enumerate(section.policies):
        if policy.calendar is not None:
            require_calendar(builder, section, ("sla", "policies", index, "calendar"), policy.calendar)
        if policy.name in [other.name for other in section.policies[:index]]:
            where: Location = ("sla", "policies", index, "name")
            builder.problems.append(Problem(where, f"the name '{policy.name}' is used twice"))
    return tuple(policy for policy in named if policy)


def _policy(builder: Builder, hours: WorkingHours | None, index: int, policy: Policy) -> AgreedPolicy | None:
    location: Location = ("sla", "policies", index)
    applies = builder.condition((*location, "when"), policy.when)
    excluded = builder.condition((*location, "exclude_when"), policy.exclude_when)
    paused = builder.condition((*location, "pause_when"), policy.pause_when)
    if hours is None or builder.problems:
        return None
    return builder.attempt(
        location,
        lambda: AgreedPolicy(
            name=policy.name,
            target=Target.parse(policy.target),
            calendar=policy.calendar,
            applies=applies,
            since=_beginning(hours, policy, policy.since),
            until=_beginning(hours, policy, policy.until),
            at_risk=policy.at_risk,
            at_risk_left=policy.at_risk_left,
            reopen_within=policy.reopen_within,
            precontact_within=policy.precontact_within,
            sequence_counts=policy.sequence_counts,
            excluded=excluded,
            paused=paused,
            escalate=tuple(Step(step.at, tuple(step.to)) for step in policy.escalate),
        ),
    )


def _beginning(hours: WorkingHours, policy: Policy, day: date | None) -> datetime | None:
    """Midnight of `day` where the policy's calendar, or else the default one, is."""
    if day is None:
        return None
    return datetime.combine(day, time(), hours.calendars[policy.calendar or hours.default].zone).astimezone(UTC)


def handover(builder: Builder, section: SlaSection) -> HandoverRules:
    """How a decision of sales is told."""
    rules = section.handover
    if rules.reason is not None and rules.reason not in builder.words.person:
        known = builder.words.person
        builder.unknown(("sla", "handover", "reason"), "field", rules.reason, known, "map it under an object of people")
    return HandoverRules(
        accepted=builder.condition(("sla", "handover", "accepted_when"), rules.accepted_when),
        rejected=builder.condition(("sla", "handover", "rejected_when"), rules.rejected_when),
        reason=rules.reason,
        bad_data=frozenset(reason.lower() for reason in rules.bad_data),
        returned_within=rules.returned_within,
    )
