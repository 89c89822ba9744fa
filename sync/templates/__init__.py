"""Starting points for each CRM's part of a configuration, and the way to put several into one file."""

from importlib.resources import files

OTHERS = ("salesforce", "zoho")
"""CRMs that can be added to the example, which is about HubSpot."""


def with_crms(config: str, names: tuple[str, ...]) -> str:
    """The configuration text with the named CRMs' connections and objects added behind its own.

    Raises KeyError for a CRM that there is no starting point for.
    """
    for name in names:
        if name not in OTHERS:
            raise KeyError(name)
        part = (files(__name__) / f"{name}.yaml").read_text(encoding="utf-8")
        _, connection, objects = part.replace("\nobjects:\n", "connections:\n").split("connections:\n")
        config = _behind(_behind(config, "connections", connection), "objects", objects)
    return config


def _behind(config: str, section: str, block: str) -> str:
    """`block` behind the last indented line of a top-level section, so that the comments before the next one stay with it."""
    lines = config.splitlines()
    start = lines.index(f"{section}:")
    end = next((at for at in range(start + 1, len(lines)) if lines[at][:1].strip() not in ("", "#")), len(lines))
    last = max(at for at in range(start, end) if lines[at].startswith(" ") and not lines[at].lstrip().startswith("#"))
    return "\n".join([*lines[: last + 1], "", *block.strip("\n").splitlines(), *lines[last + 1 :]]) + "\n"
