"""A page as PDF, printed by the browser that is installed: the only one that lays out the page as people see it."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from campaign_bot.errors import ConfigError

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")
TIMEOUT_S = 120


def print_pdf(html: str, output: Path) -> None:
    """Raises ConfigError where no browser is, or it cannot print."""
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        raise ConfigError(
            "A PDF is printed by a browser, and there is none.",
            advice="Install one (Debian: `apt install chromium`), or write `--format html` and print that page yourself.",
        )
    with tempfile.TemporaryDirectory(prefix="campaign-bot-") as place:
        page, printed = Path(place) / "report.html", Path(place) / "report.pdf"
        page.write_text(html, encoding="utf-8")
        # Root may not use the browser's sandbox; the page is our own and has no script.
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        command = [
            browser, "--headless", *sandbox, "--disable-gpu", "--no-first-run", f"--user-data-dir={place}/profile",
            "--no-pdf-header-footer", f"--print-to-pdf={printed}", page.as_uri(),
        ]  # fmt: skip
        try:
            done = subprocess.run(command, capture_output=True, timeout=TIMEOUT_S, check=False)  # noqa: S603
        except (OSError, subprocess.TimeoutExpired) as error:
            raise ConfigError(f"{Path(browser).name} did not print: {error}.", advice="Try `--format html`.") from error
        if done.returncode or not printed.is_file():
            said = done.stderr.decode(errors="replace").strip().splitlines()
            why = f": {said[-1]}" if said else ""
            raise ConfigError(f"{Path(browser).name} did not print{why}.", advice="Try `--format html`.")
        shutil.copyfile(printed, output)
