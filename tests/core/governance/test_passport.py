"""The passport says what was measured and no more, and a changed byte of it is found."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scalearn_core.audit.trail import head
from scalearn_core.cli import main
from scalearn_core.errors import GovernanceError
from scalearn_core.evaluation.methods import METHODS
from scalearn_core.evidence.places import place_of
from scalearn_core.evidence.upgrade import read_training
from scalearn_core.governance.folders import place_of_version
from scalearn_core.governance.passport import json_text, passport_of, read_passport
from scalearn_core.governance.passport_page import page
from scalearn_core.governance.records import Version
from scalearn_core.governance.words import LANGUAGES, Words, _sentences


def test_its_numbers_are_those_of_the_evidence(answering: Version) -> None:
    place = place_of_version(answering)
    result, passport = read_training(place.evidence), passport_of(place, answering)
    assert passport.model.model_id == answering.model_id
    assert passport.scores is not None and passport.scores.macro_f1 == result.scores["scalearn"].macro_f1
    assert passport.data is not None and passport.data.fingerprint == result.dataset.fingerprint
    assert passport.audit_head == head()
    assert [step.action for step in passport.steps] == ["register", "submit", "approve", "use"]
    studies = {said.code for said in passport.not_tested if said.code.startswith("study_")}
    assert len(studies) == 5, "no study was run"
    for language in LANGUAGES:
        shown = page(passport, language)
        for number in (result.scores["scalearn"].macro_f1.value, result.scores["scalearn"].accuracy.value):
            assert f"{100 * number:.1f}" in shown
        assert passport.audit_head.hash in shown and passport.seal in shown
        assert "http" not in shown.replace("http-equiv", ""), "nothing of outside is named"


def test_a_model_without_evidence_says_so(unmeasured: Path) -> None:
    passport = passport_of(place_of(unmeasured))
    assert passport.scores is None and passport.data is None
    assert "nothing_measured" in {said.code for said in passport.not_tested}
    assert "Nothing was measured" in page(passport, "en")


def test_every_changed_byte_is_refused(answering: Version, tmp_path: Path) -> None:
    file = tmp_path / "passport.json"
    file.write_text(json_text(passport_of(place_of_version(answering), answering)), "utf-8")
    assert read_passport(file).model.name == "tickets"
    content = file.read_bytes()
    for place in range(0, len(content), 3):
        file.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        with pytest.raises(GovernanceError):
            read_passport(file)


@pytest.mark.parametrize("ending", ["html", "json"])
def test_a_written_passport_is_verified_where_it_lies(
    ending: str, answering: Version, tmp_path: Path, capsys
) -> None:
    file = tmp_path / f"passport.{ending}"
    assert main(["passport", "--model", "tickets", "--out", str(file), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["out"] == str(file)
    assert main(["audit", "verify"]) == 0
    content = file.read_bytes()
    for place in (0, len(content) // 2, len(content) - 1):
        file.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        assert main(["audit", "verify"]) == 2
        assert str(file) in capsys.readouterr().err
    elsewhere = tmp_path / f"copy.{ending}"
    elsewhere.write_bytes(content)
    file.unlink()
    assert main(["audit", "verify", str(elsewhere)]) == 0, "moved, but the same"
    elsewhere.write_bytes(content + b" ")
    assert main(["audit", "verify", str(elsewhere)]) == 2


def test_names_from_outside_are_letters(trained: Path) -> None:
    hostile = "<script>alert(1)</script>"
    result = json.loads((trained / "result.json").read_text("utf-8"))
    result["dataset"]["name"] = hostile
    (trained / "result.json").write_text(json.dumps(result), "utf-8")
    shown = page(passport_of(place_of(trained), meant=hostile))
    assert "<script" not in shown and "&lt;script&gt;" in shown


def test_both_languages_say_everything() -> None:
    keys = {language: set(_sentences(language)) for language in LANGUAGES}
    assert keys["en"] == keys["ja"]
    assert all(f"method.{name}" in keys["en"] for name in METHODS)
    assert Words("fr").language == "en"
