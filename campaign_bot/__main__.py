"""`python -m campaign_bot`."""

from campaign_bot.cli import main

main()
