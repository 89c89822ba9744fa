from datetime import datetime

from sandbox.salesforce.org import Org


def seed(org: Org, n_people: int, days: int, seed: int, end: datetime) -> None:
    pass
