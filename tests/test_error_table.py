"""Design 9, row by row: a real refusal on loopback, through the real client, and what becomes of the delivery and its account."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from campaign_bot import errors
from campaign_bot.errors import NetworkError
from campaign_bot.model import State
from campaign_bot.networks.bluesky import client as bluesky
from campaign_bot.networks.mastodon import client as mastodon
from campaign_bot.networks.wire import Cut
from campaign_bot.networks.x import client as x
from campaign_bot.sandbox.world import Fault
from tests.stage import Stage

RESET = {"x-rate-limit-limit": "100", "x-rate-limit-remaining": "0", "x-rate-limit-reset": "1800296400"}
UPLOADING = '{"id": "9", "type": "image", "url": null, "preview_url": null, "description": null, "meta": {}}'
CREATE = {
    "x": "POST /2/tweets",
    "mastodon": "POST /api/v1/statuses",
    "bluesky": "POST /xrpc/com.atproto.repo.createRecord",
}

#: error -> (account, what its network does, the state afterwards, whether it counted as an attempt, whether the account is paused).
#: The design's table has no row for NotReady: nothing was created, and it is asked again soon; no attempt is counted.
TABLE: dict[type[NetworkError], tuple[str, Fault, State, bool, bool]] = {
    errors.AuthError: ("mastodon-fr", Fault("status", CREATE["mastodon"], code=401, body="{}"), State.APPROVED, False, True),
    errors.RateLimited: ("x-en", Fault("status", CREATE["x"], code=429, body="{}", headers=RESET), State.APPROVED, False, False),
    errors.BudgetReached: ("x-fr", Fault("status", CREATE["x"], code=402, body="{}"), State.APPROVED, False, False),
    errors.Unavailable: ("bluesky-en", Fault("status", "POST /xrpc/com.atproto.repo.uploadBlob", code=503, body="{}"), State.APPROVED, True, False),
    errors.Unconfirmed: ("bluesky-fr", Fault("lost", CREATE["bluesky"]), State.UNCONFIRMED, True, False),
    errors.NotReady: ("mastodon-en", Fault("status", "POST /api/v2/media", code=202, body=UPLOADING), State.APPROVED, False, False),
}  # fmt: skip


def test_every_error_of_a_network_has_its_row() -> None:
    """Rejected has a test of its own below: it is what the account of another row meets next."""
    assert set(NetworkError.__subclasses__()) == {*TABLE, errors.Rejected}


def test_each_error_leads_to_the_state_that_the_design_says(stage: Stage) -> None:
    for account, fault, *_ in TABLE.values():
        fault = Fault(fault.kind, fault.route, account, 1, fault.code, fault.body, dict(fault.headers))
        stage.networks.world.faults.append(fault)
    stage.app.work()
    paused = stage.app.store.paused()
    for error, (account, _, state, counted, is_paused) in TABLE.items():
        found = stage.delivery(account)
        assert (found.state, found.attempts, account in paused) == (state, int(counted), is_paused), error.__name__
        assert (found.reason or paused[account].reason).isprintable()
        assert stage.posts(account) == (1 if error is errors.Unconfirmed else 0)
    waits = stage.delivery("x-en").not_before
    assert waits is not None and waits.timestamp() == 1800296400
    assert stage.app.health().concerns  # the pause and the waits are shown to people
    # Whatever it was: once it is over, each that nothing holds is out, and once.
    stage.work(until=timedelta(minutes=110))
    for error, (account, *_) in TABLE.items():
        assert stage.posts(account) == (0 if error is errors.AuthError else 1), error.__name__


def test_what_is_refused_for_good_has_failed_and_is_told(stage: Stage) -> None:
    fault = Fault("status", CREATE["mastodon"], "mastodon-en", code=422, body='{"error": "Validation failed"}')
    stage.networks.world.faults.append(fault)
    stage.work()
    found = stage.delivery("mastodon-en")
    assert (found.state, stage.posts("mastodon-en")) == (State.FAILED, 0)
    (concern,) = [one for one in stage.app.health().concerns if one.subject.endswith("@mastodon-en")]
    assert concern.kind == "failed" and "Validation failed" in concern.message


#: Modules whose exceptions a request through each client may let out, its own and those of what it stands on.
LIBRARIES = {
    x: ("tweepy.errors", "requests.exceptions", "urllib3.exceptions", "requests_oauthlib.oauth1_session"),
    mastodon: ("mastodon.errors", "requests.exceptions", "urllib3.exceptions"),
    bluesky: ("atproto.exceptions", "atproto_client.exceptions", "httpx", "pydantic_core"),
}
#: Not failures: warnings; what ends a stream that nobody reads in pieces; what only who writes a model can cause.
NEVER_OF_A_REQUEST = {"PydanticOmit", "PydanticUseDefault", "SchemaError", "PydanticUndefinedType"}


def exceptions_of(module: str) -> Iterator[type[Exception]]:
    for name, found in inspect.getmembers(importlib.import_module(module), inspect.isclass):
        if issubclass(found, Exception) and not issubclass(found, Warning) and name not in NEVER_OF_A_REQUEST:
            yield found


@pytest.mark.parametrize("network", LIBRARIES, ids=lambda module: module.__name__.split(".")[2])
def test_every_exception_of_a_library_is_one_that_is_translated(network: Any) -> None:
    """Also those that leak: JSON's, pydantic's, the socket's."""
    caught = network.failures()
    every = {one for module in LIBRARIES[network] for one in exceptions_of(module)}
    assert len(every) > 5
    leaking = {OSError, UnicodeDecodeError, OverflowError, IndexError, RecursionError, Cut}
    assert [one for one in every | leaking if not issubclass(one, caught)] == []
