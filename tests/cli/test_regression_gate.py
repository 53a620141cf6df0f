"""The regression gate as a pipeline uses it: waivers, baseline and lint, each with its message and exit code."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path

import commands
import pytest
from checkout import ROOT
from draws import long
from targets import reference_with

from conformance.contract.specs import LEDGER, OVERLAY, default_directory
from conformance.model.contract import Contract

NAME, HTML = "image.list.query.name.prefix", "error.404.html"
ON_REFERENCE = ("--os-cloud", "reference", "--other-cloud", "reference-other", "--seed", "3")
EXACT = ("-k", "test_name_selects_by_exact_match")
WAIVER = "- {{requirement: {}, reason: agreed, owner: cloud team, {}}}\n"


command = partial(commands.command, columns=200)


def waivers(path: Path, *rows: str) -> None:
    path.write_text("waivers:\n" + "".join(rows))


@pytest.fixture(scope="module")
def faulty(contract: Contract, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with clouds.yaml of a target that is wrong in one way, and the run that found it."""
    folder = tmp_path_factory.mktemp("faulty")
    with reference_with(NAME)(contract) as target, pytest.MonkeyPatch.context() as patch:
        target.write_clouds(folder / "clouds.yaml")
        patch.setenv("XDG_STATE_HOME", str(folder / "state"))
        done = command("run", *ON_REFERENCE, *EXACT, "--out", "run", cwd=folder)
    assert done.returncode == 1
    return folder


def test_one_waived_and_one_known_fault_are_exit_zero_and_the_last_line_says_so(
    tmp_path: Path, contract: Contract, faulty: Path
) -> None:
    shutil.copytree(faulty / "run", tmp_path / "run")
    waivers(
        tmp_path / "waivers.yaml",
        WAIVER.format("error.envelope", "status: 404, permanent: true"),
        WAIVER.format("header.content-type", "permanent: true"),
    )
    done = command("baseline", "update", "run", "--baseline", "known.json", cwd=tmp_path)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "known.json: 1 known findings, 1 of them new")
    with reference_with(NAME, HTML)(contract) as target:
        target.write_clouds(tmp_path / "clouds.yaml")
        done = command(
            "run", *ON_REFERENCE, "--profile", "smoke", "--baseline", "known.json", "--out", "out", cwd=tmp_path
        )
    assert done.returncode == 0, done.stdout
    last = done.stdout.splitlines()[-1]
    assert last.startswith("CONFORMANT (smoke: ")
    assert ", with 1 waived; 1 known finding of the baseline (exit 0)" in last
    assert "note: waivers are in use: 2, from waivers.yaml" in done.stdout
    verdict = json.loads((tmp_path / "out" / "verdict.json").read_text())
    outcomes = {item["id"]: item["outcome"] for item in verdict["requirements"]}
    assert (outcomes["error.envelope"], outcomes["image.list.query.name"]) == ("waived", "failed")
    assert [(item["requirement"], item["state"]) for item in verdict["waivers"]] == [
        ("error.envelope", "used"),
        ("header.content-type", "not exercised"),
    ]


def test_a_new_finding_beside_a_known_one_is_exit_one(tmp_path: Path, contract: Contract, faulty: Path) -> None:
    command("baseline", "update", str(faulty / "run"), "--baseline", "known.json", cwd=tmp_path)
    with reference_with(NAME, HTML)(contract) as target:
        target.write_clouds(tmp_path / "clouds.yaml")
        select = "test_name_selects_by_exact_match or test_an_image_that_is_not_there or 404 or deleted"
        done = command("run", *ON_REFERENCE, "-k", select, "--baseline", "known.json", "--out", "out", cwd=tmp_path)
    assert done.returncode == 1
    # The run that the baseline is of was a part of the cases, so that nobody can say that this one is new.
    assert (
        "; 1 known finding of the baseline; 1 finding that the baseline did not ask for (exit 1)"
        in done.stdout.splitlines()[-1]
    )


def test_the_baseline_of_another_contract_is_exit_two_and_nothing_is_sent(tmp_path: Path, faulty: Path) -> None:
    command("baseline", "update", str(faulty / "run"), cwd=tmp_path)
    path = tmp_path / "baseline.json"
    sha = json.loads(path.read_text())["contract"]["sha256"]
    path.write_text(path.read_text().replace(sha, "0" * 64))
    for arguments in (
        ("run", "--baseline", "baseline.json", "--os-cloud", "nowhere"),
        ("baseline", "update", str(faulty / "run")),
        ("baseline", "show"),
    ):
        done = command(*arguments, cwd=tmp_path)
        assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
        assert (
            "baseline.json:3: a baseline of the contract easystack-6.0.2 (000000000000), in use is easystack-6.0.2"
            in done.stderr
        )
    assert command("baseline", "update", str(faulty / "run"), "--anew", cwd=tmp_path).returncode == 0


