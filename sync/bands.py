"""The band report over the stored facts: what became of the people who came in a period, by their score."""

from dataclasses import dataclass
from datetime import timedelta

from journey.calibration import Band, Graded, Threshold, bands, graded, thresholds
from sync.app import App
from sync.period import Period
from sync.subjects import batches, won_at

LEVELS = range(50, 91, 5)


@dataclass(frozen=True, slots=True)
class BandReport:
    """`qualified_at` is the agreed threshold, and among `thresholds`; conversion is within `within` of coming."""

    period: Period
    qualified_at: int
    within: timedelta
    people: int
    bands: tuple[Band, ...]
    thresholds: tuple[Threshold, ...]

    def part(self, leads: int) -> float | None:
        """The share of all the people; None of nobody."""
        return leads / self.people if self.people else None

    @property
    def agreed(self) -> Threshold:
        """The threshold as it is."""
        return next(one for one in self.thresholds if one.at == self.qualified_at)


def band_report(app: App, period: Period, within: timedelta) -> BandReport:
    """One pass over everybody; kept of each who came in the period are a score and two times."""
    rules, handover, as_of = app.agreement.rules, app.agreement.handover, app.now()
    people: list[Graded] = []
    for batch in batches(app.store):
        for _, _, path in batch:
            came = path.moments[0].since
            if period.holds(came) and came <= as_of:
                people.append(graded(path, rules, handover, won_at(path, came, as_of), as_of))
    return BandReport(
        period=period,
        qualified_at=rules.qualified_at,
        within=within,
        people=len(people),
        bands=bands(people, within, as_of),
        thresholds=thresholds(people, sorted({*LEVELS, rules.qualified_at})),
    )
