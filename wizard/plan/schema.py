"""The JSON Schemas of the plan, of the answers file and of what a check prints, generated from their models.

`python -m wizard.plan.schema [plan|answers|check] > assets/plan.schema.json` writes the committed form.
"""

import json
import sys

from pydantic import BaseModel

from wizard.answers import AnswersFile
from wizard.plan.model import Plan
from wizard.report.document import CheckDocument

SCHEMAS: dict[str, type[BaseModel]] = {"plan": Plan, "answers": AnswersFile, "check": CheckDocument}


def schema_text(name: str) -> str:
    """One schema, in the form in which it is committed as `assets/<name>.schema.json`. Raises KeyError."""
    return json.dumps(SCHEMAS[name].model_json_schema(), indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":
    wanted = sys.argv[1] if len(sys.argv) > 1 else "plan"
    if wanted not in SCHEMAS:
        sys.exit(f"no schema {wanted}: one of {', '.join(SCHEMAS)}")
    sys.stdout.write(schema_text(wanted))
