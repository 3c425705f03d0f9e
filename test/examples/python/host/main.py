"""Stands in for the host of Functions: reads requests and prints their responses, each as JSON on a line."""

import json
import sys
from pathlib import Path

here = Path(__file__).parent
sys.path.insert(0, str(here.parents[3] / "examples/azure-function-python"))
# Behind all others: where the library is installed, it is taken.
sys.path.append(str(here.parent / "library"))

import azure.functions as func  # noqa: E402
import function_app  # noqa: E402

print("ready", flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    response = function_app.app.routes[asked["route"]](func.HttpRequest(params=asked["params"]))
    answer = {"status": response.status_code, "headers": response.headers, "body": json.loads(response.body)}
    print(json.dumps(answer), flush=True)
function_app.pool.close()
