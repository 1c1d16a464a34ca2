"""Figures as pure functions of numbers and words: no streamlit, no reading, no translating.

Every figure names its axes and units, prints its numbers, and fits a phone: long names stand on the vertical
axis and break into lines, so nothing is clipped. Each page's own figures lie in a module of their own.
"""

from scalearn_ui.charts.base import CONFIG, lines, percent, signed, signed_points
from scalearn_ui.charts.basic import Interval, class_counts, confusion, curves, probabilities, scores
from scalearn_ui.charts.heatmap import scale_map
from scalearn_ui.charts.multi_label import label_bars

__all__ = [
    "CONFIG",
    "Interval",
    "class_counts",
    "confusion",
    "curves",
    "label_bars",
    "lines",
    "percent",
    "probabilities",
    "scale_map",
    "scores",
    "signed",
    "signed_points",
]
