"""A photo becomes a Scene."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.jobs.errors import Refused
from engine.jobs.refusal import Refusal, RefusalCode
from engine.vision.arrays import Floats, Photo
from engine.vision.crop import selfie_crop
from engine.vision.detector import FAR_GRIDS, NEAR_GRIDS, FaceDetector
from engine.vision.faces import FaceFinder, face_of
from engine.vision.head import face_mask, head_weight
from engine.vision.landmarks import LandmarkNet
from engine.vision.matte import fine_matte
from engine.vision.network import Network
from engine.vision.person import person_colours
from engine.vision.plate import clean_plate
from engine.vision.relief import normals_of, relief
from engine.vision.scene import Face, Scene
from engine.vision.search import FaceSearch
from engine.vision.segmentation import PersonNet
from engine.weights import Weights

SMALLEST_FACE = 64
"""Pixels across in the photo below which a face is too small to work on."""


class Vision:
    """Everything the engine knows how to see."""

    def __init__(
        self, faces: FaceFinder, people: PersonNet, triangles: NDArray[np.int32], device: str
    ) -> None:
        self._find_faces = faces
        self._people = people
        self._triangles = triangles
        self.device = device

    @classmethod
    def load(cls, weights: Weights, device: str = "cpu") -> Self:
        """Load the nets.

        Raises:
            WeightsMissing: a weight file is not fetched, or is not the right one.
        """

        def network(name: str) -> Network:
            return Network.of(weights.load(name), device)

        search = FaceSearch(
            near=FaceDetector(network("face_detector_near"), NEAR_GRIDS),
            far=FaceDetector(network("face_detector_far"), FAR_GRIDS),
        )
        return cls(
            faces=FaceFinder(search, LandmarkNet(network("face_landmarks"))),
            people=PersonNet(network("person_matte")),
            triangles=weights.load("face_mesh").tensors["triangles"],
            device=device,
        )

    def faces(self, photo: Photo) -> tuple[Face, ...]:
        """Find the faces of a photo (H, W, 3), the biggest first, in its pixels."""
        return self._find_faces(photo)

    def scene(self, photo: Photo, width: int, height: int) -> Scene:
        """Crop a photo (H, W, 3) around its biggest face and take it apart.

        Raises:
            Refused: there is no face, or none big enough.
        """
        faces = self._workable_faces(photo)
        crop = selfie_crop(photo, faces[0], width, height)
        belief = self._people(photo, crop, faces[0])
        face, *others = (face_of(crop.points(face.landmarks)) for face in faces)
        return self._taken_apart(crop.pixels(photo), belief, face, others)

    def _workable_faces(self, photo: Photo) -> tuple[Face, ...]:
        faces = self.faces(photo)
        if not faces:
            raise Refused(Refusal(RefusalCode.NO_FACE))
        if faces[0].width < SMALLEST_FACE:
            data = {"pixels": round(faces[0].width), "needed": SMALLEST_FACE}
            raise Refused(Refusal(RefusalCode.FACE_TOO_SMALL, data))
        return faces

    def _taken_apart(
        self, pixels: Photo, belief: Floats, face: Face, others: Sequence[Face]
    ) -> Scene:
        height, width = belief.shape
        image = torch.from_numpy(pixels).permute(2, 0, 1).contiguous().float() / 255
        oval = face_mask(face, height, width)
        coverage = fine_matte(belief, pixels, face, others, oval)
        surface, back = relief(face, coverage, self._triangles)
        matte, depth = torch.from_numpy(coverage), torch.from_numpy(surface)
        plate = clean_plate(image, matte)
        return Scene(
            pixels=pixels,
            image=self._placed(image),
            face=face,
            others=tuple(other for other in others if _shows(other, width, height)),
            matte=self._placed(matte),
            face_mask=self._placed(torch.from_numpy(oval)),
            person=self._placed(person_colours(image, matte, plate)),
            plate=self._placed(plate),
            depth=self._placed(depth),
            back=back,
            normals=self._placed(normals_of(depth)),
            head_weight=self._placed(torch.from_numpy(head_weight(face, height, width))),
        )

    def _placed(self, values: Tensor) -> Tensor:
        return values.to(self.device)


def _shows(face: Face, width: int, height: int) -> bool:
    x, y = face.centre
    return bool(0 <= x < width and 0 <= y < height)