def test_prune_drops_what_a_run_looked_for_and_did_not_find(tmp_path: Path, contract: Contract, faulty: Path) -> None:
    command("baseline", "update", str(faulty / "run"), cwd=tmp_path)
    done = command("baseline", "prune", str(faulty / "run"), cwd=tmp_path)
    assert done.stdout.splitlines() == ["baseline.json: 1 known findings, 0 dropped"]
    assert "image.list.query.name in image.list 200: " in command("baseline", "show", cwd=tmp_path).stdout
    command("run", *EXACT, "--out", "good", cwd=tmp_path)
    done = command("baseline", "prune", "good", cwd=tmp_path)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "baseline.json: 0 known findings, 1 dropped")
    assert done.stdout.startswith("- image.list.query.name in image.list 200: ")


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (
            WAIVER.format("image.list.query.name", "expires: 2020-01-01"),
            "waiver of image.list.query.name (cloud team) expired on 2020-01-01; its findings count again",
        ),
        (WAIVER.format("image.list.query.name", "status: 400, permanent: true"), ""),
    ],
)
def test_an_expired_waiver_and_one_for_elsewhere_excuse_nothing(
    tmp_path: Path, contract: Contract, row: str, words: str
) -> None:
    waivers(tmp_path / "w.yaml", row)
    with reference_with(NAME)(contract) as target:
        target.write_clouds(tmp_path / "clouds.yaml")
        done = command("run", *ON_REFERENCE, *EXACT, "--waivers", "w.yaml", "--out", "out", cwd=tmp_path)
    assert done.returncode == 1
    assert words in done.stdout


def test_an_unused_waiver_is_said_and_fails_under_strict_waivers(tmp_path: Path) -> None:
    waivers(tmp_path / "waivers.yaml", WAIVER.format("image.list.example.request", "permanent: true"))
    done = command("run", "--profile", "smoke", "--strict-waivers", "--out", "out", cwd=tmp_path)
    verdict = json.loads((tmp_path / "out" / "verdict.json").read_text())
    assert (done.returncode, verdict["outcome"], verdict["waivers"][0]["state"]) == (1, "conformant", "unused")
    assert (
        "waiver of image.list.example.request (cloud team) is unused: the run found nothing that it excuses; delete it"
        in done.stdout
    )
    assert done.stdout.splitlines()[-1].endswith("; fails by --strict-waivers: 1 waiver unused or expired (exit 1)")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            ("--waivers", "bad.yaml"),
            "bad.yaml:2: waivers[0].requirement: there is no requirement image.list.query.nam; the nearest is image.list.query.name",
        ),
        (("--waivers", "absent.yaml"), "absent.yaml:1: there is no such file"),
        (("--baseline", "absent.json"), "absent.json:1: there is no such file"),
        (("--strict-waivers",), "--strict-waivers: there are no waivers"),
        (("--confirm", "-1"), "--confirm"),
        (("--confirm", "99"), "--confirm"),
    ],
)
def test_what_is_wrong_ends_the_run_before_it_begins(tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    waivers(tmp_path / "bad.yaml", WAIVER.format("image.list.query.nam", "permanent: true"))
    done = command("run", *arguments, cwd=tmp_path)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert words in done.stderr
    assert not (tmp_path / "reports").exists()


@long
def test_plain_pytest_knows_the_same_options(tmp_path: Path, contract: Contract) -> None:
    waivers(tmp_path / "w.yaml", WAIVER.format("image.list.query.name", "permanent: true"))
    arguments = [
        "-p",
        "conformance.plugin",
        "-c",
        str(ROOT / "conformance" / "run" / "pytest.ini"),
        str(ROOT / "conformance" / "services" / "image" / "cases" / "test_filters.py"),
        *ON_REFERENCE,
        *EXACT,
        "--waivers",
        "w.yaml",
        "--confirm",
        "1",
        "--out",
        "out",
        "-p",
        "no:cacheprovider",
    ]
    with reference_with(NAME)(contract) as target:
        target.write_clouds(tmp_path / "clouds.yaml")
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *arguments], cwd=tmp_path, capture_output=True, timeout=300, check=False
        )
    verdict = json.loads((tmp_path / "out" / "verdict.json").read_text())
    assert (done.returncode, [item["waiver"] for item in verdict["findings"]]) == (3, ["agreed"])


# --- lint -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def specs(tmp_path: Path) -> Path:
    place = tmp_path / default_directory().name
    shutil.copytree(default_directory(), place)
    return place


