from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import WeightsCorrupt, WeightsMissing
from engine.weights import ModelCatalogue, Weights
from tests.fakes.wheels import publish

CATALOGUE = """
[sources.toy]
kind = "wheel"
package = "toyweights"
version = "1.0"
platform = "any"
python = "3.11"
licence = "MIT"

[models.needed]
source = "toy"
member = "toy/needed.py"
sha256 = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"
bytes = 3
form = "face_mesh"
purpose = "is needed"

[models.extra]
source = "toy"
member = "toy/extra.py"
sha256 = "fcde2b2edba56bf408601fb721fe9b5c338d10ee429ea04fae5511b68fbf8fb9"
bytes = 3
form = "face_mesh"
purpose = "is a luxury"
optional = true
"""


@pytest.fixture
def weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Weights:
    """One weight file that looks need and one that they do not; both are unlike what was named."""
    index = tmp_path / "index"
    index.mkdir()
    publish(index, "toyweights", "1.0", {"toy/needed.py": b"?", "toy/extra.py": b"?"})
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(index))
    catalogue = tmp_path / "models.toml"
    catalogue.write_text(CATALOGUE)
    return Weights(tmp_path / "models", ModelCatalogue.read(catalogue))


def test_what_no_look_needs_is_listed_only_when_asked_for(weights: Weights) -> None:
    assert weights.names() == ["needed"]
    assert weights.names(optional=True) == ["needed", "extra"]
    assert [file.name for file in weights.status()] == ["needed"]
    assert [file.name for file in weights.status(optional=True)] == ["needed", "extra"]


def test_what_no_look_needs_is_fetched_by_its_name_only(weights: Weights) -> None:
    with pytest.raises(WeightsCorrupt, match="needed"):
        weights.fetch()
    with pytest.raises(WeightsCorrupt, match="extra"):
        weights.fetch(["extra"])


def test_the_command_that_fetches_it_names_it(weights: Weights) -> None:
    with pytest.raises(WeightsMissing, match="run `zoetrope models fetch extra`"):
        weights.load("extra")
    with pytest.raises(WeightsMissing, match="run `zoetrope models fetch`"):
        weights.load("needed")
