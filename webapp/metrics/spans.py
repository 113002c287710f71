"""How a stretch of time is cut into buckets for a drawing: pure arithmetic."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Span:
    """What a drawing shows: `seconds` back from now, in buckets of `bucket_s` seconds."""

    seconds: int
    bucket_s: int
    label: str


SPARKLINE = Span(3600, 60, "The last hour")
RANGES: dict[str, Span] = {
    "1h": Span(3600, 15, "1 hour"),
    "24h": Span(86_400, 300, "24 hours"),
    "7d": Span(604_800, 1800, "7 days"),
}


@dataclass(frozen=True)
class Buckets:
    """Buckets numbered from `first` to `last`, both drawn, each `bucket_ms` long."""

    bucket_ms: int
    first: int
    last: int

    @property
    def since_ms(self) -> int:
        """When the first bucket begins."""
        return self.first * self.bucket_ms

    def fill(self, values: Mapping[int, float]) -> list[float | None]:
        """A value for each bucket, None where nothing was measured."""
        return [values.get(number) for number in range(self.first, self.last + 1)]

    def points(self, values: Mapping[int, float]) -> list[tuple[int, float | None]]:
        """The same with the moment each bucket begins, from the first that has a value on."""
        if not values:
            return []
        start = min(values)
        return [(n * self.bucket_ms, values.get(n)) for n in range(start, self.last + 1)]


def buckets(span: Span, now_ms: int, interval_s: int) -> Buckets:
    """The buckets of `span` that end now.

    A bucket is at least two collection intervals long, or one late reading would look like a gap.
    """
    bucket_ms = max(span.bucket_s, 2 * interval_s) * 1000
    last = now_ms // bucket_ms
    return Buckets(bucket_ms, last - max(span.seconds * 1000 // bucket_ms, 1) + 1, last)
