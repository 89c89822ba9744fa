"""placeholder"""

from datetime import datetime

from sandbox.hubspot.account import Account


def seed(account: Account, n_people: int, days: int, seed: int, end: datetime) -> None:
    """placeholder"""
