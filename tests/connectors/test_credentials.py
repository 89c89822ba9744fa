"""Access tokens: one login, however many threads ask."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from connectors.base import Stop
from connectors.credentials import Credentials, Token, TokenSource, Unauthorised
from connectors.testing import Clock


class Issuer:
    """Issues a new token at each login; they live for half an hour."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.logins = 0

    def __call__(self) -> Token:
        self.logins += 1
        return Token(f"token {self.logins}", self.clock.now() + timedelta(minutes=30))


def test_pain_15_threads_that_meet_the_same_rejection_share_one_login(clock: Clock) -> None:
    issuer, together = Issuer(clock), Barrier(16)
    credentials = Credentials(clock.now, "", source=TokenSource(issuer))
    rejected = credentials.current()

    def renew(_: int) -> str:
        together.wait()
        credentials.renew(rejected)
        return credentials.current().secret

    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(renew, range(16))) == {"token 2"}
    assert issuer.logins == 2


def test_a_fresh_token_that_is_rejected_stops_until_it_was_taken_once(clock: Clock) -> None:
    credentials = Credentials(clock.now, "Do this.", source=TokenSource(Issuer(clock)))
    credentials.renew(credentials.current())
    credentials.accepted(credentials.current())
    credentials.renew(credentials.current())
    with pytest.raises(Unauthorised, match=r"Do this\."):
        credentials.renew(credentials.current())


def test_the_acceptance_of_an_older_token_proves_nothing(clock: Clock) -> None:
    credentials = Credentials(clock.now, "", source=TokenSource(Issuer(clock)))
    older = credentials.current()
    credentials.renew(older)
    credentials.accepted(older)
    with pytest.raises(Unauthorised):
        credentials.renew(credentials.current())


def test_a_token_is_replaced_a_minute_before_it_ends(clock: Clock) -> None:
    issuer = Issuer(clock)
    credentials = Credentials(clock.now, "", source=TokenSource(issuer))
    credentials.current()
    clock.sleep(28 * 60)
    assert credentials.current().secret == "token 1"
    clock.sleep(60)
    assert credentials.current().secret == "token 2"


def test_a_static_token_cannot_be_renewed(clock: Clock) -> None:
    credentials = Credentials(clock.now, "", static=Token("static"))
    with pytest.raises(Unauthorised):
        credentials.renew(credentials.current())


def test_threads_that_wait_while_a_login_is_refused_do_not_log_in_again(clock: Clock) -> None:
    """One attempt, however many threads need the token; a call that comes later may try once more."""
    waiting = Barrier(16)
    attempts: list[int] = []

    def refused() -> Token:
        attempts.append(1)
        time.sleep(0.2)
        raise Stop("The refresh token is not valid.", "Get a new one.")

    credentials = Credentials(clock.now, "Fix it.", source=TokenSource(refused))

    def needed(_: int) -> str:
        waiting.wait()
        with pytest.raises(Stop) as told:
            credentials.current()
        return told.value.fix

    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(needed, range(16))) == {"Get a new one."}
    assert len(attempts) == 1
    with pytest.raises(Stop):
        credentials.current()
    assert len(attempts) == 2
