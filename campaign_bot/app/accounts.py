"""Accounts as people look after them: who each is on its network, how long it may go on, and how it signs in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from campaign_bot.app.proving import Proving
from campaign_bot.config import expiry_name, keep_settings, setting_names
from campaign_bot.errors import ConfigError, StateError
from campaign_bot.library.files import Account
from campaign_bot.model import Identity
from campaign_bot.networks.sign_in import Person, SignedIn


class Accounts(Proving):
    """What is asked of one account."""

    def sign_in(self, account: Account, person: Person) -> SignedIn:
        """Walk a person through it. Nothing is kept. Raises StateError with local networks, NetworkError."""
        if self.simulated:
            raise StateError("The local networks need no credentials.", advice="Leave --sandbox out.")
        network = self.network(account.network)
        return network.sign_in(
            account, person, server=account.server or network.default_server, timeout_s=self.settings.timeout_s
        )

    def try_out(self, account: Account, signed_in: SignedIn) -> Identity:
        """Who these credentials are, before they are kept. Raises NetworkError, ConfigError."""
        network = self.network(account.network)
        try:
            credentials = network.credentials.of(signed_in.secrets)
        except KeyError as error:
            raise ConfigError(f"What {network.title} gave for {account.name} is not complete.") from error
        connection = network.connect(account, credentials, timeout_s=self.settings.timeout_s)
        try:
            return self.identify(account, connection)
        finally:
            connection.close()

    def keep(self, account: Account, signed_in: SignedIn, file: Path) -> Mapping[str, str]:
        """Put the credentials into a settings file. Returns the settings that the environment has otherwise: it wins."""
        kind = self.network(account.network).credentials
        names = dict(zip(setting_names(account.name, kind), kind.names(), strict=True))
        settings = {name: signed_in.secrets[field] for name, field in names.items()}
        if signed_in.lifetime is not None:
            settings[expiry_name(account.name)] = (self.clock() + signed_in.lifetime).date().isoformat()
        self.session_file(account.name).unlink(missing_ok=True)  # of the credentials from before
        keep_settings(file, settings)
        return {name: value for name, value in settings.items() if self.overridden(name, value)}

    def overridden(self, name: str, value: str) -> bool:
        return self.from_environment.get(name, value) != value
