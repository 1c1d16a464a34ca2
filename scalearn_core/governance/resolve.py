"""What `--model M` names: a name of the registry (`tickets`, `tickets@2`), a run of the studio, or a folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from scalearn_core.errors import AuditError, GovernanceError, RunError
from scalearn_core.evidence.places import Place, place_of
from scalearn_core.governance import registry
from scalearn_core.governance.folders import place_of_version
from scalearn_core.governance.records import Version
from scalearn_core.runs.folders import run_folder
from scalearn_core.scaling.seal import is_sealed, read_seal


@dataclass(frozen=True)
class Resolved:
    """A model that was named."""

    place: Place
    version: Version | None
    """None: it is in no registry."""

    @property
    def name(self) -> str:
        """As it was registered, or as its folder is called."""
        return self.version.model if self.version else self.place.model.resolve().name


def resolve(named: str) -> Resolved:
    """The model that was named; a name of the registry goes first, a folder can always be given as `./NAME`.

    Raises:
        ModelError: `model.not_found`: neither a name, nor a run, nor a folder with a model.
        GovernanceError: `governance.unknown_version`, `governance.files_gone`.
    """
    if not named.startswith((".", "/", "~")):
        if version := _registered(named):
            return Resolved(place_of_version(version), version)
        try:
            if (run := run_folder(named)).is_dir():
                return Resolved(place_of(run), None)
        except RunError:  # no id of a run
            pass
    return Resolved(place_of(Path(named).expanduser()), None)


def name_and_version(model: Path, otherwise: str) -> tuple[str, str]:
    """What a model is called in a table it classified: its name and version in the registry; of one that is in no
    registry `otherwise`, and the beginning of its identity."""
    if not is_sealed(model):
        return otherwise, ""
    model_id = read_seal(model).model_id
    try:
        versions = (version for each in registry.models() for version in reversed(each.versions))
        found = next((version for version in versions if version.model_id == model_id), None)
    except AuditError:
        found = None
    return (found.model, str(found.version)) if found else (otherwise, model_id[:12])


def _registered(named: str) -> Version | None:
    """The version of a name; None where there is none, or a folder of that name and no trail to rely on."""
    try:
        return registry.find(named)
    except GovernanceError as error:
        if error.code == "governance.unknown_model":
            return None
        raise
    except AuditError:
        if Path(named).is_dir():
            return None
        raise
