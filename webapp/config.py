"""Every setting of the product, as data: name, type, default and one line of help.

A setting is an environment variable named like its field in capitals. A bad value stops the
start with one sentence that names the variable.
"""

import os
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from webapp.setting import ConfigError as ConfigError
from webapp.setting import Setting as Setting
from webapp.setting import parse, setting

LONGEST_HOST_NAME = 255


@dataclass(frozen=True)
class Settings:
    """The product's settings, parsed; see docs/settings.md."""

    host: str = setting("127.0.0.1", "Address the web server listens on.")
    port: int = setting(8000, "Port the web server listens on.", low=1, high=65535)
    public_url: str = setting(
        "", "URL people reach the product by, for links; empty means http://HOST:PORT."
    )
    data_dir: Path = setting(
        Path("instance"), "Folder for the database, the embedded Redis and the keys."
    )
    database_url: str = setting(
        "", "SQLAlchemy URL of SQLite or PostgreSQL; empty means SQLite under DATA_DIR."
    )
    database_pool_size: int = setting(
        5, "PostgreSQL connections kept per process.", low=1, high=100
    )
    redis_url: str = setting(
        "", "URL of Redis; empty means an embedded server on a socket under DATA_DIR."
    )
    secret_key: str = setting(
        "", "Signs sessions and links; empty means generated once into DATA_DIR/secret_key."
    )
    encryption_key: str = setting(
        "",
        "Encrypts stored secrets; several separated by commas, newest first; "
        "empty means generated once into DATA_DIR/encryption_key.",
    )
    trusted_proxies: int = setting(
        0, "Reverse proxies in front whose X-Forwarded headers are believed.", low=0, high=5
    )
    web_processes: int = setting(1, "Web server processes.", low=1, high=64)
    web_threads: int = setting(6, "Threads per web server process.", low=1, high=64)
    workers: int = setting(
        2, "RQ worker processes that `python worker.py` keeps alive.", low=1, high=64
    )
    refresh_s: float = setting(
        5.0, "Seconds between two refreshes of a panel on a page.", low=1, high=3600
    )
    host_name: str = setting(
        "", "What this machine is called in its metrics; empty means what it calls itself."
    )
    metrics_interval_s: int = setting(
        5, "Seconds between two readings of this machine's metrics.", low=1, high=3600
    )
    metrics_days: int = setting(7, "Days that raw metric samples are kept.", low=1, high=3650)
    metric_minutes_days: int = setting(
        30, "Days that metrics are kept summed up by the minute.", low=1, high=3650
    )
    metric_hours_days: int = setting(
        400, "Days that metrics are kept summed up by the hour.", low=32, high=3650
    )
    metric_days_days: int = setting(
        1826, "Days that metrics are kept summed up by the day.", low=366, high=36_500
    )
    metrics_max_mb: int = setting(
        0,
        "Megabytes that metrics may take: beyond that the oldest raw samples go first, then the "
        "oldest minutes; 0 means no limit.",
        low=0,
        high=100_000_000,
    )
    metrics_max_series: int = setting(
        10_000,
        "Series that one host or service may have; further ones are refused.",
        low=100,
        high=1_000_000,
    )
    statsd_port: int = setting(
        0,
        "UDP port that StatsD lines are received on, usually 8125; 0 means none.",
        low=0,
        high=65535,
    )
    statsd_host: str = setting(
        "127.0.0.1", "Address that StatsD lines are received on; anybody who reaches it may send."
    )
    statsd_flush_s: float = setting(
        10.0, "Seconds of StatsD lines that are summed into one sample.", low=0.5, high=3600
    )
    checks_days: int = setting(90, "Days that website checks are kept.", low=1, high=3650)
    hourly_rollups_days: int = setting(
        400, "Days that hourly sums of website checks are kept.", low=32, high=3650
    )
    daily_rollups_days: int = setting(
        1826, "Days that daily sums of website checks are kept.", low=366, high=36_500
    )
    check_shift_s: int = setting(
        20,
        "Seconds that one check shift drives checks before the next takes over.",
        low=5,
        high=3600,
    )
    check_shifts: int = setting(
        1,
        "Check shifts that run at once, over all workers; leave a worker for other jobs.",
        low=1,
        high=64,
    )
    check_concurrency: int = setting(
        50, "Website checks in flight at once in one shift.", low=1, high=1000
    )
    check_private_addresses: bool = setting(
        True, "Whether website checks may connect to loopback and private addresses."
    )
    reference_targets: str = setting(
        "",
        "host:port or URLs, separated by commas, that answer while this machine's own network "
        "works: they tell an outage of most websites from one of ours.",
    )
    occurrences_days: int = setting(
        90,
        "Days that faults, overloads and operational issues are kept; of each recurring issue the "
        "first and the last stay.",
        low=2,
        high=3650,
    )
    occurrences_per_issue: int = setting(
        1000,
        "Occurrences that one recurring issue keeps: the first, the last and a spread of what "
        "lies between.",
        low=10,
        high=1_000_000,
    )
    occurrences_max_mb: int = setting(
        2000,
        "Megabytes that all occurrences may take: beyond that the recurring issues with most of "
        "them keep fewer; 0 means no limit.",
        low=0,
        high=100_000_000,
    )
    resolved_issues_days: int = setting(
        180,
        "Days that a resolved recurring issue is kept after it was last seen.",
        low=1,
        high=3650,
    )
    issue_hours_days: int = setting(
        400, "Days that it is kept how often a recurring issue came by the hour.", low=32, high=3650
    )
    refused_occurrences_days: int = setting(
        30, "Days that occurrences which could not be digested are kept.", low=1, high=3650
    )
    scrub_keys: str = setting(
        "",
        "Names, separated by commas, whose values are taken out of issues as passwords and tokens "
        "are.",
    )
    activity_kept: int = setting(
        1000,
        "Entries the diary keeps; it is pruned once it holds 100 more.",
        low=100,
        high=1_000_000,
    )
    session_days: int = setting(14, "Days after which an unused sign-in ends.", low=1, high=365)
    sign_in_attempts: str = setting(
        "10 per 5 minutes", "Failed sign-ins allowed per address and account before a pause."
    )
    maximum_body_bytes: int = setting(
        1_048_576, "Largest request body accepted, in bytes.", low=1024, high=1_073_741_824
    )
    exposition_series: int = setting(
        10_000,
        "Series, and websites, that /metrics tells at most.",
        low=100,
        high=1_000_000,
    )
    alerts_days: int = setting(400, "Days alerts are kept after they are over.", low=1, high=3650)
    life_sign_url: str = setting(
        "", "URL that is asked every minute while we are well, of a system that misses us else."
    )
    alert_from_severity: str = setting(
        "warning",
        "Least severe issue that raises an alert.",
        choices=("info", "warning", "error", "critical"),
    )
    log_level: str = setting(
        "INFO",
        "Least severe log line that is printed.",
        choices=("DEBUG", "INFO", "WARNING", "ERROR"),
    )

    @property
    def base_url(self) -> str:
        """URL for links in messages and on the terminal, without a trailing slash."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.public_url.rstrip("/") or f"http://{host}:{self.port}"

    @property
    def own_host(self) -> str:
        """What this machine is called in its metrics."""
        return self.host_name or os.uname().nodename or "localhost"

    @property
    def sqlalchemy_url(self) -> str:
        """The database URL with the driver named, SQLite under `data_dir` by default."""
        if not self.database_url:
            return f"sqlite:///{self.data_dir / 'watchkeeper.db'}"
        for short in ("postgres://", "postgresql://"):
            if self.database_url.startswith(short):
                return "postgresql+psycopg://" + self.database_url.removeprefix(short)
        return self.database_url

    @property
    def references(self) -> tuple[tuple[str, int], ...]:
        """Host and port of each reference target."""
        targets = (target.strip() for target in self.reference_targets.split(","))
        return tuple(reference_address(target) for target in targets if target)

    @property
    def scrubbed_keys(self) -> frozenset[str]:
        """Names of secrets beside the known ones."""
        return frozenset(key.strip() for key in self.scrub_keys.split(",") if key.strip())

    @property
    def broker_url(self) -> str:
        """The Redis URL, the embedded server's socket by default."""
        return self.redis_url or f"unix://{self.data_dir / 'run' / 'redis.sock'}"


