"""campaign-bot: a public, bilingual social media campaign, from files to an honest report."""

__version__ = "0.1.0"
