"""From draft to retired: every step is checked, recorded, and read again from the trail alone."""

from __future__ import annotations

import json
import shutil
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from scalearn_core.audit.person import person
from scalearn_core.audit.trail import folder as audit_folder
from scalearn_core.audit.verify import read_trail
from scalearn_core.errors import AuditError, GovernanceError, ModelError
from scalearn_core.governance import folders, registry, roles, steps
from scalearn_core.governance.records import Version
from scalearn_core.governance.register import register
from scalearn_core.governance.verify import verify
from scalearn_core.scaling.model import ScaLearnModel

AIKO, BEN, CHIE = person("Aiko Sato"), person("Ben"), person("千恵")


def refused(code: str):
    return pytest.raises(GovernanceError, check=lambda error: error.code == code)


def test_the_whole_life_of_two_versions(two_trained: tuple[Path, Path]) -> None:
    first, second = two_trained
    assert register(first, "tickets", who=AIKO).state == "draft"
    with refused("governance.wrong_state"):
        steps.approve("tickets")
    with refused("governance.none_in_use"):
        registry.in_use("tickets")
    assert steps.submit("tickets", who=AIKO).submitted_by == "Aiko Sato"
    day = registry.today() + timedelta(days=30)
    approved = steps.approve("tickets", who=BEN, reason="pilot", until=day)
    assert (approved.state, approved.until, approved.approved_by) == ("approved", day.isoformat(), "Ben")
    assert steps.use("tickets", who=BEN).state == "in_use"
    with refused("governance.in_use_already"):
        steps.use("tickets")

    assert register(second / "model", "tickets", who=AIKO).ref == "tickets@2"
    assert registry.in_use("tickets").version == 1, "a new version changes nothing of what answers"
    steps.submit("tickets")
    steps.approve("tickets", reason="better")
    steps.use("tickets", reason="better")
    model = registry.get("tickets")
    assert [version.state for version in model.versions] == ["approved", "in_use"]

    assert steps.roll_back("tickets", who=CHIE, reason="complaints").version == 1
    with refused("governance.nothing_before"):
        steps.roll_back("tickets")
    model = registry.get("tickets")
    assert [(p.version, p.action, p.until is None) for p in model.periods] == [
        (1, "use", False), (2, "use", False), (1, "roll_back", True),
    ]  # fmt: skip
    assert [period.version for period in model.used_on(registry.today().isoformat())] == [1, 2, 1]
    assert model.used_on("2020-03-03") == ()

    steps.retire("tickets@1", who=BEN)
    with refused("governance.none_in_use"):
        registry.in_use("tickets")
    steps.delete("tickets@1", reason="no longer needed")
    assert not folders.folder_of("tickets", 1).exists()
    assert registry.get("tickets").versions[0].state == "deleted"
    assert registry.find("tickets").version == 2
    assert verify().whole


def test_states_take_only_their_steps(trained: Path) -> None:
    register(trained, "tickets")
    for step in (steps.approve, steps.reject, steps.use):
        with refused("governance.wrong_state"):
            step("tickets")
    steps.submit("tickets")
    with refused("governance.wrong_state"):
        steps.submit("tickets")
    steps.reject("tickets", reason="not yet")
    assert steps.submit("tickets").state == "submitted", "once more, with better reasons"
    with refused("governance.wrong_state"):
        steps.use("tickets")


def test_what_is_in_use_is_not_deleted(answering: Version) -> None:
    with refused("governance.wrong_state"):
        steps.delete("tickets")
    assert folders.version_folder(answering).is_dir()


def test_a_decision_against_the_evidence_needs_a_reason(trained: Path, unmeasured: Path) -> None:
    register(unmeasured, "tickets")
    assert steps.submit("tickets").steps[-1].recommended == "collect_labels", "nothing was measured"
    with refused("governance.reason_needed"):
        steps.approve("tickets", reason=" ")
    approved = steps.approve("tickets", reason="for a pilot").steps[-1]
    assert (approved.recommended, approved.against) == ("collect_labels", True)
    register(trained, "measured")
    steps.submit("measured")
    with refused("governance.reason_needed"):
        steps.reject("measured")
    assert not steps.approve("measured").steps[-1].against


