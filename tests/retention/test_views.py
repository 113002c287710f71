"""The page that says what is kept."""


def test_the_page_lists_what_is_kept_with_the_setting_that_changes_it(viewer):
    page = viewer.get("/retention/")
    assert page.status_code == 200
    assert "Checks of websites" in page.text
    assert "CHECKS_DAYS" in page.text


def test_htmx_gets_the_block_alone(viewer):
    block = viewer.get("/retention/", htmx=True)
    assert block.text.strip().startswith('<section class="panel" id="retention_policies"')


def test_a_stranger_is_sent_to_sign_in(client):
    assert client.get("/retention/").status_code == 303
