"""attribution: 10,000 random journeys, seven models; the credits of each deal are its amount, to the cent.

Amounts from −1 to 10⁹ with two decimals, 1 to 40 touches over up to two years in eight channels; the removal effects of the
Markov model are those of these very journeys, four in ten of them won. The control gives a cent too much and must be seen.
"""

import argparse
import random
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from benchmarks.figure import finish
from journey.attribution import Model, Path, Touch, credited
from journey.markov import Chain

CHANNELS = ("search", "social", "webinar", "fair", "partner", "e-mail", "referral", "video")
START = datetime(2025, 1, 1, tzinfo=UTC)
CENT = Decimal("0.01")

Deal = tuple[Path, Decimal]


def main(arguments: list[str]) -> int:
    """Run the figure."""
    parser = argparse.ArgumentParser(prog="attribution", description=__doc__)
    parser.add_argument("--journeys", type=int, default=10_000)
    deals = _deals(parser.parse_args(arguments).journeys)
    effects, solved = _effects(deals)
    print(f"Markov over {len(deals)} paths: {solved:.1f} ms for {len(effects)} channels", flush=True)
    wrong, cost = {}, {}
    for model in Model:
        began = time.perf_counter()
        given = [credited(path, amount, model, effects) for path, amount in deals]
        cost[model.value] = round((time.perf_counter() - began) / len(deals) * 1e6, 1)
        wrong[model.value] = sum(sum(one) != amount for one, (_, amount) in zip(given, deals, strict=True))
        shares = _by_channel(deals, given)
        print(f"{model.value:11} {wrong[model.value]} wrong  {cost[model.value]:6} µs a deal  {shares}", flush=True)
    control = all(sum(credited(path, amount + CENT, Model.U_SHAPED)) != amount for path, amount in deals[:100])
    total = sum(wrong.values())
    return finish(
        "attribution",
        value=total,
        ok=total == 0 and control,
        details={"journeys": len(deals), "models": list(wrong), "control_seen": control, "us_per_deal": cost},
    )


def _deals(count: int) -> list[Deal]:
    chance = random.Random(5)
    return [_deal(chance) for _ in range(count)]


def _deal(chance: random.Random) -> Deal:
    minutes = sorted(chance.randrange(730 * 1440) for _ in range(chance.randint(1, 40)))
    touches = tuple(Touch(chance.choice(CHANNELS), START + timedelta(minutes=minute)) for minute in minutes)
    lead, deal = (START + timedelta(days=chance.randrange(-30, 760)) for _ in range(2))
    known = chance.random() < 0.8
    amount = Decimal(int(10 ** chance.uniform(0, 11)) - 100) * CENT
    return Path(touches, lead if known else None, deal), amount


def _effects(deals: list[Deal]) -> tuple[Mapping[str, float], float]:
    chain, chance = Chain(), random.Random(6)
    for path, _ in deals:
        chain.add([touch.channel for touch in path.touches], won=chance.random() < 0.4)
    began = time.perf_counter()
    effects = chain.removal_effects()
    return effects, (time.perf_counter() - began) * 1e3


def _by_channel(deals: list[Deal], given: list[tuple[Decimal, ...]]) -> dict[str, float]:
    sums = dict.fromkeys(CHANNELS, Decimal(0))
    for (path, _), credits_ in zip(deals, given, strict=True):
        for touch, credit in zip(path.touches, credits_, strict=True):
            sums[touch.channel] += credit
    return {channel: round(float(sum_ / sum(sums.values())), 3) for channel, sum_ in sums.items()}
