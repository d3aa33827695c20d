"""The daemon's health port: /healthz, /readyz, and Prometheus' /metrics. It only reads, and nothing of it is secret."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from prometheus_client import CollectorRegistry, Histogram, PlatformCollector, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from campaign_bot.app import App
from campaign_bot.errors import CampaignBotError, ConfigError
from campaign_bot.log import log
from campaign_bot.model import State

#: Seconds after the due time: the promise is 0.1 with nothing else due.
LATENESS_S = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200)
#: What needs a person, so that a gauge is there, at 0, before the first one is.
KINDS = (
    "backup", "budget", "expiring", "failed", "files", "held", "missed", "no-credentials", "overdue", "paused", "refused", "silent",
    "unapproved", "unconfirmed",
)  # fmt: skip


class Probe:
    """Answers on an address until closed. `alive` and `ready` give an empty text, or why not."""

    def __init__(self, app: App, address: str, *, alive: Callable[[], str], ready: Callable[[], str]) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(_FromStore(app))
        ProcessCollector(registry=self._registry)
        PlatformCollector(registry=self._registry)
        self._lateness = Histogram(
            "campaign_bot_lateness_seconds", "From the due time to the network's receipt", ["network"],
            buckets=LATENESS_S, registry=self._registry,
        )  # fmt: skip
        answers = {
            "/healthz": lambda: _told(alive()),
            "/readyz": lambda: _told(ready()),
            "/metrics": lambda: (200, CONTENT_TYPE_LATEST, generate_latest(self._registry)),
        }

        class Handler(BaseHTTPRequestHandler):
            timeout = 5  # a client that says nothing holds no thread for longer

            def do_GET(self) -> None:
                answer = answers.get(self.path.partition("?")[0], lambda: (404, "text/plain", b"not here\n"))
                try:
                    code, kind, body = answer()
                except CampaignBotError as error:
                    code, kind, body = _told(str(error))
                self.send_response(code)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Probes come every few seconds: nothing worth a line."""

        host, _, port = address.rpartition(":")
        try:
            self._server = ThreadingHTTPServer((host or "127.0.0.1", int(port)), Handler)
        except OSError as error:
            raise ConfigError(
                f"Nothing can listen on {address}: {error.strerror}.",
                advice="Is another daemon there? Choose another CAMPAIGN_BOT_HEALTH_ADDRESS.",
            ) from error
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 5}, daemon=True).start()
        log.info("health port", address=f"{self._server.server_address[0]}:{self.port}")

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def sent(self, network: str, late_s: float) -> None:
        """A delivery has left, so long after its time."""
        self._lateness.labels(network).observe(max(late_s, 0))

    def close(self) -> None:
        self._server.server_close()


def _told(why_not: str) -> tuple[int, str, bytes]:
    return (503, "text/plain; charset=utf-8", f"{why_not}\n".encode()) if why_not else (200, "text/plain", b"ok\n")


class _FromStore:
    """Gauges that are read from the database when Prometheus asks."""

    def __init__(self, app: App) -> None:
        self._app = app

    def collect(self) -> Iterator[Metric]:
        health = self._app.health()
        deliveries = GaugeMetricFamily(
            "campaign_bot_deliveries", "Deliveries by state", labels=["account", "network", "state"]
        )
        overdue = GaugeMetricFamily("campaign_bot_overdue", "Approved, due, and still here", labels=["account"])
        last = GaugeMetricFamily("campaign_bot_last_sent_timestamp_seconds", "When one left last", labels=["account"])
        due = GaugeMetricFamily("campaign_bot_next_due_timestamp_seconds", "When the next is due", labels=["account"])
        paused = GaugeMetricFamily("campaign_bot_paused", "1 while an account is paused", labels=["account"])
        for one in health.accounts:
            for state in State:
                deliveries.add_metric([one.account, one.network, str(state)], one.states.get(state, 0))
            overdue.add_metric([one.account], one.overdue)
            paused.add_metric([one.account], bool(one.paused))
            if one.last_sent:
                last.add_metric([one.account], one.last_sent.timestamp())
            if one.next_due:
                due.add_metric([one.account], one.next_due.timestamp())
        concerns = GaugeMetricFamily(
            "campaign_bot_concerns", "What needs a person, and nobody has seen", labels=["kind"]
        )
        for kind in KINDS:
            concerns.add_metric([kind], sum(one.kind == kind for one in health.open_concerns))
        attempts = CounterMetricFamily("campaign_bot_attempts", "Tries at sending", labels=["account", "outcome"])
        for (account, outcome), number in self._app.store.attempts().items():
            attempts.add_metric([account, outcome], number)
        left = GaugeMetricFamily(
            "campaign_bot_allowance_remaining", "What a network's limit leaves", labels=["account", "bucket"]
        )
        for one in health.accounts:
            for bucket, allowance in self._app.store.allowances(one.account).items():
                left.add_metric([one.account, bucket], allowance.remaining)
        spent = GaugeMetricFamily(
            "campaign_bot_month_spent_usd", "This month (UTC), by the price list", labels=["network"]
        )
        budget = GaugeMetricFamily("campaign_bot_month_budget_usd", "What a month may cost", labels=["network"])
        for one in health.budgets:
            spent.add_metric([one.network], one.spent)
            if one.budget is not None:
                budget.add_metric([one.network], one.budget)
        yield from (deliveries, overdue, last, due, paused, concerns, attempts, left, spent, budget)
