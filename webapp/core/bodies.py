"""JSON that comes in: at most so many bytes, plain or gzip'ed, never inflated beyond that."""

import json
import zlib
from typing import Any

import orjson
from flask import request

from webapp.core.problems import Problem

GZIP = 16 + zlib.MAX_WBITS
PLAIN = ("", "identity")


def read_json() -> Any:
    """The body of this request, decoded; raises a `Problem` with 400, 413 or 415."""
    _check_type()
    try:
        return orjson.loads(request.get_data())
    except orjson.JSONDecodeError as error:
        raise Problem(400, "The body is not valid JSON.") from error


def read_unchecked_json(largest: int) -> Any:
    """The same for a body of at most `largest` bytes, also gzip'ed, whose items are judged alone.

    A number that is none (NaN, Infinity, 1e999) is for the reader to refuse.
    """
    _check_type()
    request.max_content_length = largest
    text = _inflated(request.get_data(cache=False), largest)
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        pass
    try:
        # Slower, but it knows what Python and others write for numbers that JSON does not have.
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Problem(400, "The body is not valid JSON.") from error


def _check_type() -> None:
    if not request.is_json:
        raise Problem(415, "Send the body as application/json.")


def _inflated(data: bytes, largest: int) -> bytes:
    encoding = (request.content_encoding or "").strip().lower()
    if encoding in PLAIN:
        return data
    if encoding != "gzip":
        headers = {"Accept-Encoding": "gzip"}
        raise Problem(415, "Send the body as it is or with gzip.", headers=headers)
    inflater = zlib.decompressobj(GZIP)
    try:
        body = inflater.decompress(data, largest)
    except zlib.error as error:
        raise Problem(400, "The body is not valid gzip.") from error
    if inflater.unconsumed_tail or (not inflater.eof and len(body) == largest):
        raise Problem(413, f"The body is larger than {largest:,} bytes when it is unpacked.")
    if not inflater.eof or inflater.unused_data:
        raise Problem(400, "The body is not valid gzip.")
    return body
