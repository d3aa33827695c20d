"""What tweepy sends for us, and what the local X answers, against X's own OpenAPI description (the version that tweepy speaks)."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from jsonschema import Draft202012Validator

from campaign_bot.errors import NetworkError, NotReady
from campaign_bot.model import Attachment, Poll, Receipt
from tests.networks.conftest import NOW, UnderTest
from tests.networks.recorder import Exchange, Recorder

SPECS = Path(__file__).parents[3] / "shared" / "networks"
VERSION = "2.166"
CONVERTED: dict[str, Callable[[str], Any]] = {"array": lambda text: text.split(","), "integer": int}

pytestmark = [
    pytest.mark.skipif(
        not SPECS.is_dir(), reason="X's OpenAPI files are not on this machine: X's wire format is NOT checked"
    ),
    pytest.mark.parametrize("under_test", ["x"], indirect=True),
]


class Description:
    """X's OpenAPI description, asked about one exchange."""

    def __init__(self) -> None:
        self._spec = json.loads((SPECS / f"x-openapi-{VERSION}.json").read_text("utf-8"))

    def faults(self, exchange: Exchange) -> list[str]:
        """Everything in this exchange that the description does not allow."""
        operation, path_values = self._operation(exchange)
        return [
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
        return self._schema_faults(described["content"][kind]["schema"], json.loads(exchange.answer), "answer")

    def _schema_faults(self, schema: dict[str, Any], value: Any, where: str) -> list[str]:
        validator = Draft202012Validator({**schema, "components": self._spec["components"]})
        return [f"{where}: {error.json_path}: {error.message[:200]}" for error in validator.iter_errors(value)]

    def _resolved(self, one: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in one:
            found: Any = self._spec
            for step in one["$ref"].removeprefix("#/").split("/"):
                found = found[step]
            one = found
        return one


@pytest.fixture(scope="module")
def description() -> Description:
    return Description()


def everything(under_test: UnderTest, server: str, picture: Attachment, gif: Attachment, video: Attachment) -> None:
    """Each thing that the bot does on X, and the refusals that it meets."""
    x = under_test.connect(server=server)
    x.identify()
    x.followers()
    first = x.publish(under_test.part("With a picture and https://example.org/a", attachments=(picture,)))
    asked = x.publish(under_test.part("Which one?", poll=Poll(("One", "Two"), 60)))
    second = x.publish(under_test.part("And a reply.", root=first, parent=first))
    x.metrics([first.remote_id, asked.remote_id, second.remote_id, "999"])
    x.find(under_test.part("Never sent"), NOW)
    x.automation("Youth for Open Government")
    with pytest.raises(NotReady):
        x.publish(under_test.part("Watch.", attachments=(video,), label="graphic-media"))
    with pytest.raises(NotReady):  # its state is asked for
        x.publish(under_test.part("Watch.", attachments=(video,), label="graphic-media"))
    under_test.advance(timedelta(minutes=1))
    x.publish(under_test.part("Watch.", attachments=(video,), label="graphic-media"))
    under_test.world.behaviour.preparing_s = 0
    x.publish(under_test.part("It blinks.", attachments=(gif,)))
    x.publish(under_test.part("In case you missed it.", quote=first, replies="mentioned"))
    again = x.publish(under_test.part("", repost=first))
    x.find(under_test.part("", repost=first), NOW - timedelta(minutes=1))
    x.retract(again.remote_id)
    x.retract(first.remote_id)
    for refused in ("And a reply.", "long " * 80):
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
    right = Exchange("GET", "/2/users/me?user.fields=public_metrics", b"", "", 200, b'{"data": {}}', "application/json")
    assert any("required" in fault for fault in description.faults(right))
    wrong = Exchange("POST", "/2/tweets?nonsense=1", b'{"text": 1}', "application/json", 201, b"{}", "text/html")
    told = " ".join(description.faults(wrong))
    assert "nonsense" in told and "request: $.text" in told and "never text/html" in told