def test_the_second_person_and_roles(unmeasured: Path) -> None:
    roles.set_roles("Aiko Sato", {"Aiko Sato": ("author", "approver", "admin"), "Ben": ("approver",)})
    with refused("roles.not_allowed"):
        register(unmeasured, "tickets", who=BEN)
    register(unmeasured, "tickets", who=AIKO)
    steps.submit("tickets", who=AIKO)
    with refused("governance.second_person"):
        steps.approve("tickets", who=AIKO, reason="mine")
    with refused("roles.not_allowed"):
        steps.approve("tickets", who=CHIE, reason="nobody gave me a role")
    assert steps.approve("tickets", who=BEN, reason="pilot").approved_by == "Ben"
    with refused("roles.no_admin"):
        roles.set_roles("Aiko Sato", {"Ben": ("approver",)})
    with refused("roles.not_allowed"):
        roles.set_roles("Ben", {})
    assert verify().whole

    file = audit_folder() / "roles.json"
    edited = json.loads(file.read_text())
    edited["roles"]["Ben"] = ["author", "approver", "admin"]
    file.write_text(json.dumps(edited))
    assert [problem.where for problem in verify().problems] == ["roles.json"]
    steps.use("tickets", who=BEN)
    assert [entry.facts["by_hand"] for entry in read_trail().entries if entry.action == roles.CHANGED] == [
        False,
        True,
    ]
    file.write_text("{}")
    with refused("roles.damaged"):
        steps.retire("tickets", who=BEN)


def test_an_approval_ends(answering: Version, monkeypatch: pytest.MonkeyPatch) -> None:
    steps.retire("tickets")
    register_again(answering)
    day = registry.today() + timedelta(days=1)
    steps.approve("tickets", reason="short", until=day)
    for module in (registry, steps):
        monkeypatch.setattr(module, "today", lambda: day + timedelta(days=1))
    with refused("governance.expired"):
        steps.use("tickets")
    with refused("governance.day_past"):
        steps.approve("tickets@2", reason="again", until=day)
    assert steps.approve("tickets@2", reason="attested anew").until > day.isoformat()
    assert steps.use("tickets").state == "in_use"


def register_again(version: Version) -> None:
    """The same model under the next number: the first must be gone."""
    copy = folders.version_folder(version).with_name("copy")
    shutil.copytree(folders.version_folder(version), copy)
    steps.delete(version.ref)
    register(copy, "tickets")
    steps.submit("tickets")


def test_aliases_stand_beside_what_is_in_use(answering: Version) -> None:
    assert steps.use("tickets", alias="pilot").aliases == ("in_use", "pilot")
    assert registry.find("tickets@pilot").version == 1
    steps.retire("tickets")
    assert registry.get("tickets").aliases == {}
    with refused("governance.bad_name"):
        registry.check_alias("../x")


def test_the_same_model_is_one_version(answering: Version) -> None:
    with refused("governance.already_registered"):
        register(folders.version_folder(answering), "tickets")
    assert register(folders.version_folder(answering), "other").ref == "other@1", (
        "under another name it is another's"
    )


@pytest.mark.parametrize("name", ["", "a@b", "\u202e\u200b", "-x", "x" * 61])
def test_names_that_are_none(name: str, trained: Path) -> None:
    with refused("governance.bad_name"):
        register(trained, name)


def test_names_never_become_paths(trained: Path, workspace: Path) -> None:
    register(trained, "../../etc/passwd")
    register(trained, "顧客対応 ver.1")
    assert {path.name for path in workspace.iterdir()} == {"audit", "models"}
    assert all(len(path.name) == 16 for path in (workspace / "models").iterdir())
    assert registry.find("../../etc/passwd").state == "draft"


def test_evidence_of_another_model_is_refused(two_trained: tuple[Path, Path], trained: Path) -> None:
    shutil.copy(two_trained[1] / "result.json", trained / "result.json")
    with refused("governance.other_evidence"):
        register(trained, "tickets")
    assert registry.models() == []


