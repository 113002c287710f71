"""Small SQLite files with the tables of Uptime Kuma that are read, as its versions make them."""

import sqlite3
from contextlib import closing
from pathlib import Path

V1 = """
CREATE TABLE monitor (
    id INTEGER PRIMARY KEY, name VARCHAR(150), active BOOLEAN NOT NULL DEFAULT 1, user_id INTEGER,
    interval INTEGER NOT NULL DEFAULT 20, url TEXT, type VARCHAR(20), weight INTEGER,
    hostname VARCHAR(255), port INTEGER, created_date TIMESTAMP, keyword VARCHAR(255),
    maxretries INTEGER NOT NULL DEFAULT 0
);
INSERT INTO monitor (id, name, interval, url, type, keyword)
    VALUES (1, 'Old', 20, 'http://old.example', 'keyword', 'hello');
"""
V2 = """
CREATE TABLE monitor (
    id INTEGER PRIMARY KEY, name VARCHAR(150), active BOOLEAN NOT NULL DEFAULT 1,
    interval INTEGER NOT NULL DEFAULT 20, url TEXT, type VARCHAR(20), hostname VARCHAR(255),
    port INTEGER, keyword VARCHAR(255), maxretries INTEGER NOT NULL DEFAULT 0,
    ignore_tls BOOLEAN NOT NULL DEFAULT 0, upside_down BOOLEAN NOT NULL DEFAULT 0,
    maxredirects INTEGER NOT NULL DEFAULT 10,
    accepted_statuscodes_json TEXT NOT NULL DEFAULT '["200-299"]', dns_resolve_type VARCHAR(5),
    dns_resolve_server VARCHAR(255), retry_interval INTEGER NOT NULL DEFAULT 0,
    push_token VARCHAR(32), method TEXT NOT NULL DEFAULT 'GET', body TEXT, headers TEXT,
    basic_auth_user TEXT, basic_auth_pass TEXT, proxy_id INTEGER,
    expiry_notification BOOLEAN DEFAULT 1, auth_method VARCHAR(250),
    http_body_encoding VARCHAR(25), description TEXT, tls_ca TEXT, tls_cert TEXT, tls_key TEXT,
    parent INTEGER, invert_keyword BOOLEAN NOT NULL DEFAULT 0, json_path TEXT,
    expected_value VARCHAR(255), timeout DOUBLE NOT NULL DEFAULT 0, json_path_operator TEXT,
    cache_bust BOOLEAN NOT NULL DEFAULT 0, conditions TEXT NOT NULL DEFAULT '[]',
    smtp_security TEXT, ip_family VARCHAR(4), bearer_token TEXT
);
CREATE TABLE tag (id INTEGER PRIMARY KEY, name VARCHAR(255), color VARCHAR(255));
CREATE TABLE monitor_tag (id INTEGER PRIMARY KEY, monitor_id INTEGER, tag_id INTEGER, value TEXT);
CREATE TABLE proxy (
    id INTEGER PRIMARY KEY, protocol VARCHAR(10), host VARCHAR(255), port SMALLINT,
    auth BOOLEAN NOT NULL, username VARCHAR(255), password VARCHAR(255),
    active BOOLEAN NOT NULL DEFAULT 1
);
CREATE TABLE notification (id INTEGER PRIMARY KEY, name VARCHAR(255), config TEXT);
CREATE TABLE status_page (id INTEGER PRIMARY KEY, slug VARCHAR(255));
CREATE TABLE maintenance (id INTEGER PRIMARY KEY);
CREATE TABLE incident (id INTEGER PRIMARY KEY);
INSERT INTO notification (name) VALUES ('Chat');
INSERT INTO status_page (slug) VALUES ('public');
INSERT INTO proxy (id, protocol, host, port, auth) VALUES (1, 'http', 'proxy.example', 3128, 0);
INSERT INTO tag (id, name) VALUES (1, 'prod'), (2, 'team');
INSERT INTO monitor (id, name, type) VALUES (1, 'Shops', 'group');
INSERT INTO monitor (id, name, type, url, interval, timeout, parent, maxretries, retry_interval,
    auth_method, basic_auth_user, basic_auth_pass, proxy_id)
    VALUES (2, 'Shop', 'http', 'https://shop.example', 60, 48, 1, 2, 20, 'basic', 'me', 'hush', 1);
INSERT INTO monitor (id, name, type, hostname) VALUES (3, 'Gateway', 'ping', '10.0.0.1');
INSERT INTO monitor (id, name, type, interval, push_token)
    VALUES (4, 'Backup', 'push', 3600, 'abcdefghijabcdefghijabcdefghijab');
INSERT INTO monitor_tag (monitor_id, tag_id, value) VALUES (2, 1, ''), (2, 2, 'web');
"""


def create_v1(path: Path) -> Path:
    """A file of the first version: one keyword monitor, no tags, few columns."""
    return _create(path, V1)


def create_v2(path: Path) -> Path:
    """A file of version 2: a group with a monitor, a ping and a push."""
    return _create(path, V2)


def _create(path: Path, script: str) -> Path:
    with closing(sqlite3.connect(path)) as file:
        file.executescript(script)
    return path
