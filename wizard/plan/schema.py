"""The JSON Schemas of the plan, the answers file, what a check prints and the method of procedure, from their models.

`python -m wizard.plan.schema [plan|answers|check|mop] > assets/plan.schema.json` writes the committed form.
"""

import json
import sys

from pydantic import TypeAdapter

from wizard.answers import AnswersFile
from wizard.export.method import Method
from wizard.plan.model import Plan
from wizard.report.document import CheckDocument

SCHEMAS: dict[str, type] = {"plan": Plan, "answers": AnswersFile, "check": CheckDocument, "mop": Method}
_WRITTEN = frozenset({"mop"})  # by us, and read by others: every field is there


def schema_text(name: str) -> str:
    """One schema, in the form in which it is committed as `assets/<name>.schema.json`. Raises KeyError."""
    adapter: TypeAdapter[object] = TypeAdapter(SCHEMAS[name])
    schema = adapter.json_schema(mode="serialization" if name in _WRITTEN else "validation")
    return json.dumps(schema, indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":
    wanted = sys.argv[1] if len(sys.argv) > 1 else "plan"
    if wanted not in SCHEMAS:
        sys.exit(f"no schema {wanted}: one of {', '.join(SCHEMAS)}")
    sys.stdout.write(schema_text(wanted))
