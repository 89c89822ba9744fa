"""`python -m benchmarks NAME [ARGS]`: run one figure by name (dashes or underscores alike)."""

import sys
from importlib import import_module
from pathlib import Path

NOT_FIGURES = {"__init__", "__main__", "figure"}


def names() -> list[str]:
    """Every figure there is: the modules of this folder that offer `main`."""
    here = Path(__file__).parent
    modules = (path.stem for path in here.glob("*.py"))
    return sorted(name.replace("_", "-") for name in modules if name not in NOT_FIGURES and not name.startswith("_"))


def main(arguments: list[str]) -> int:
    """Run the named figure; its exit code is ours."""
    known = names()
    if not arguments or arguments[0].replace("_", "-") not in known:
        print(f"which figure? one of: {', '.join(known)}", file=sys.stderr)
        return 2
    figure = import_module(f"benchmarks.{arguments[0].replace('-', '_')}")
    code: int = figure.main(arguments[1:])
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
