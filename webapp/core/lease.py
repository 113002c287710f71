"""Who of many does a thing: the holder of a Redis lock that is renewed again and again.

Where Redis cannot be reached nobody can take the lock over, so who held it last goes on.
"""

from contextlib import suppress

from redis import Redis, RedisError
from redis.exceptions import LockError
from redis.lock import Lock


class Lease:
    """The right to do `name`, for `seconds` after each time it was asked for and given."""

    def __init__(self, connection: Redis, name: str, seconds: float) -> None:
        self.lock = Lock(connection, name, timeout=seconds, thread_local=False)
        self.held = True

    def is_ours(self) -> bool:
        """Renew the lease if it is ours, else try to take it; say whether it is ours."""
        with suppress(RedisError):
            self.held = self._renewed() or bool(self.lock.acquire(blocking=False))
        return self.held

    def _renewed(self) -> bool:
        if self.lock.local.token is None:
            return False
        try:
            return bool(self.lock.reacquire())
        except LockError:
            self.lock.local.token = None
            return False

    def give_back(self) -> None:
        """Let another take it at once."""
        if self.lock.local.token is not None:
            try:
                self.lock.release()
            except RedisError:
                self.lock.local.token = None