def test_lint_says_what_it_checked(tmp_path: Path, faulty: Path) -> None:
    waivers(tmp_path / "waivers.yaml", WAIVER.format("error.envelope", "permanent: true"))
    command("baseline", "update", str(faulty / "run"), cwd=tmp_path)
    done = command("lint", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    shown = done.stdout.splitlines()
    assert (shown[0], shown[1], shown[-1]) == (
        "waivers.yaml: waivers, 1",
        "baseline.json: baseline, 1 findings",
        "8 checks, nothing is wrong",
    )


def test_lint_finds_all_that_is_wrong_with_file_and_line(tmp_path: Path) -> None:
    waivers(
        tmp_path / "waivers.yaml",
        WAIVER.format("error.envelop", "permanent: true"),
        WAIVER.format("error.envelope", "expires: soon"),
    )
    (tmp_path / "baseline.json").write_text(
        '{"baseline": "3.0",\n "contract": {"name": "x", "sha256": "y"},\n "findings": {},\n'
        ' "asked": {"whole": true, "seeds": [], "classes": [], "looks": []}}\n'
    )
    (tmp_path / "other.yaml").write_text("a: b\n")
    done = command("lint", "waivers.yaml", "baseline.json", "other.yaml", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout.splitlines() == [
        "waivers.yaml:2: waivers[0].requirement: there is no requirement error.envelop; the nearest is error.envelope",
        "waivers.yaml:3: waivers[1].expires: must be a date such as 2027-01-31",
        "baseline.json:2: contract.sha256: must be 64 hex digits",
        "baseline.json:3: findings: is an object, due is array",
        'other.yaml:1: neither waivers (`waivers:`), nor a baseline (`"baseline"`); specs are checked by their directory',
    ]
    assert done.stderr == "conformance: 5 violations in 3 of 3 checks\n"


@pytest.mark.parametrize(
    ("name", "old", "new", "words"),
    [
        (OVERLAY, "overlay: 1.0.0", "overlay: 2.0.0", ":1: overlay: must be a version of Overlay 1.0, such as 1.0.0"),
        (OVERLAY, "    ruling: type is accepted", "    rule: type is accepted", "x-rulings.3"),
        (OVERLAY, "'sort-key' ||", "'sort-bee' &&", "selects nothing in the image spec; the erratum is stale"),
        ("image.openapi.yaml", "operationId: image.list", "operationID: image.list", "operationID"),
        (
            LEDGER,
            "statement: Every call but",
            "statement: No call but",
            ":34: requirements[3].statement: auth.required: statement differs from what the specs give",
        ),
        (
            LEDGER,
            "level: must",
            "level: perhaps",
            ':35: requirements[3].level: is "perhaps", due is one of must, should, may',
        ),
        (LEDGER, "- id: auth.required", "- id: auth.wanted", "auth.required is missing; run `conformance extract`"),
    ],
)
def test_lint_finds_what_is_wrong_with_specs(
    tmp_path: Path, specs: Path, name: str, old: str, new: str, words: str
) -> None:
    path = specs / name
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))
    done = command("lint", specs.name, cwd=tmp_path)
    assert done.returncode == 2
    assert words in done.stdout
    assert all(line.startswith(f"{specs.name}/{name}:") for line in done.stdout.splitlines())


def test_lint_of_a_directory_without_specs_names_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = command("lint", "empty", cwd=tmp_path)
    assert done.returncode == 2
    assert [f"empty/{name}:1: there is no such file" for name in ("*.openapi.yaml", LEDGER)] == done.stdout.splitlines()


def test_findings_are_waived_by_a_draft_and_an_editor(tmp_path: Path, contract: Contract, faulty: Path) -> None:
    done = command("waivers", "draft", str(faulty / "run"), cwd=tmp_path)
    assert (done.returncode, done.stdout.partition(";")[0]) == (0, "waivers.yaml: 1 entry")
    again = command("waivers", "draft", str(faulty / "run"), cwd=tmp_path)
    assert (again.returncode, again.stderr.strip()) == (
        2,
        "conformance: waivers.yaml: is there already; give another --out, or --force to write over it",
    )
    with reference_with(NAME)(contract) as target:
        target.write_clouds(tmp_path / "clouds.yaml")
        unedited = command("run", *ON_REFERENCE, *EXACT, "--waivers", "waivers.yaml", "--out", "out", cwd=tmp_path)
        assert unedited.returncode == 2
        assert "waivers[0]: fill in reason, owner and expires" in unedited.stderr
        path = tmp_path / "waivers.yaml"
        edited = path.read_text(encoding="utf-8")
        for name, value in (("reason", "agreed"), ("owner", "cloud team"), ("expires", "2099-01-31")):
            edited = edited.replace(f"    {name}:", f"    {name}: {value}")
        path.write_text(edited, encoding="utf-8")
        done = command("run", *ON_REFERENCE, *EXACT, "--waivers", "waivers.yaml", "--out", "out", cwd=tmp_path)
    # One case alone leaves the verdict open; what it finds does not count.
    assert (done.returncode, "with 1 waived" in done.stdout) == (3, True)
    nothing = command("waivers", "draft", "out", "--force", cwd=tmp_path)
    assert (nothing.returncode, nothing.stdout.strip()) == (
        0,
        "out: no finding fails this run, so there is nothing to waive; no file is written",
    )
