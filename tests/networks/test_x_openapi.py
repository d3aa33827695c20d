"""What tweepy sends for us, and what the local X answers, against X's own OpenAPI descriptions: 2.166, whose words tweepy
speaks, and 2.167, which renames tweets to posts. tweepy's own models parse every answer in both."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from jsonschema import Draft202012Validator

from campaign_bot.errors import NetworkError, NotReady
from campaign_bot.model import Attachment, Poll, Receipt
from campaign_bot.sandbox.x_vocabulary import FIELDS, PARAMETERS
from tests.networks.conftest import NOW, UnderTest
from tests.networks.recorder import Exchange, Recorder

SPECS = Path(__file__).parents[3] / "shared" / "networks"
VERSIONS = ("2.166", "2.167")
CONVERTED: dict[str, Callable[[str], Any]] = {"array": lambda text: text.split(","), "integer": int}

pytestmark = [
    pytest.mark.skipif(
        not SPECS.is_dir(), reason="X's OpenAPI files are not on this machine: X's wire format is NOT checked"
    ),
    pytest.mark.parametrize("under_test", ["x"], indirect=True),
]


class Description:
    """X's OpenAPI description, asked about one exchange."""

    def __init__(self, version: str) -> None:
        self._spec = _read(version)
        self.newer = version != VERSIONS[0]

    def faults(self, exchange: Exchange) -> list[str]:
        """Everything in this exchange that the description does not allow."""
        operation, path_values = self._operation(exchange)
        takes_our_keys = any("UserToken" in way for way in operation.get("security", []))
        return [
            *([] if takes_our_keys else [f"{exchange.target} does not take OAuth 1.0a keys"]),
            *self._query_faults(operation, exchange, path_values),
            *self._request_faults(operation, exchange),
            *self._answer_faults(operation, exchange),
        ]

    def _operation(self, exchange: Exchange) -> tuple[dict[str, Any], dict[str, str]]:
        given = urlsplit(exchange.target).path.split("/")
        # A path in so many words wins over one with a place to fill: /2/users/me over /2/users/{id}.
        for template in sorted(self._spec["paths"], key=lambda one: one.count("{")):
            parts = template.split("/")
            if len(parts) == len(given) and all(a == b or a.startswith("{") for a, b in zip(parts, given, strict=True)):
                operation = self._spec["paths"][template].get(exchange.method.lower())
                if operation is not None:
                    values = {a[1:-1]: b for a, b in zip(parts, given, strict=True) if a.startswith("{")}
                    return operation, values
        raise AssertionError(f"X has no {exchange.method} {exchange.target}")

    def _query_faults(self, operation: dict[str, Any], exchange: Exchange, path_values: dict[str, str]) -> list[str]:
        known = {one["name"]: one for one in map(self._resolved, operation.get("parameters", []))}
        given: dict[str, Any] = {name: values[-1] for name, values in parse_qs(urlsplit(exchange.target).query).items()}
        if self.newer:  # tweepy has no newer name to send; X takes both
            given = {PARAMETERS.get(name, name): _in_newer_words(value) for name, value in given.items()}
        faults = [f"no parameter {name}" for name in given if name not in known]
        faults += [
            f"{name} is missing"
            for name, one in known.items()
            if one.get("required") and name not in given | path_values
        ]
        for name, text in (given | path_values).items():
            if name in known:
                schema = self._resolved(known[name]["schema"])
                value = CONVERTED.get(str(schema.get("type")), str)(text)
                faults += self._schema_faults(schema, value, name)
        return faults

    def _request_faults(self, operation: dict[str, Any], exchange: Exchange) -> list[str]:
        kind = exchange.sent_type.partition(";")[0]
        if not exchange.sent or kind == "multipart/form-data":
            allowed = operation.get("requestBody", {}).get("content", {"": None})
            return [] if kind in allowed or not exchange.sent else [f"{kind} is not accepted"]
        schema = operation["requestBody"]["content"][kind]["schema"]
        return self._schema_faults(schema, json.loads(exchange.sent), "request")

    def _answer_faults(self, operation: dict[str, Any], exchange: Exchange) -> list[str]:
        kind = exchange.answer_type.partition(";")[0]
        described = operation["responses"].get(str(exchange.status)) or operation["responses"]["default"]
        if kind not in described["content"]:
            return [f"an answer {exchange.status} is never {kind}"]
        answer = json.loads(exchange.answer)
        if self.newer and answer.get("type") == "about:blank":
            # 2.167 names no problem for refused keys, a repeated text or a refused reply; what X sends is as before.
            problem = {"$ref": "#/components/schemas/Problem"}
            return self._schema_faults(problem, answer, "answer", _read(VERSIONS[0]))
        return self._schema_faults(described["content"][kind]["schema"], answer, "answer")

    def _schema_faults(
        self, schema: dict[str, Any], value: Any, where: str, spec: dict[str, Any] | None = None
    ) -> list[str]:
        components = (spec or self._spec)["components"]
        validator = Draft202012Validator({**schema, "components": components})
        return [f"{where}: {error.json_path}: {error.message[:200]}" for error in validator.iter_errors(value)]

    def _resolved(self, one: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in one:
            found: Any = self._spec
            for step in one["$ref"].removeprefix("#/").split("/"):
                found = found[step]
            one = found
        return one


#: 2.167 describes these in a post and has no name by which they are asked for.
UNLISTED = {"referenced_tweets", "author_id"}


def _in_newer_words(fields: str) -> str:
    return ",".join(FIELDS.get(one, one) for one in fields.split(",") if one not in UNLISTED)


@cache
def _read(version: str) -> dict[str, Any]:
    return json.loads((SPECS / f"x-openapi-{version}.json").read_text("utf-8"))


@pytest.fixture(params=VERSIONS)
def description(request: pytest.FixtureRequest, under_test: UnderTest) -> Description:
    """X as that version describes it, and the local X speaking its words."""
    under_test.world.behaviour.newer_words = request.param != VERSIONS[0]
    return Description(request.param)


def everything(
    under_test: UnderTest, server: str, picture: Attachment, gif: Attachment, video: Attachment, mark: str = ""
) -> None:
    """Each thing that the bot does on X, and the refusals that it meets."""
    x = under_test.connect(server=server)
    x.identify()
    x.followers()
    first = x.publish(under_test.part(f"With a picture and https://example.org/a{mark}", attachments=(picture,)))
    asked = x.publish(under_test.part(f"Which one?{mark}", poll=Poll(("One", "Two"), 60)))
    second = x.publish(under_test.part(f"And a reply.{mark}", root=first, parent=first))
    x.metrics([first.remote_id, asked.remote_id, second.remote_id, "999"])
    x.find(under_test.part("Never sent"), NOW)
    under_test.world.behaviour.preparing_s = 2.0
    x.automation("Youth for Open Government")
    with pytest.raises(NotReady):
        x.publish(under_test.part(f"Watch.{mark}", attachments=(video,), label="graphic-media"))
    with pytest.raises(NotReady):  # its state is asked for
        x.publish(under_test.part(f"Watch.{mark}", attachments=(video,), label="graphic-media"))
    under_test.advance(timedelta(minutes=1))
    x.publish(under_test.part(f"Watch.{mark}", attachments=(video,), label="graphic-media"))
    under_test.world.behaviour.preparing_s = 0
    x.publish(under_test.part(f"It blinks.{mark}", attachments=(gif,)))
    x.publish(under_test.part(f"In case you missed it.{mark}", quote=first, replies="mentioned"))
    again = x.publish(under_test.part("", repost=first))
    x.find(under_test.part("", repost=first), NOW - timedelta(minutes=1))
    x.retract(again.remote_id)
    x.retract(first.remote_id)
    for refused in (f"And a reply.{mark}", "long " * 80):
        with pytest.raises(NetworkError):
            x.publish(under_test.part(refused))
    with pytest.raises(NetworkError):
        under_test.connect(server=server, secrets={"access_token": "wrong"}).identify()
    with pytest.raises(NetworkError):
        x.publish(under_test.part("An answer to nobody", root=Receipt("1", ""), parent=Receipt("1", "")))


def test_every_request_and_answer_is_as_x_describes_it(
    under_test: UnderTest,
    a_picture: Callable[[str], Attachment],
    a_gif: Attachment,
    a_video: Attachment,
    description: Description,
) -> None:
    with Recorder(under_test.server.url) as recorder:
        everything(under_test, recorder.url, a_picture("A blue card"), a_gif, a_video)
    assert len(recorder.exchanges) >= 30
    found = {f"{one.method} {one.target} {one.status}": description.faults(one) for one in recorder.exchanges}
    wrong = "\n".join(f"{what}: {faults}" for what, faults in found.items() if faults)
    assert not wrong, wrong


def test_the_description_finds_faults(under_test: UnderTest, description: Description) -> None:
    numbered = Exchange(
        "GET", "/2/users/me?user.fields=public_metrics", b"", "", 200, b'{"data": {"id": 5}}', "application/json"
    )
    assert any("$.data.id" in fault for fault in description.faults(numbered))
    twisted = {"retweet_count": 1, "repost_count": 1} if description.newer else {"repost_count": 1}
    body = json.dumps({"data": [{"id": "1", "text": "a", "public_metrics": twisted}]}).encode()
    assert description.faults(Exchange("GET", "/2/tweets?ids=1", b"", "", 200, body, "application/json"))
    wrong = Exchange("POST", "/2/tweets?nonsense=1", b'{"text": 1}', "application/json", 201, b"{}", "text/html")
    told = " ".join(description.faults(wrong))
    assert "nonsense" in told and "request: $.text" in told and "never text/html" in told


@pytest.mark.parametrize("newer", [False, True], ids=["tweets", "posts"])
def test_either_vocabulary_is_understood_alike(under_test: UnderTest, newer: bool) -> None:
    connection = under_test.connect()
    poll = Poll(("One", "Two"), 60)
    receipts = [
        connection.publish(under_test.part("A text.")),
        connection.publish(under_test.part("Which?", poll=poll)),
    ]
    under_test.advance(timedelta(days=2))
    asked = [one.remote_id for one in receipts]
    before = connection.metrics(asked), connection.followers(), connection.find(under_test.part("A text."), NOW)
    under_test.world.behaviour.newer_words = newer
    after = connection.metrics(asked), connection.followers(), connection.find(under_test.part("A text."), NOW)
    assert after == before
    assert None not in [
        getattr(one, name)
        for one in after[0].values()
        for name in under_test.network.counts - {"poll_votes", "link_clicks"}
    ]
    assert after[0][asked[1]].poll_votes
    connection.retract(asked[0])
    assert set(connection.metrics(asked)) == {asked[1]}


@pytest.mark.filterwarnings("ignore:Tweet data missing default")
def test_tweepys_own_models_read_every_answer(
    under_test: UnderTest, a_picture: Callable[[str], Attachment], a_gif: Attachment, a_video: Attachment
) -> None:
    import tweepy

    for newer in (False, True):
        under_test.world.behaviour.newer_words = newer
        with Recorder(under_test.server.url) as recorder:
            everything(under_test, recorder.url, a_picture("A blue card"), a_gif, a_video, mark=f" {newer}")
        listed = [one for one in recorder.exchanges if one.status == 200 and "tweets?" in one.target]
        assert listed
        for one in listed:
            answer = json.loads(one.answer)
            for post in map(tweepy.Tweet, answer.get("data", [])):
                assert post.id and post.text
                assert post.created_at is None or post.created_at.tzinfo is not None
            for poll in map(tweepy.Poll, answer.get("includes", {}).get("polls", [])):
                assert len(poll.options) == 2
