"""The track record and the strength of a source, told of results whose numbers are known."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from scalearn_core.explain.track_record import FEWEST_VERDICTS
from scalearn_core.records.sources import StrengthCurve
from scalearn_ui import text
from tests.records import filled, training
from tests.ui.test_sources_help import change, draw


def record_page() -> None:
    import streamlit as st

    from scalearn_core.explain.portfolio import portfolio
    from scalearn_core.explain.track_record import track_record
    from scalearn_ui.views.transfer import track_record as widget

    results = st.session_state["results"]
    widget._record(track_record(results), {})
    widget._portfolio(portfolio(results, dict.fromkeys("abcdef", "topics")), {})


@pytest.mark.parametrize("right, code", [((1, 1, 1), "good"), ((1, -1, 1, -1), "unsure"), ((1,) * 5, "good")])
def test_a_track_record_says_whether_it_is_better_than_chance(
    language: str, right: tuple[int, ...], code: str
) -> None:  # fmt: skip
    results = []
    for number, sign in enumerate(right):
        rows = [
            {
                "source": name, "own": False, "at_forecast": None, "left_out": change(0, "no_difference"),
                "alone": change(4.0 * sign * place - 8, "better" if sign * place > 2 else "no_difference"),
            }
            for place, name in enumerate("abcdef")
        ]  # fmt: skip
        forecast = [
            {"source": row["source"], "strength": 1.0, "gain": float(place + number)}
            for place, row in enumerate(rows)
        ]
        results.append(
            (
                f"table_{number}",
                training(
                    dataset={"fingerprint": str(number)}, forecast=forecast, verdict={"gain": float(number)},
                    studies={"sources": {"sources": rows}},
                ),
            )
        )  # fmt: skip
    app = draw(record_page, language, results=results)
    assert not app.exception
    words = text.sentences(language)
    assert words[f"record.{code}"].split("**")[1] in [*app.success, *app.info][0].value
    told = words["record.verdicts"].split("{")[0] in "".join(line.value for line in app.markdown)
    assert told == (len(right) >= FEWEST_VERDICTS)
    assert words["portfolio.next"].split("{")[0] in app.info[-1].value
    assert "table\\_0" in app.caption[0].value and "\\\\" not in app.caption[0].value


def strength_sentence() -> None:
    import streamlit as st

    from scalearn_ui.views.transfer import source_strength

    source_strength._sentence("*adapter*", [0.0, 1.0], st.session_state["curve"], 12)


@pytest.mark.parametrize("chosen", [0.0, 1.0])
@pytest.mark.parametrize("verdict", ["better", "no_difference", "worse"])
def test_the_strength_told_is_the_one_that_the_training_documents_chose(
    verdict: str, chosen: float, language: str
) -> None:
    best_on_test = {"gain": 9.0, "interval": [1.0, 17.0], "verdict": "better", "disagreements": 9}
    change = {"gain": 2.5, "interval": [-1.0, 6.0], "verdict": verdict, "disagreements": 7}
    app = AppTest.from_function(strength_sentence)
    app.context = {"locale": language}
    changes = [best_on_test, change] if chosen else [change, best_on_test]
    app.session_state["curve"] = filled(StrengthCurve, {"chosen": chosen, "changes": changes})
    app.run()
    assert not app.exception
    key = f"strength.chosen.{verdict}" if chosen else "strength.none_chosen"
    values = {"name": r"\*adapter\*", "strength": "+1.0", "gain": "+2.5", "low": "−1.0", "high": "+6.0"}
    assert app.info[0].value == text.sentences(language)[key].format(**values)
    assert len(app.caption) == 1, "and that there are many sources"
