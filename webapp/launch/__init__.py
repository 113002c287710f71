"""Bring up the whole product on one machine: `make run`, that is `python -m webapp.launch`.

Nouns: a refusal (why it cannot start), a program (a process that is kept alive), the embedded
Redis (a server of our own when no other is configured).
"""
