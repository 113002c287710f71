"""RQ entry points of issues, and what the resident does beside its own job."""

from flask import Flask

from webapp.issues import judge


def judge_facts() -> int:
    """Judge what is new; nothing while another process judges, as the resident's thread does."""
    return judge.judge_once()


def judge_beside(app: Flask) -> None:
    """Judge until this process ends; for a thread of the resident."""
    judge.keep_judging(app)