def test_a_link_in_a_model_folder_is_refused(trained: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    (trained / "model" / "card.json").symlink_to(tmp_path / "secret")
    with pytest.raises(ModelError, match="no plain file"):
        register(trained, "tickets")
    assert list((folders.models_folder()).iterdir()) == []


def test_every_changed_byte_of_a_version_is_named(answering: Version) -> None:
    home = folders.version_folder(answering)
    for name in answering.files:
        content = (home / name).read_bytes()
        for place in {0, len(content) // 2, len(content) - 1}:
            (home / name).write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
            assert [(problem.where, problem.code) for problem in verify().problems] == [
                (f"tickets@1: {name}", "changed")
            ]
        (home / name).write_bytes(content)
    (home / "model" / "more.json").write_text("{}")
    assert [problem.code for problem in verify().problems] == ["added"]
    (home / "model" / "more.json").unlink()
    (home / "result.json").unlink()
    assert [problem.code for problem in verify().problems] == ["missing"]


def test_every_changed_field_of_model_json_is_refused_on_load_and_named(answering: Version) -> None:
    folder = folders.version_folder(answering) / "model"
    written = (folder / "model.json").read_text("utf-8")
    described = json.loads(written)
    fields = [
        (key, inner)
        for key, value in described.items()
        for inner in (value if isinstance(value, dict) else [None])
    ]
    for key, inner in fields:
        changed = json.loads(written)
        where, name = (changed, key) if inner is None else (changed[key], inner)
        where[name] = [where[name]]
        (folder / "model.json").write_text(json.dumps(changed), "utf-8")
        assert [problem.where for problem in verify().problems] == ["tickets@1: model/model.json"]
        if (key, inner) != ("encoder", "source"):  # where it lies says nothing of what the model is
            with pytest.raises(ModelError, match=f"{key}|format"):
                ScaLearnModel.load(folder)


def test_a_changed_version_is_not_put_in_use(answering: Version, two_trained: tuple[Path, Path]) -> None:
    register(two_trained[1], "tickets")
    steps.submit("tickets")
    steps.approve("tickets", reason="pilot")
    described = folders.folder_of("tickets", 2) / "model" / "model.json"
    described.write_text(described.read_text().replace('"separator": null', '"separator": "|"'))
    with pytest.raises(ModelError, match="separator"):
        steps.use("tickets@2")
    assert registry.in_use("tickets").version == 1


def test_of_two_people_at_once_one_is_told(answering: Version) -> None:
    seen = registry.get("tickets").last
    steps.retire("tickets", who=BEN, expected=seen)
    with pytest.raises(GovernanceError, match="Ben has changed tickets"):
        steps.use("tickets", who=AIKO, expected=seen)


def test_threads_at_once_take_one_step_each(trained: Path) -> None:
    register(trained, "tickets")
    ended: list[object] = []

    def submit() -> None:
        try:
            ended.append(steps.submit("tickets").state)
        except GovernanceError as error:
            ended.append(error.code)

    threads = [threading.Thread(target=submit) for _ in range(6)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(map(str, ended)) == ["governance.wrong_state"] * 5 + ["submitted"]
    assert verify().whole


def test_a_changed_trail_stops_every_step(answering: Version) -> None:
    file = audit_folder() / "trail.jsonl"
    file.write_bytes(file.read_bytes().replace(b"for a pilot", b"for a pil0t"))
    for attempt in (lambda: registry.in_use("tickets"), lambda: steps.retire("tickets"), registry.models):
        with pytest.raises(AuditError, match="line 3"):
            attempt()
    assert [(problem.where, problem.code) for problem in verify().problems] == [("trail.jsonl line 3", "changed")]


def test_a_trail_that_is_gone_with_its_head_is_missed(answering: Version, workspace: Path) -> None:
    """Nothing chains to it, but a model is registered that nothing tells of."""
    shutil.rmtree(workspace / "audit")
    found = verify()
    assert not found.whole
    assert [(problem.where, problem.code) for problem in found.problems] == [("trail.jsonl", "missing")]
