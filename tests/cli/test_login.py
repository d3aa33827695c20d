"""accounts login: a person's walk, on the local networks, through the networks' real ways."""

from __future__ import annotations

import io
import re
import sys
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from campaign_bot.app import App
from campaign_bot.library.load import load
from campaign_bot.sandbox.server import LocalNetworks, build_world
from tests.campaigns import CAMPAIGN, write_campaign
from tests.cli.conftest import Run

NOW = datetime(2027, 1, 18, 17, tzinfo=UTC)


class Keyboard(io.StringIO):
    """What a person types: each line, or what comes of what they read so far."""

    def __init__(self, lines: list[str | Callable[[str], str]], read: Callable[[], str]) -> None:
        super().__init__()
        self._lines, self._read = iter(lines), read

    def readline(self, *_: object) -> str:  # type: ignore[override]
        line = next(self._lines, None)
        if line is None:
            return ""
        return (line if isinstance(line, str) else line(self._read())) + "\n"


Types = Callable[..., None]


@pytest.fixture
def local(campaign: Path) -> Iterator[LocalNetworks]:
    """The campaign's accounts on local networks, and each account's server is theirs: nothing is --sandbox."""
    library, _ = load(campaign, networks=("x", "mastodon", "bluesky"), template_problems=lambda *_: [])
    assert library is not None
    world = build_world(library.campaign.accounts.values(), seed=1, now=lambda: NOW)
    with LocalNetworks(world) as networks:
        text = CAMPAIGN.replace(', server: "https://mastodon.example"', "")
        text = re.sub(r"(handle: [\w.-]+)}", rf'\1, server: "{networks.url}"}}', text)
        write_campaign(campaign, **{"content/campaign.yaml": text})
        yield networks


