"""The service as others see it: a real process, asked over loopback."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scalearn_core.governance import registry, steps
from scalearn_core.governance.register import register
from scalearn_core.prediction.predictor import Predictor
from scalearn_core.scaling.model import ScaLearnModel
from scalearn_core.serving import keys
from scalearn_core.watch import log

ROOT = Path(__file__).parents[3]
TEXTS = ["The VPN drops every few minutes", "My monitor stays black", "請求書 🖨\r\n\x00"]


def put_in_use(folder: Path) -> None:
    register(folder, "tickets")
    steps.submit("tickets", reason="test")
    steps.approve("tickets", reason="test")
    steps.use("tickets", reason="test")


@pytest.fixture(scope="module")
def served(
    trained_home: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Path, Path, int]]:
    """A workspace with a model in use, that model's folder, and the port of its service."""
    home = tmp_path_factory.mktemp("served") / "workspace"
    shutil.copytree(trained_home[0], home)
    before = os.environ.get("SCALEARN_HOME")
    os.environ["SCALEARN_HOME"] = str(home)
    try:
        folder = home / "runs" / trained_home[1]
        put_in_use(folder)
        command = [sys.executable, "-m", "scalearn_core", "serve", "--model", "tickets", "--port", "0"]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env={**os.environ})
        assert process.stdout is not None
        found = re.search(r":(\d+)/classify", process.stdout.readline())
        assert found
        yield home, folder / "model", int(found[1])
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) in (-signal.SIGTERM, 128 + signal.SIGTERM)
    finally:
        os.environ.pop("SCALEARN_HOME")
        if before is not None:
            os.environ["SCALEARN_HOME"] = before


@pytest.fixture
def port(served: tuple[Path, Path, int], monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setenv("SCALEARN_HOME", str(served[0]))
    return served[2]


def ask(port: int, path: str, body: object = None, **headers: str) -> tuple[int, Any]:
    content = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
    sent = {
        "Content-Type": "application/json",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", content, sent)
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            text, status = response.read().decode(), response.status
    except urllib.error.HTTPError as error:
        text, status = error.read().decode(), error.code
    return status, json.loads(text) if text.startswith("{") else text


def test_answers_are_those_of_the_model(port: int, served: tuple[Path, Path, int]) -> None:
    status, told = ask(port, "/classify", {"texts": TEXTS})
    assert status == 200
    assert (told["model"], told["version"]) == ("tickets", 1)
    assert told["model_id"] == registry.in_use("tickets").model_id
    expected = Predictor.load(served[1]).predict(TEXTS)
    assert [answer["labels"] for answer in told["answers"]] == [list(each.labels) for each in expected]
    for answer, each in zip(told["answers"], expected, strict=True):
        assert answer["probabilities"] == pytest.approx(each.probabilities, abs=1e-4)
        assert answer["confidence"] == pytest.approx(each.confidence, abs=1e-4)
    assert ask(port, "/classify", {"text": TEXTS[0]})[1]["answers"][0]["labels"] == list(expected[0].labels)


def test_what_it_is_and_how_it_does(port: int) -> None:
    assert ask(port, "/health") == (200, {"status": "ok"})
    status, told = ask(port, "/model")
    assert (status, told["version"], len(told["labels"])) == (200, 1, 2)
    status, text = ask(port, "/metrics")
    assert status == 200 and 'scalearn_model_info{model="tickets",version="1"} 1' in text
    assert re.search(r'scalearn_requests_total\{status="200"\} \d+', text)
    status, described = ask(port, "/openapi.json")
    assert status == 200 and {"/classify", "/model", "/health", "/metrics"} <= described["paths"].keys()
    assert ask(port, "/docs")[0] == 404


@pytest.mark.parametrize(
    ("body", "status", "sentence"),
    [
        ({"text": "a", "texts": ["b"]}, 422, "Either text or texts"),
        ({"txt": "a"}, 422, "txt"),
        ({"texts": []}, 422, "texts"),
        ({"texts": ["a"] * 257}, 422, "texts"),
        ({"texts": [" \t"]}, 422, "more than spaces"),
        ({"texts": [1]}, 422, "texts"),
        ({"text": "x" * 200_001}, 422, "text"),
        (["a"], 422, "JSON object"),
        (b"{", 422, "JSON"),
        ('{"texts": ["テスト"]}'.encode("cp932"), 400, "UTF-8"),
        (b"x" * (8 * 1024 * 1024 + 1), 413, "8 MB"),
    ],
)
def test_bad_requests_get_one_sentence(port: int, body: object, status: int, sentence: str) -> None:
    found, told = ask(port, "/classify", body)
    assert found == status
    assert list(told) == ["error"] and sentence in told["error"] and told["error"].endswith(".")


def test_once_there_is_a_key_it_is_needed_at_once(port: int) -> None:
    key, secret = keys.add("test")
    try:
        for wrong in ({}, {"X_API_Key": "scalearn_wrong"}):
            status, told = ask(port, "/classify", {"text": "a"}, **wrong)
            assert (status, list(told)) == (401, ["error"])
        assert ask(port, "/model")[0] == 401 and ask(port, "/metrics")[0] == 401
        assert ask(port, "/health")[0] == 200
        assert ask(port, "/classify", {"text": "a"}, X_API_Key=secret)[0] == 200
    finally:
        keys.revoke(key.id)
        keys.file().unlink()
    assert ask(port, "/classify", {"text": "a"})[0] == 200


def test_answers_are_logged_only_where_wanted(port: int) -> None:
    model_id = registry.in_use("tickets").model_id
    ask(port, "/classify", {"text": "kept by nobody"})
    log.set_mode(model_id, "full")
    ask(port, "/classify", {"texts": ["kept", "kept too"]})
    end = time.monotonic() + 10
    while len(log.answers(model_id)) < 2 and time.monotonic() < end:
        time.sleep(0.05)
    log.set_mode(model_id, "off")
    assert [answer.text for answer in log.answers(model_id)] == ["kept", "kept too"]


def test_nothing_is_lost_while_a_new_version_is_put_in_use(
    port: int, served: tuple[Path, Path, int], tmp_path: Path
) -> None:
    model = ScaLearnModel.load(served[1])
    for parameter in model.scales.parameters():
        parameter.data += 0.01
    model.save(tmp_path / "second")
    told: list[tuple[int, int]] = []
    done = threading.Event()

    def client() -> None:
        while not done.is_set():
            status, answer = ask(port, "/classify", {"text": TEXTS[0]})
            told.append((status, answer.get("version", 0)))

    clients = [threading.Thread(target=client) for _ in range(4)]
    for thread in clients:
        thread.start()
    put_in_use(tmp_path / "second")
    end = time.monotonic() + 60
    while told[-1][1] != 2 and time.monotonic() < end:
        time.sleep(0.1)
    done.set()
    for thread in clients:
        thread.join()
    assert {status for status, _ in told} == {200}
    assert {version for _, version in told} == {1, 2}
    steps.roll_back("tickets", reason="test")
    end = time.monotonic() + 60
    while ask(port, "/model")[1]["version"] != 1 and time.monotonic() < end:
        time.sleep(0.1)
    assert ask(port, "/model")[1]["version"] == 1


def test_only_approved_models_are_served(port: int, tmp_path: Path) -> None:
    for model, sentence in (("nobody", "no model nobody"), (str(tmp_path), "no model")):
        ran = subprocess.run(
            [sys.executable, "-m", "scalearn_core", "serve", "--model", model, "--port", "0"],
            cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert ran.returncode == 2 and sentence in ran.stderr and "Traceback" not in ran.stderr
