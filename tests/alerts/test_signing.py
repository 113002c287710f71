"""Signatures of webhooks."""

import pytest

from webapp.alerts.signing import headers, is_signed, new_key

# The example of the Standard Webhooks specification.
KEY = "whsec_plJ3nmyCDGBKInavdOK15jsl"
ID, AT = "msg_loFOjxBNrRLzqYUf", 1731705121
BODY = b'{"event_type":"ping","data":{"success":true}}'


def test_the_signature_is_that_of_the_specification():
    found = headers(KEY, ID, AT, BODY)
    assert found["webhook-id"] == ID
    assert found["webhook-timestamp"] == str(AT)
    assert found["webhook-signature"] == "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0="


def test_what_was_changed_on_the_way_is_not_signed():
    key = new_key()
    found = headers(key, ID, AT, BODY)
    assert is_signed(key, found, BODY)
    assert not is_signed(key, found, BODY + b" ")
    assert not is_signed(key, found | {"webhook-id": "other"}, BODY)
    assert not is_signed(key, found | {"webhook-timestamp": str(AT + 1)}, BODY)
    assert not is_signed(new_key(), found, BODY)


def test_what_is_no_key_is_refused():
    with pytest.raises(ValueError, match="no signing key"):
        headers("whsec_not base64!", ID, AT, BODY)
