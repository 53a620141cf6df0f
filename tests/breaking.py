"""Sessions on a cloud that breaks, and what they leave in journals and notes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from conformance.model.contract import Contract
from conformance.proof.reference import Reference
from conformance.run.journal_file import state_directory
from conformance.run.options import Options
from conformance.run.session import Session
from conformance.services.fault import Fault, Hooks
from conformance.target.cloud import Settings

__all__ = ["against", "journals", "kinds", "session_on"]


def session_on(cloud: Reference, contract: Contract, folder: Path) -> Session:
    """A session of a smoke run that has not begun."""
    cloud.write_clouds(folder / "clouds.yaml")
    settings = Settings(cloud="reference", config_files=(str(folder / "clouds.yaml"),))
    return Session(Options(settings, profile="smoke", seed=1), contract)


@contextmanager
def against(contract: Contract, folder: Path, **hooks: Any) -> Iterator[tuple[Session, Reference]]:
    """An open session on a cloud that breaks."""
    breaking = Fault("ours", (), "breaks", Hooks(**hooks))
    with Reference(contract, faults=[breaking]) as cloud, session_on(cloud, contract, folder) as session:
        yield session, cloud


def journals() -> list[Path]:
    return list(state_directory().glob("*.jsonl"))


def kinds(session: Session) -> list[str]:
    return [note.kind for note in session.notes]
