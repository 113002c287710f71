"""What is sent to the door for metrics, and what it answers.

`Envelope` is checked; `MetricBatch` adds what is judged item by item, and only describes it.
"""

from typing import Annotated, Any, Literal

import orjson
from pydantic import AwareDatetime, ConfigDict, Field, field_validator

from webapp.core.clock import EPOCH
from webapp.core.jsonapi import Input, Output

LARGEST_DETAILS = 16_384
MOST_PROCESSES = 50
MOST_LISTS = 200
Moment = Annotated[AwareDatetime, Field(ge=EPOCH)]
Text = Annotated[str, Field(max_length=500)]


class ProcessEntry(Input):
    """One process: CPU in percent of one core, memory in bytes."""

    model_config = ConfigDict(extra="ignore")

    pid: Annotated[int, Field(ge=0, le=2**31 - 1)]
    name: Text
    user: Text | None = None
    command: Text | None = None
    cpu_percent: Annotated[float, Field(ge=0, le=1e6)] | None = None
    memory_bytes: Annotated[int, Field(ge=0, le=2**62)] | None = None


class ProcessTable(Input):
    """How many processes there are, and those that use most."""

    count: Annotated[int, Field(ge=0, le=2**31 - 1)]
    cpu: Annotated[list[ProcessEntry], Field(max_length=MOST_PROCESSES)] = []
    memory: Annotated[list[ProcessEntry], Field(max_length=MOST_PROCESSES)] = []


class ProcessesThen(Input):
    """The processes of the sending host at a moment."""

    at: Moment
    processes: ProcessTable


class Envelope(Input):
    """What counts for the whole batch.

    `host`, `service` and `kind` are for items that do not say them. `interval_s` is how often
    `host` measures: from then on it is waited for, and told when it falls silent.
    `batch_id` is for the sender's own books: what was sent twice is known by series and moment.
    """

    host: str | None = None
    service: str | None = None
    kind: Literal["system", "application"] | None = None
    interval_s: Annotated[float, Field(gt=0, le=86_400)] | None = None
    booted_at: Moment | None = None
    details: dict[str, Any] | None = None
    batch_id: Annotated[str, Field(max_length=100)] | None = None
    processes: Annotated[list[ProcessesThen], Field(max_length=MOST_LISTS)] = []

    @field_validator("details")
    @classmethod
    def _is_small(cls, details: dict[str, Any] | None) -> dict[str, Any] | None:
        if details is not None and len(orjson.dumps(details)) > LARGEST_DETAILS:
            raise ValueError(f"send at most {LARGEST_DETAILS:,} bytes")
        return details


class MetricSeriesIn(Input):
    """What is measured. The name has letters, digits and `_:.-`; labels tell instances apart."""

    kind: Literal["system", "application"] | None = None
    metric_type: str
    name: Annotated[str, Field(max_length=100, pattern=r"^[a-zA-Z_:][a-zA-Z0-9_:.-]*$")]
    unit: Annotated[str, Field(max_length=20)] = ""
    host: Annotated[str, Field(max_length=255)] | None = None
    service: Annotated[str, Field(max_length=255)] | None = None
    labels: Annotated[dict[str, str], Field(max_length=16)] = {}


class MetricSampleIn(MetricSeriesIn):
    """One value; without `timestamp` (RFC 3339, or milliseconds since 1970) it is of now."""

    value: float
    timestamp: int | AwareDatetime | None = None


class MetricBatch(Envelope):
    """Up to 10,000 samples: as objects in `samples`, or compact in `series` and `rows`.

    A row is a moment in milliseconds since 1970 and a flat list: the number of one of the
    `series`, its value, the number of another, its value, and so on.
    """

    samples: list[MetricSampleIn] = []
    series: list[MetricSeriesIn] = []
    rows: list[tuple[int, list[float]]] = []


class RefusalRead(Output):
    """An item that was not taken: its number from 0, the field at fault, what was expected."""

    index: int | None
    field: str
    message: str


class ReceiptRead(Output):
    """How many samples were taken, how many of them were not there yet, and what was refused."""

    accepted: int
    new: int
    refused: list[RefusalRead]
