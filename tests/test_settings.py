"""Settings and secrets: where they come from, and that they stay there."""

from __future__ import annotations

import json
import logging
import re
from pathlib import Path

import pytest

from campaign_bot import networks
from campaign_bot.config import PREFIX, Credentials, Environment, Secret, Settings, setting_names
from campaign_bot.errors import ConfigError
from campaign_bot.library.load import load
from campaign_bot.log import configure, log
from campaign_bot.secrecy import HIDDEN, Redactor

ROOT = Path(__file__).parent.parent


class Token(Credentials):
    access_token: Secret


def test_env_example_names_every_setting_and_no_other() -> None:
    library, _ = load(ROOT)
    assert library is not None
    expected = {PREFIX + name.upper() for name in Settings.__struct_fields__}
    for account in library.campaign.accounts.values():
        expected |= set(setting_names(account.name, networks.get(account.network).credentials))
    named = set(re.findall(r"^#?(CAMPAIGN_BOT_\w+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.M))
    assert named == expected


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("CAMPAIGN_BOT_PERSON=file\nCAMPAIGN_BOT_TIMEOUT_S=3\n")
    settings = Environment.read(tmp_path, {"CAMPAIGN_BOT_PERSON": "environment"}).settings()
    assert (settings.person, settings.timeout_s) == ("environment", 3.0)


def test_a_secret_may_be_in_a_file_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("s3cret\n")
    environment = Environment.read(tmp_path, {"CAMPAIGN_BOT_MASTODON_FR_ACCESS_TOKEN_FILE": str(tmp_path / "token")})
    assert environment.credentials("mastodon-fr", Token).reveal() == {"access_token": "s3cret"}


def test_a_missing_secret_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="CAMPAIGN_BOT_MASTODON_FR_ACCESS_TOKEN is not set"):
        Environment.read(tmp_path, {}).credentials("mastodon-fr", Token)


def test_a_wrong_setting_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="CAMPAIGN_BOT_TIMEOUT_S"):
        Environment.read(tmp_path, {"CAMPAIGN_BOT_TIMEOUT_S": "soon"}).settings()


@pytest.mark.parametrize(
    ("setting", "wrong", "cure"),
    [
        ("TIMEOUT_S", "soon", "write seconds, e.g. 15"),
        ("TIMEOUT_S", "nan", "write seconds, e.g. 15"),
        ("TIMEOUT_S", "0", "write seconds, e.g. 15"),
        ("LOG_FORMAT", "xml", "write text or json"),
        ("HEALTH_ADDRESS", "here", "write host:port, e.g. 127.0.0.1:9464"),
        ("SANDBOX_URL", "https://example.org", "only ever on this machine"),
        ("BACKUP_KEEP", "0", "at least 1"),
        ("BACKUP_KEEP", "many", "at least 1"),
    ],
)
def test_what_to_write_instead_of_a_wrong_setting_is_said(tmp_path: Path, setting: str, wrong: str, cure: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Environment.read(tmp_path, {PREFIX + setting: wrong}).settings()
    assert f"{PREFIX}{setting}: " in caught.value.message
    assert cure in caught.value.message


def test_every_wrong_setting_is_named(tmp_path: Path) -> None:
    wrong = {"CAMPAIGN_BOT_BACKUP_KEEP": "many", "CAMPAIGN_BOT_LOG_FORMAT": "xml"}
    with pytest.raises(ConfigError, match=r"LOG_FORMAT: .*; CAMPAIGN_BOT_BACKUP_KEEP: "):
        Environment.read(tmp_path, wrong).settings()


def test_credentials_that_are_printed_show_no_secret(tmp_path: Path) -> None:
    credentials = Environment.read(tmp_path, {"CAMPAIGN_BOT_A_ACCESS_TOKEN": "s3cret"}).credentials("a", Token)
    assert credentials.reveal() == {"access_token": "s3cret"}
    assert "s3cret" not in f"{credentials} {credentials!r}"


def test_no_secret_passes_the_redactor() -> None:
    redactor = Redactor(["s3cret", "s3cret-and-more"])
    event = {"event": "Bearer s3cret-and-more", "why": {"header": ["s3cret"]}, "error": ValueError("token s3cret")}
    shown = str(redactor.value(event))
    assert "s3cret" not in shown
    assert shown.count(HIDDEN) == 3


def test_no_line_of_ours_or_of_a_library_holds_a_secret(capsys: pytest.CaptureFixture[str]) -> None:
    configure(style="json", secrets=["s3cret-of-logs"])
    try:
        log.warning("not read", why="token s3cret-of-logs")
        logging.getLogger("some.library").warning("Bearer %s", "s3cret-of-logs")
    finally:
        logging.getLogger().handlers.clear()
    ours, theirs = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert (ours["event"], ours["why"], ours["level"]) == ("not read", f"token {HIDDEN}", "warning")
    assert (theirs["event"], theirs["logger"]) == (f"Bearer {HIDDEN}", "some.library")
