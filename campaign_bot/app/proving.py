"""Whose credentials these are: asked of the network before anything leaves with them, and remembered.

A token in another account's place publishes there without a word: French on the English account, a test on the real one.
"""

from __future__ import annotations

import hashlib

from campaign_bot.app.servers import Servers
from campaign_bot.errors import ConfigError
from campaign_bot.library.files import Account
from campaign_bot.model import Identity
from campaign_bot.networks.base import Connection
from campaign_bot.values import replace

#: 30 ms, once a process and account: so long takes each guess at a secret from its fingerprint.
ROUNDS = 100_000


class Proving(Servers):
    """What the network says of an account's credentials."""

    def identify(self, account: Account, connection: Connection | None = None) -> Identity:
        """Who the network says the account is; one that is somebody else's may not publish here. `expires` is what the
        network says, or what was written down. Raises NetworkError, ConfigError."""
        identity = (connection or self.connection(account.name)).identify()
        if account.handle and _bare(identity.handle) != _bare(account.handle):
            wrong = f"These are the credentials of {identity.handle}, not of {account.handle}."
            identity = replace(identity, may_publish=False, detail=wrong)
        return replace(identity, expires=identity.expires or self.environment.expires(account.name))

    def prove(self, account: Account, connection: Connection) -> str:
        """Why nothing may leave with these credentials; empty where they are the account's own and may publish. Each set of
        credentials is asked about once, and by this process not even the store twice: on X it costs what reading a user
        costs. An account that names no handle has nothing to compare with. Raises NetworkError when nobody could be asked."""
        if not account.handle or self._proven.get(account.name) == (connection, account):
            return ""
        fingerprint = self._fingerprint(account)
        if self.store.proof(account.name) != fingerprint:
            identity = self.identify(account, connection)
            if not identity.may_publish:
                return identity.detail
            self.store.record_proof(account.name, fingerprint, now=self.clock())
        self._proven[account.name] = (connection, account)
        return ""

    def own_connection(self, account_name: str) -> Connection:
        """For what a person does with what is out: another account's server would say that it is not there, and it would
        count as deleted. Raises ConfigError where the credentials are not the account's own, NetworkError."""
        connection = self.connection(account_name)
        if fault := self.prove(self.library.account(account_name), connection):
            raise ConfigError(
                f"{account_name}: {fault} Nothing was done.",
                advice="Mend them; `campaign-bot accounts check` proves it.",
            )
        return connection

    def _fingerprint(self, account: Account) -> str:
        """Which credentials the connection has, for whom and where. From what is kept nobody gets them back, nor tries many."""
        made_with = self._made_with[account.name]
        secrets = "\n".join(f"{name}={secret}" for name, secret in made_with.reveal().items())
        whose = f"{account.name}\n{account.handle}\n{self.server_of(account)}"
        return hashlib.pbkdf2_hmac("sha256", secrets.encode(), whose.encode(), ROUNDS, dklen=16).hex()


def _bare(handle: str) -> str:
    """A handle as networks write it in different places: @Name@server is name."""
    return handle.removeprefix("@").partition("@")[0].casefold()
