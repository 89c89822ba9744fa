"""Which clock on the wall a person is shown."""

from zoneinfo import ZoneInfo

from sync.config import Config


def agreed_zone(config: Config) -> ZoneInfo:
    """The time zone of the first SLA policy's working hours, in which its verdicts are read; UTC if there are none."""
    sla = config.sections.sla
    named = [policy.calendar for policy in sla.policies if policy.calendar is not None]
    return ZoneInfo(sla.calendars[named[0]].zone if named else "UTC")
