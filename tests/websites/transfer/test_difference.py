"""What an import would change, in words."""

from webapp.websites.transfer.difference import (
    FieldChange,
    counted,
    differences,
    lines,
    summary,
)


def values(**fields):
    given = {"name": "Shop", "check_interval": 60, "tags": [], "options": {}, "secrets": {}}
    return given | fields


PRESENT = {
    "https://a/": values(),
    "https://b/": values(options={"method": "POST", "keyword": "x"}, secrets={"token": "old"}),
    "https://c/": values(name="Gone"),
}
WANTED = {
    "https://b/": values(
        check_interval=30,
        options={"method": "PUT", "slow_ms": 5},
        secrets={"token": "new", "password": "p"},
        tags=["x"],
    ),
    "https://a/": values(),
    "https://d/": values(name="New"),
}


def test_each_website_is_compared_field_by_field_and_secrets_are_never_shown():
    change = differences(PRESENT, WANTED, prune=False)[0]
    assert change.fields == (
        FieldChange("check_interval", "60", "30"),
        FieldChange("tags", "nothing", '["x"]'),
        FieldChange("options.method", "POST", "PUT"),
        FieldChange("options.slow_ms", "the default", "5"),
        FieldChange("secrets.token", "a secret", "another secret"),
        FieldChange("secrets.password", "nothing", "a secret"),
        FieldChange("options.keyword", "x", "the default"),
    )


def test_only_pruning_removes_what_is_not_wanted():
    assert counted(differences(PRESENT, WANTED, prune=False)) == {
        "create": 1, "change": 1, "remove": 0, "unchanged": 1,
    }  # fmt: skip
    pruned = counted(differences(PRESENT, WANTED, prune=True))
    assert pruned["remove"] == 1
    assert summary(pruned) == "1 added, 1 changed, 1 removed, 1 unchanged"


def test_the_text_shows_what_happens_and_leaves_out_what_does_not():
    text = "\n".join(lines(differences(PRESENT, WANTED, prune=True)))
    assert text == (
        "~ https://b/ (change)\n"
        "    check_interval: 60 -> 30\n"
        '    tags: nothing -> ["x"]\n'
        "    options.method: POST -> PUT\n"
        "    options.slow_ms: the default -> 5\n"
        "    secrets.token: a secret -> another secret\n"
        "    secrets.password: nothing -> a secret\n"
        "    options.keyword: x -> the default\n"
        "+ https://d/ (create)\n"
        "    name: New\n"
        "    check_interval: 60\n"
        "- https://c/ (remove)"
    )


def test_a_long_value_is_cut():
    wanted = {"https://a/": values(description="x" * 1000)}
    change = differences(PRESENT, wanted, prune=False)[0]
    assert len(change.fields[0].after) == 301


def test_a_secret_is_not_in_the_text_of_any_change():
    text = "\n".join(lines(differences(PRESENT, WANTED, prune=True)))
    assert "new" not in text
    assert "old" not in text
