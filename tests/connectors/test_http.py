"""The one place that retries."""

import traceback
from collections.abc import Callable

import pytest

from connectors.base import Later, Stop
from connectors.credentials import Credentials, Token, TokenSource, Unauthorised
from connectors.http import ATTEMPTS, PATIENCE, Again, Api, Declined, Good, NoAnswer, Renew, Request, Response, Verdict
from connectors.pace import Pace
from connectors.plugin import Call, Ports
from connectors.testing import Clock

GET = Request("GET", "/things/{id}", {"id": "7"}, promises="results", each=frozenset({"id"}))
FULL = Response(200, body=b'{"results": []}')

Answer = Response | NoAnswer


class Vendor:
    """Gives the answers it was told to, the last one for ever."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.tokens: list[str | None] = []

    def __call__(self, request: Request, token: str | None) -> Response:
        self.tokens.append(token)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, NoAnswer):
            raise answer
        return answer


def signals(request: Request, response: Response) -> Verdict:
    match response.status:
        case 200 | 204:
            return Good()
        case 401:
            return Renew()
        case 429:
            return Again("too many calls", float(response.headers["retry-after"]), everyone=True)
        case 503:
            return Again("down")
    return Declined(response.status, "NO", response.body.decode(), {})


def api(vendor: Vendor, clock: Clock, fetch: Callable[[], Token] | None = None) -> tuple[Api, Ports]:
    ports = Ports(clock.now, clock.sleep)
    static = None if fetch else Token("secret-token")
    credentials = Credentials(clock.now, "Make a new token.", static, TokenSource(fetch) if fetch else None)
    return Api(vendor, signals, credentials, Pace({}, clock.now, clock.sleep), ports), ports


@pytest.mark.parametrize(
    "bad",
    [
        NoAnswer("the connection was refused"),
        Response(503),
        Response(200, body=b"<html>"),
        Response(200, body=b""),
        Response(200, body=b"[]"),
        Response(200, body=b"{}"),
        Response(200, body=b'{"results": null}'),
        Response(200, body=b'{"results": [1'),
        Response(200, body=b'{"results": [1]}'),
        Response(200, body=b'{"results": [{"id": 1}, {"name": "x"}]}'),
    ],
)
def test_what_may_pass_is_tried_again_and_then_left_for_later(clock: Clock, bad: Answer) -> None:
    """I3: an answer that is not what was promised is no answer."""
    once, _ = api(Vendor(bad, FULL), clock)
    assert once.call(GET).data == {"results": []}
    for_ever, ports = api(Vendor(bad), clock)
    with pytest.raises(Later) as caught:
        for_ever.call(GET)
    assert (ports.ledger.calls, caught.value.after > 0) == (ATTEMPTS, True)
    assert "/things/{id}" in str(caught.value)


def test_waiting_is_bounded_in_all(clock: Clock) -> None:
    slow, ports = api(Vendor(Response(429, {"retry-after": "40"})), clock)
    with pytest.raises(Later) as caught:
        slow.call(GET)
    assert (clock.slept <= PATIENCE, ports.ledger.calls, caught.value.after) == (True, 3, 40)


def test_a_refusal_is_not_tried_again(clock: Clock) -> None:
    refusing, ports = api(Vendor(Response(400, body=b"ana@acme.example is no number")), clock)
    with pytest.raises(Declined) as caught:
        refusing.call(GET)
    assert (ports.ledger.calls, caught.value.reason) == (1, "ana@acme.example is no number")
    assert "ana@acme.example" not in str(caught.value)


def test_an_answer_without_a_body_is_empty(clock: Clock) -> None:
    deleting, _ = api(Vendor(Response(204)), clock)
    assert deleting.call(Request("DELETE", "/things/7")).data == {}


def test_a_renewed_token_is_used_and_a_second_rejection_stops(clock: Clock) -> None:
    tokens = iter([Token("one"), Token("two"), Token("three")])
    vendor = Vendor(Response(401), FULL, FULL, Response(401))
    renewing, _ = api(vendor, clock, lambda: next(tokens))
    renewing.call(GET)
    renewing.call(GET)
    assert vendor.tokens == ["one", "two", "two"]
    with pytest.raises(Unauthorised):
        renewing.call(GET)
    assert vendor.tokens == ["one", "two", "two", "two", "three"]


def test_a_static_token_that_is_rejected_stops_at_the_first_call(clock: Clock) -> None:
    rejected, ports = api(Vendor(Response(401)), clock)
    with pytest.raises(Unauthorised) as caught:
        rejected.call(GET)
    assert (ports.ledger.calls, caught.value.fix) == (1, "Make a new token.")


def test_an_unauthorised_request_carries_no_token(clock: Clock) -> None:
    vendor = Vendor(FULL)
    api(vendor, clock)[0].call(Request("POST", "/token", authorised=False))
    assert vendor.tokens == [None]


def test_a_vendor_that_repeats_our_secrets_does_not_get_them_into_our_errors(clock: Clock) -> None:
    """I12."""
    form = (("grant_type", "refresh_token"), ("client_secret", "s3cr3t"))
    echoing, _ = api(Vendor(Response(400, body=b"secret-token s3cr3t refresh_token")), clock)
    with pytest.raises(Declined) as caught:
        echoing.call(Request("POST", "/token", form=form))
    shown = "".join(traceback.format_exception(caught.value)) + caught.value.reason + repr(caught.value)
    assert ("secret-token" in shown, "s3cr3t" in shown, "refresh_token" in shown) == (False, False, True)


def test_requests_and_answers_show_no_bodies() -> None:
    """I12."""
    request = Request("POST", "/x", body={"email": "ana@acme.example"}, form=(("client_secret", "s3cr3t"),))
    shown = repr(request) + repr(Response(200, body=b"ana@acme.example")) + repr(Token("s3cr3t"))
    assert ("ana@acme.example" in shown, "s3cr3t" in shown) == (False, False)


def test_every_call_is_counted_by_route_and_status(clock: Clock) -> None:
    flaky, ports = api(Vendor(NoAnswer("dropped"), Response(503), FULL), clock)
    flaky.call(GET)
    counted = {Call("GET", "/things/{id}", status): 1 for status in (0, 503, 200)}
    assert (ports.ledger.calls, ports.ledger.counts()) == (3, counted)


def test_a_login_that_is_rejected_stops(clock: Clock) -> None:
    with pytest.raises(Stop):
        api(Vendor(Response(401)), clock)[0].call(Request("POST", "/token", authorised=False))
