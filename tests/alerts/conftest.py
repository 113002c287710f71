"""A site on loopback that answers."""

from tests.websites.conftest import site as site
