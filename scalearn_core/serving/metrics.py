"""What monitoring asks for, in the text format of Prometheus (0.0.4)."""

from __future__ import annotations

import threading
from bisect import bisect_left

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds."""


class Metrics:
    """Counters of one service."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: dict[int, int] = {}
        self._documents = 0
        self._seconds = 0.0
        self._buckets = [0] * (len(BUCKETS) + 1)

    def answered(self, documents: int) -> None:
        """Count documents."""
        with self._lock:
            self._documents += documents

    def note(self, status: int, seconds: float) -> None:
        """Count one request to `/classify`."""
        with self._lock:
            self._requests[status] = self._requests.get(status, 0) + 1
            self._seconds += seconds
            self._buckets[bisect_left(BUCKETS, seconds)] += 1

    def text(self, *, model: str, version: int | None, waiting: int, swaps: int) -> str:
        """All of them; label values are escaped."""
        with self._lock:
            requests, documents, seconds = dict(self._requests), self._documents, self._seconds
            buckets = list(self._buckets)
        name = model.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
        lines = ["# TYPE scalearn_requests_total counter"]
        lines += [f'scalearn_requests_total{{status="{code}"}} {n}' for code, n in sorted(requests.items())]
        lines += ["# TYPE scalearn_documents_total counter", f"scalearn_documents_total {documents}"]
        lines.append("# TYPE scalearn_request_seconds histogram")
        reached = 0
        for bound, count in zip((*map(str, BUCKETS), "+Inf"), buckets, strict=True):
            reached += count
            lines.append(f'scalearn_request_seconds_bucket{{le="{bound}"}} {reached}')
        lines += [f"scalearn_request_seconds_sum {seconds:.6f}", f"scalearn_request_seconds_count {reached}"]
        lines += ["# TYPE scalearn_waiting_texts gauge", f"scalearn_waiting_texts {waiting}"]
        lines += ["# TYPE scalearn_model_swaps_total counter", f"scalearn_model_swaps_total {swaps}"]
        lines += ["# TYPE scalearn_model_info gauge"]
        lines.append(f'scalearn_model_info{{model="{name}",version="{version if version else ""}"}} 1')
        return "\n".join(lines) + "\n"
