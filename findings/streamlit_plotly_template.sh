#!/usr/bin/env bash
# streamlit 1.67.0 beside plotly 7.1.0: importing streamlit changes plotly's default template for the whole process, to one
# whose colours are placeholders that only Streamlit's own frontend replaces. A figure of the same code, written with
# `to_html`, is near-black after the import and coloured before it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet streamlit==1.67.0 plotly==7.1.0

cat > "$folder/check.py" <<'PYTHON'
import re

import plotly
import plotly.graph_objects as go
import plotly.io


def first_colours() -> str:
    page = go.Figure(go.Bar(x=["a", "b"], y=[1, 2])).to_html(include_plotlyjs=False)
    return re.search(r'"colorway":\["([^"]*)","([^"]*)"', page).group(1, 2)


print("plotly", plotly.__version__)
print("before:", plotly.io.templates.default, *first_colours())
import streamlit  # noqa: E402

print("streamlit", streamlit.__version__)
print("after:", plotly.io.templates.default, *first_colours())
PYTHON

seen=$("$folder/venv/bin/python" "$folder/check.py" 2> /dev/null)
echo "$seen"
grep -qF "before: plotly #636efa #EF553B" <<< "$seen"
grep -qF "after: streamlit #000001 #000002" <<< "$seen"
