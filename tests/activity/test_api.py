"""The diary as JSON: the shape of the seed, writing, refusals."""

URL = "/api/system/activity"
ENTRY = {"type": "track_added", "message": "A track", "details": {"track": 7}}


def write(app, token, **fields):
    return app.test_client().post(URL, json=ENTRY | fields, headers=token)


def read(app, token, query=""):
    return app.test_client().get(URL + query, headers=token)


def test_an_entry_is_written_and_read_back_with_every_field(app, write_token, read_token):
    created = write(app, write_token, user_email="dj@example.org")
    assert created.status_code == 201, created.text
    answer = read(app, read_token).json
    assert set(answer) == {"events", "total"}
    newest = answer["events"][0]
    assert newest == created.json
    assert newest["user_email"] == "dj@example.org"
    assert {k: newest[k] for k in ENTRY} == ENTRY
    assert newest["created_at"].endswith("Z")


def test_limit_and_offset_walk_the_list_and_the_total_stays(app, write_token, read_token):
    for n in range(3):
        write(app, write_token, message=f"{n}")
    page = read(app, read_token, "?limit=1&offset=1&type=track_added").json
    assert [e["message"] for e in page["events"]] == ["1"]
    assert page["total"] == 3


def test_times_choose_entries(app, write_token, read_token):
    write(app, write_token)
    assert read(app, read_token, "?to=2020-01-01T00:00:00Z").json["total"] == 0
    assert read(app, read_token, "?from=2020-01-01T00:00:00%2B02:00").json["total"] >= 1


def test_a_bad_entry_is_refused_by_field_and_nothing_is_written(app, write_token, read_token):
    for field, value in (("message", ""), ("type", "x"), ("user_email", "x"), ("details", [1])):
        answer = write(app, write_token, **{field: value})
        assert answer.status_code == 422
        assert answer.mimetype == "application/problem+json"
        assert answer.json["errors"][0]["field"].startswith(field)
    assert read(app, read_token, "?type=track_added").json["total"] == 0


def test_a_bad_question_names_the_field(app, read_token):
    answer = read(app, read_token, "?limit=0")
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == "limit"


def test_a_read_token_writes_nothing(app, read_token):
    assert write(app, read_token).status_code == 403
    assert app.test_client().get(URL).status_code == 401