def _describe() -> tuple[Setting, ...]:
    return tuple(
        Setting(f.name.upper(), _kind(f.default), f.default, **f.metadata)
        for f in fields(Settings)
        if f.default is not MISSING
    )


def _kind(default: Any) -> type:
    return Path if isinstance(default, Path) else type(default)


SETTINGS = _describe()


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Read all settings, generating the keys that are not set; raise `ConfigError` on a bad one."""
    environ = os.environ if environ is None else environ
    values = {s.name.lower(): parse(s, environ[s.name]) for s in SETTINGS if environ.get(s.name)}
    values["data_dir"] = Path(values.get("data_dir", Settings.data_dir)).expanduser().absolute()
    settings = Settings(**values)
    _check_urls(settings)
    if not (settings.host_name.isprintable() and len(settings.host_name) <= LONGEST_HOST_NAME):
        raise ConfigError(f"HOST_NAME must be one line of up to {LONGEST_HOST_NAME} characters.")
    _ = settings.references  # a bad one stops the start
    return settings


def reference_address(target: str) -> tuple[str, int]:
    """Host and port of a reference target; raise `ConfigError` if it is no host:port and no URL."""
    try:
        parts = urlsplit(target if "://" in target else f"tcp://{target}")
        port = parts.port or {"http": 80, "https": 443}[parts.scheme]
        if not parts.hostname or parts.scheme not in ("tcp", "http", "https"):
            raise ValueError(target)
    except (ValueError, KeyError) as error:
        raise ConfigError(
            f"REFERENCE_TARGETS must be host:port or URLs separated by commas, not {target!r}."
        ) from error
    return parts.hostname, port


def _check_urls(settings: Settings) -> None:
    if not settings.sqlalchemy_url.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise ConfigError("DATABASE_URL must start with sqlite:/// or postgresql://.")
    if not settings.broker_url.startswith(("redis://", "rediss://", "unix://")):
        raise ConfigError("REDIS_URL must start with redis://, rediss:// or unix://.")
    if settings.public_url and not settings.public_url.startswith(("http://", "https://")):
        raise ConfigError("PUBLIC_URL must start with http:// or https://.")
