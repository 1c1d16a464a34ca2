#!/usr/bin/env bash
# python-pptx 1.0.2: the first category of a chart decides the type of all of them. After a number, a word stands as it is in
# the cache of numbers; of two times on one day the hour is dropped, so that both stand at the same place of the axis.
# In the other order the same categories are text.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet python-pptx==1.0.2

cat > "$folder/check.py" <<'PYTHON'
import datetime
import re

import pptx
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE


def stored(*categories: object) -> str:
    data = CategoryChartData()
    data.categories = categories
    data.add_series("documents", [1.0] * len(categories))
    presentation = pptx.Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[6])
    chart = slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, 0, 0, 4000000, 3000000, data).chart
    xml = chart.part.blob.decode()
    found = re.search(r"<c:cat>.*?</c:cat>", xml, re.S).group(0)
    kind = "numbers" if "numCache" in found else "text"
    return f"{kind}: {', '.join(re.findall('<c:v>(.*?)</c:v>', found))}"


print("python-pptx", pptx.__version__)
print("2024, other ->", stored(2024, "other"))
print("other, 2024 ->", stored("other", 2024))
day = datetime.datetime(2026, 3, 1)
print("9:00, 17:00 ->", stored(day.replace(hour=9), day.replace(hour=17)))
PYTHON

seen=$("$folder/venv/bin/python" "$folder/check.py")
echo "$seen"
grep -qF "2024, other -> numbers: 2024, other" <<< "$seen"
grep -qF "other, 2024 -> text: other, 2024" <<< "$seen"
grep -qF "9:00, 17:00 -> numbers: 46082.0, 46082.0" <<< "$seen"
