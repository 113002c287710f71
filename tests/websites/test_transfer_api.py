"""Websites go out as YAML over the API, and come in: seen first, all or nothing."""

import pytest

from webapp.websites import transfer_api
from webapp.websites.transfer import entries
from webapp.websites.transfer.stored import everything

ROOT = "/api/monitoring/websites"
DOCUMENT = """
version: 1
websites:
- {url: 'https://shop.example/', name: Shop, secrets: {token: hush}}
- {url: 'https://blog.example/', check_interval: 300}
"""
GATUS = """
endpoints:
- {name: shop, url: 'https://shop.example/', interval: 30s, conditions: ['[STATUS] == 200']}
"""


def send(client, token, text=DOCUMENT, **query):
    return client.post(
        f"{ROOT}/import/", data=text, query_string=query, headers=token,
        content_type="application/yaml",
    )  # fmt: skip


def urls(app):
    with app.app_context():
        return [one.website.url for one in everything()]


def test_first_the_difference_is_told_and_then_it_is_made(app, client, write_token):
    told = send(client, write_token, dry_run="true").get_json()
    assert (told["dry_run"], told["added_count"], told["changed_count"]) == (True, 2, 0)
    assert [(c["verb"], c["name"]) for c in told["changes"]] == [
        ("create", "Shop"),
        ("create", "blog.example"),
    ]
    assert "hush" not in str(told)
    assert urls(app) == []

    done = send(client, write_token).get_json()

    assert done | {"dry_run": True} == told
    assert urls(app) == ["https://blog.example/", "https://shop.example/"]
    again = send(client, write_token).get_json()
    assert (again["unchanged_count"], again["changes"]) == (2, [])


def test_what_goes_out_comes_in_again_without_a_change(client, write_token):
    send(client, write_token)
    out = client.get(f"{ROOT}/export/", headers=write_token)
    assert out.mimetype == "application/yaml"
    assert "hush" not in out.text
    assert len(entries.read(out.text)) == 2
    back = send(client, write_token, out.text, prune="true").get_json()
    assert (back["unchanged_count"], back["removed_count"]) == (2, 0)


def test_what_is_not_named_is_removed_where_that_is_asked_for(app, client, write_token):
    send(client, write_token)
    one = "version: 1\nwebsites:\n- {url: 'https://shop.example/', name: Shop}\n"
    assert send(client, write_token, one).get_json()["removed_count"] == 0
    assert send(client, write_token, one, prune="true").get_json()["removed_count"] == 1
    assert urls(app) == ["https://shop.example/"]


def test_a_gatus_configuration_is_taken_over(app, client, write_token):
    told = send(client, write_token, GATUS, kind="gatus").get_json()
    assert (told["added_count"], urls(app)) == (1, ["https://shop.example/"])


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("version: 1\nwebsites:\n- {url: 'ftp://x'}\n", "websites[0].url"),
        (DOCUMENT + "- {url: 'https://new.example/', odd: 1}\n", "websites[2].odd"),
        ("{", "line"),
        ("\xff", "document"),
    ],
)
def test_a_document_with_a_fault_changes_nothing_and_names_it(
    app, client, write_token, text, field
):
    refused = send(client, write_token, text.encode("latin-1"))
    assert refused.status_code == 422
    assert refused.get_json()["errors"][0]["field"].startswith(field)
    assert urls(app) == []


def test_what_cannot_be_is_refused(app, client, write_token, read_token, monkeypatch):
    assert send(client, read_token).status_code == 403
    assert client.get(f"{ROOT}/export/", headers=read_token).status_code == 403
    assert send(client, write_token, kind="kuma").status_code == 422
    assert send(client, write_token, "version: 1\nwebsites: []", prune="1").status_code == 422
    monkeypatch.setattr(transfer_api, "LARGEST", 100)
    assert send(client, write_token).status_code == 413
    assert urls(app) == []


def test_the_description_says_that_it_is_yaml(client, read_token, viewer):
    paths = client.get("/api/openapi.json", headers=read_token).get_json()["paths"]
    taken = paths[f"{ROOT}/import/"]["post"]["requestBody"]["content"]
    given = paths[f"{ROOT}/export/"]["get"]["responses"]["200"]["content"]
    assert list(taken) == list(given) == ["application/yaml"]
    assert "--data-binary @FILE" in viewer.get("/api/").text
