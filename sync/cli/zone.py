"""Which clock on the wall a person is shown."""

from zoneinfo import ZoneInfo

from sync.config import Config


def agreed_zone(config: Config) -> ZoneInfo:
    """The time zone of the agreement's working hours, in which its verdicts are read; UTC if there are none."""
    sla = config.sections.sla
    shown = sla.shown_calendar
    return ZoneInfo("UTC" if shown is None else sla.calendars[shown].zone)
