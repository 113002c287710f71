"""Commands: `flask --app wsgi ...`; each feature brings its own group."""

from flask import Flask

from webapp.accounts.commands import accounts, tokens
from webapp.websites.commands import websites


def init_app(app: Flask) -> None:
    """Add the command groups of the features."""
    app.cli.add_command(accounts)
    app.cli.add_command(tokens)
    app.cli.add_command(websites)
