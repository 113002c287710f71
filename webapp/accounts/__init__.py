"""Who may come in, and what they may do. Nouns: User, SignIn (a session), ApiToken, FirstLink."""

from flask import Flask

from webapp.accounts import models as models

from webapp.config import Settings


def init_app(app: Flask, settings: Settings) -> None:
    """Add sign-in, the gate and the pages of this feature."""
