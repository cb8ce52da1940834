"""`python -m portal.demo.simulator`: started by `portal providers try`."""

import json
import os
from pathlib import Path

from examples.demo_department.app import Config
from portal.demo.simulator.desk import create_app

told = os.environ
create_app(
    Config(
        told["DEPARTMENT_SECRET"],
        told["DEPARTMENT_TOKEN"],
        told["DEPARTMENT_PORTAL"],
        Path(told["DEPARTMENT_DATA"]),
    ),
    json.loads(told.get("DEPARTMENT_ANSWERS", "{}")),
).run(host="127.0.0.1", port=int(told["DEPARTMENT_PORT"]), threaded=True)
