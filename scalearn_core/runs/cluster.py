"""A Ray cluster: Ray is imported here alone, and only by who asks for a cluster (`requirements-ray.txt`)."""

from __future__ import annotations

import importlib
import importlib.util
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from scalearn_core.errors import RunError

ADDRESS = "RAY_ADDRESS"
"""Ray's own setting: the cluster to use."""
_ROOT = Path(__file__).resolve().parents[2]


def check_installed() -> None:
    """Raises RunError `run.no_ray`."""
    if importlib.util.find_spec("ray") is None:
        raise RunError("run.no_ray")


@contextmanager
def connected(address: str | None = None, *, cpus: int | None = None) -> Iterator[Any]:
    """The module `ray`, connected to a cluster for the block. For processes of their own, not for a server.

    Nothing is sent to Ray's makers. A cluster listens on all addresses of its machines, guarded by Ray's own token
    (`RAY_AUTH_MODE`).

    Args:
        address: Of a running cluster, all of whose machines see code and workspace under the same paths; None:
            what `RAY_ADDRESS` says.
        cpus: Where neither says, a cluster with so many CPUs is started for the block; None: there must be one.

    Raises:
        RunError: `run.no_ray`, `run.no_cluster`.
    """
    check_installed()
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    address = address or os.environ.get(ADDRESS)
    if address is None and cpus is None:
        raise RunError("run.no_cluster", address=ADDRESS, detail="not set")
    if address is None or _has_token():
        os.environ.setdefault("RAY_AUTH_MODE", "token")  # Ray by itself sends none to a cluster that asks for it
    ray: Any = importlib.import_module("ray")
    path = os.pathsep.join(filter(None, [str(_ROOT), os.environ.get("PYTHONPATH")]))
    settings: dict[str, Any] = {
        "runtime_env": {"env_vars": {"PYTHONPATH": path}}, "log_to_driver": False, "logging_level": "error"
    }  # fmt: skip
    if address is None:
        settings |= {"num_cpus": cpus, "include_dashboard": False}
    try:
        ray.init(address=address or "local", **settings)
    except Exception as error:  # Ray raises its own, RuntimeErrors, ConnectionErrors and ValueErrors alike
        raise RunError("run.no_cluster", address=address or "this machine", detail=str(error)[:300]) from error
    try:
        yield ray
    finally:
        ray.shutdown()


def _has_token() -> bool:
    """Whether there is a token where Ray looks for one; a cluster that was started with one wants it."""
    named = any(name in os.environ for name in ("RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH"))
    return named or (Path.home() / ".ray" / "auth_token").is_file()
