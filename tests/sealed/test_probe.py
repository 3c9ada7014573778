from __future__ import annotations

import platform
import sys
from pathlib import Path

import pytest

from autograder.sealed.doctor import diagnose
from autograder.sealed.engine import SealedEngine
from autograder.sealed.errors import EngineError
from autograder.sealed.levels import Level, Mechanisms
from autograder.sealed.probe import Capabilities, Finding, choose, probe

EVERYTHING = Mechanisms(namespaces=True, landlock=True, seccomp=True)
NO_NAMESPACES = Mechanisms(namespaces=False, landlock=True, seccomp=True)
NO_LANDLOCK = Mechanisms(namespaces=True, landlock=False, seccomp=True)
NO_SECCOMP = Mechanisms(namespaces=True, landlock=True, seccomp=False)
NEITHER = Mechanisms(namespaces=False, landlock=False, seccomp=True)


@pytest.mark.parametrize(
    ("mechanisms", "level"),
    [
        (EVERYTHING, Level.FULL),
        (NO_NAMESPACES, Level.REDUCED),
        (NO_LANDLOCK, Level.REDUCED),
        (NO_SECCOMP, Level.UNSAFE),
        (NEITHER, Level.UNSAFE),
    ],
)
def test_a_level_needs_all_of_its_layers(mechanisms: Mechanisms, level: Level) -> None:
    assert mechanisms.level is level


def test_mechanisms_survive_the_way_to_the_zygote() -> None:
    assert Mechanisms.from_json(NO_NAMESPACES.to_json()) == NO_NAMESPACES


def test_every_mechanism_that_is_missing_comes_with_a_remedy() -> None:
    for finding in probe().findings:
        assert finding.ok or finding.remedy, finding


def test_trying_the_mechanisms_leaves_this_process_as_it_was() -> None:
    probe()
    assert "Seccomp:\t0" in Path("/proc/self/status").read_text()


def test_below_the_required_level_the_error_says_what_is_missing_and_what_to_do() -> None:
    found = Capabilities(
        (Finding("namespaces", ok=False, detail="not allowed", remedy="Allow them"),),
        NO_NAMESPACES,
    )
    with pytest.raises(EngineError, match=r"reduced.*full is required.*not allowed. Allow them"):
        choose(found, Level.FULL)
    assert choose(found, Level.REDUCED) == NO_NAMESPACES


def test_without_process_descriptors_nothing_is_graded_at_any_level() -> None:
    found = Capabilities((), EVERYTHING, refusal="process descriptors: not there")
    with pytest.raises(EngineError, match="process descriptors"):
        choose(found, Level.UNSAFE)


@pytest.mark.parametrize(("system", "name"), [("darwin", "Darwin"), ("win32", "Windows")])
def test_other_systems_are_refused_with_what_to_use_instead(
    monkeypatch: pytest.MonkeyPatch, system: str, name: str
) -> None:
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(platform, "system", lambda: name)
    with pytest.raises(EngineError, match=rf"{name}.*Linux.*container.*WSL 2"):
        SealedEngine(required=Level.REDUCED)


def test_a_machine_with_unknown_system_calls_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")
    with pytest.raises(EngineError, match="riscv64"):
        SealedEngine(required=Level.REDUCED)


def test_no_sandbox_is_only_for_those_who_say_unsafe() -> None:
    with pytest.raises(EngineError, match="unsafe"):
        SealedEngine(required=Level.UNSAFE)


def test_the_doctor_gives_the_level_and_one_finding_a_mechanism() -> None:
    diagnosis = diagnose()
    assert diagnosis.level is probe().level
    names = [finding.mechanism for finding in diagnosis.findings]
    assert {"namespaces", "landlock", "seccomp", "limits", "process descriptors"} <= set(names)
    assert len(names) == len(set(names))
    assert diagnosis.summary
