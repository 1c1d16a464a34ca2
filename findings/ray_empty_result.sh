#!/usr/bin/env bash
# Ray Data 2.60.0: a result without rows is written as nothing at all, neither a file nor the folder that was named.
# The columns are lost with it, and who reads the folder next finds none; pandas and pyarrow write the columns of a
# table without rows, and so does Ray for every other count of rows.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet "ray[data]==2.60.0" pandas==3.1.1 pyarrow==26.0.1 numpy==2.4.6

cat > "$folder/check.py" <<'PYTHON'
import logging
import sys
from pathlib import Path

import pandas as pd
import pyarrow
import pyarrow.parquet
import ray
import ray.data

folder = Path(sys.argv[1])
ray.init("local", num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level="error")
logging.getLogger("ray.data").setLevel(logging.ERROR)
ray.data.DataContext.get_current().enable_progress_bars = False
print("ray", ray.__version__, "pyarrow", pyarrow.__version__, "pandas", pd.__version__)
tickets = ray.data.from_items([{"team": "billing", "open": 1}, {"team": "network", "open": 0}])
for name, least in (("some", 1), ("none", 2)):
    tickets.filter(lambda row, least=least: row["open"] >= least).write_parquet(str(folder / name))
    files = sorted((folder / name).glob("*")) if (folder / name).exists() else None
    print("Ray,", name, "rows:", "no folder" if files is None else f"{len(files)} file")
frame = pd.DataFrame({"team": ["billing"], "open": [1]})
frame[frame["open"] > 1].to_parquet(folder / "pandas.parquet")
print("pandas, none rows:", pyarrow.parquet.read_schema(folder / "pandas.parquet").names)
PYTHON

seen=$(RAY_USAGE_STATS_ENABLED=0 "$folder/venv/bin/python" -W ignore "$folder/check.py" "$folder" 2>/dev/null)
echo "$seen"
grep -qF "Ray, some rows: 1 file" <<< "$seen"
grep -qF "Ray, none rows: no folder" <<< "$seen"
grep -qF "pandas, none rows: ['team', 'open']" <<< "$seen"
