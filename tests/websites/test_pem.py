"""Client certificates and keys as people paste them."""

import pytest

from webapp.websites.pem import certificate_pem, key_pem


def test_both_parts_of_a_file_are_recognised(authority):
    text = authority.issue("client.example").read_text()
    assert certificate_pem(text) == text
    assert key_pem(text[text.index("-----BEGIN PRIVATE") :])


@pytest.mark.parametrize("read", [certificate_pem, key_pem])
def test_anything_else_is_refused_with_a_sentence(read):
    with pytest.raises(ValueError, match="in PEM"):
        read("nonsense")