@pytest.fixture
def types(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Types:
    def give(*lines: str | Callable[[str], str]) -> None:
        monkeypatch.setattr(sys, "stdin", Keyboard(list(lines), lambda: capsys.readouterr().err))

    return give


def allowing(account: str) -> Callable[[str], str]:
    """Opens the address that was told, allows it as an account, and copies the code."""

    def browse(told: str) -> str:
        address = next(word for word in told.split() if "/oauth/authorize?" in word)
        with urllib.request.urlopen(f"{address}&account={account}") as page:
            return re.findall(r"<code>(\d+)</code>", page.read().decode())[0]

    return browse


def mode(file: Path) -> int:
    return file.stat().st_mode & 0o777


def test_mastodon_registers_an_app_and_changes_a_code_for_a_token(
    campaign: Path, local: LocalNetworks, run: Run, types: Types
) -> None:
    (campaign / ".env").write_text("# mine\nOTHER=1\n", encoding="utf-8")
    types(allowing("mastodon-fr"))
    ran = run("accounts", "login", "mastodon-fr")
    assert ran.code == 0, ran.err
    assert "1 of 1 account can publish" in ran.out
    text = (campaign / ".env").read_text("utf-8")
    assert text.startswith("# mine\nOTHER=1\n")
    assert "CAMPAIGN_BOT_MASTODON_FR_ACCESS_TOKEN=" in text
    assert mode(campaign / ".env") == 0o600
    assert run("accounts", "check", "mastodon-fr").code == 0


def test_x_takes_the_apps_keys_and_a_pin(campaign: Path, local: LocalNetworks, run: Run, types: Types) -> None:
    secrets = local.world.accounts["x-en"].secrets
    types(secrets["api_key"], secrets["api_secret"], allowing("x-en"))
    ran = run("accounts", "login", "x-en", "--file", campaign / "keys.env")
    assert ran.code == 0, ran.err
    text = (campaign / "keys.env").read_text("utf-8")
    assert all(secret in text for secret in secrets.values())
    assert mode(campaign / "keys.env") == 0o600
    assert not any(secret in ran.out + ran.err for secret in secrets.values())


def test_bluesky_takes_an_app_password_and_the_session_is_kept_and_taken_up(
    campaign: Path, local: LocalNetworks, run: Run, types: Types
) -> None:
    types(local.world.accounts["bluesky-en"].secrets["app_password"])
    assert run("accounts", "login", "bluesky-en").code == 0
    assert run("accounts", "check", "bluesky-en").code == 0
    kept = campaign / ".sessions/bluesky-en"
    assert (mode(kept), mode(kept.parent)) == (0o600, 0o700)
    before = len(local.world.requests)
    assert run("accounts", "check", "bluesky-en").code == 0
    assert not [path for _, _, path in local.world.requests[before:] if path.endswith("createSession")]


def test_a_kept_session_that_is_damaged_or_anothers_is_made_anew(
    campaign: Path, local: LocalNetworks, run: Run, types: Types
) -> None:
    types(local.world.accounts["bluesky-en"].secrets["app_password"])
    run("accounts", "login", "bluesky-en")
    run("accounts", "check", "bluesky-en")
    kept = campaign / ".sessions/bluesky-en"
    right = kept.read_text("utf-8")
    for damaged in ("", "\x00\xff", f"{local.url}\nnonsense", right.replace("small-en", "small-fr"), right[:-40]):
        kept.write_text(damaged, encoding="utf-8")
        assert run("accounts", "check", "bluesky-en").code == 0


def test_what_is_there_is_replaced_only_by_who_says_so(
    campaign: Path, local: LocalNetworks, run: Run, types: Types
) -> None:
    password = local.world.accounts["bluesky-en"].secrets["app_password"]
    file = campaign / ".env"
    file.write_text(f"CAMPAIGN_BOT_BLUESKY_EN_APP_PASSWORD={password}\n", encoding="utf-8")
    types("n")
    assert run("accounts", "login", "bluesky-en").code == 1
    assert password in file.read_text("utf-8")
    types("y", "", "  ", "")
    ran = run("accounts", "login", "bluesky-en")
    assert ran.code == 1 and "nothing was changed" in ran.err
    assert password in file.read_text("utf-8")
    types("y", "wrong-one", "n")
    assert run("accounts", "login", "bluesky-en").code == 1
    assert password in file.read_text("utf-8")


def test_another_accounts_credentials_are_told_from_ones_own(
    campaign: Path, local: LocalNetworks, run: Run, types: Types
) -> None:
    types(allowing("mastodon-en"), "n")
    ran = run("accounts", "login", "mastodon-fr")
    assert ran.code == 1
    assert "small_en, not of small_fr" in ran.err
    assert not (campaign / ".env").exists()


def test_a_code_that_is_wrong_or_used_is_refused_in_plain_words(
    campaign: Path, local: LocalNetworks, run: Run, types: Types
) -> None:
    types("1234567")
    ran = run("accounts", "login", "mastodon-fr")
    assert ran.code == 1 and "did not take the code" in ran.err and "Traceback" not in ran.err
    secrets = local.world.accounts["x-en"].secrets
    types("wrong", secrets["api_secret"])
    assert "did not take that" in run("accounts", "login", "x-en").err
    types(secrets["api_key"], secrets["api_secret"], "0000000")
    assert "did not take that" in run("accounts", "login", "x-en").err


def test_local_networks_and_unknown_accounts_need_no_login(campaign: Path, run: Run, types: Types) -> None:
    types()
    assert "need no credentials" in run("--sandbox", "accounts", "login", "x-en").err
    assert "There is no account" in run("accounts", "login", "x-eng").err


def test_credentials_that_end_soon_are_a_concern_a_week_before(campaign: Path, tmp_path: Path) -> None:
    def kinds(expires: str) -> list[str]:
        app = App(campaign, environ={"CAMPAIGN_BOT_MASTODON_FR_EXPIRES": expires}, clock=lambda: NOW)
        found = [one.message for one in app.health().concerns if one.kind == "expiring"]
        app.close()
        return found

    assert kinds((NOW + timedelta(days=8)).date().isoformat()) == []
    assert kinds("2027-01-22") == ["Its credentials end on 2027-01-22."]
    assert kinds("2027-01-02") == ["Its credentials ended on 2027-01-02."]
    assert "is no date" in kinds("soon")[0]
