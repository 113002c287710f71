"""MEASURE from afar: reads its machine and sends it to a Watchkeeper. Nouns: spool, batch.

Runs without the product: it needs Python, psutil and this package with `webapp/metrics` beside it.
"""

VERSION = "0.1.0"
