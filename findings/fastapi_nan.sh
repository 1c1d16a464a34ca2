#!/usr/bin/env bash
# FastAPI 0.163.2 with Starlette 1.10.0 and pydantic 2.14.4: what becomes of a float that is no number depends on how the answer is declared.
# A plain dict gives status 500; a model with a `float` field gives 200 and `null`, though the schema it publishes says
# "number" and nothing of null, so a client made from that schema fails instead.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet fastapi==0.163.2 starlette==1.10.0 pydantic==2.14.4 httpx

cat > "$folder/check.py" <<'PYTHON'
import fastapi
import pydantic
import starlette
from fastapi.testclient import TestClient


class Answer(pydantic.BaseModel):
    score: float


app = fastapi.FastAPI()


@app.get("/plain")
def plain():
    return {"score": float("nan")}


@app.get("/declared")
def declared() -> Answer:
    return Answer(score=float("nan"))


print("fastapi", fastapi.__version__, "starlette", starlette.__version__, "pydantic", pydantic.__version__)
client = TestClient(app, raise_server_exceptions=False)
for path in ("/plain", "/declared"):
    answer = client.get(path)
    print(path, answer.status_code, answer.text)
print("schema:", app.openapi()["components"]["schemas"]["Answer"]["properties"]["score"]["type"])
PYTHON

seen=$("$folder/venv/bin/python" -W ignore "$folder/check.py")
echo "$seen"
grep -qF "/plain 500" <<< "$seen"
grep -qF '/declared 200 {"score":null}' <<< "$seen"
grep -qF "schema: number" <<< "$seen"
