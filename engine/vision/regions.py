"""Landmark numbers of the parts of a face. Left and right are the image's."""

from __future__ import annotations

SKIN = 468
"""Landmarks below this number are the mesh; the irises come after."""

LEFT_IRIS, RIGHT_IRIS = 468, 473
"""Centres; the four after each lie on its rim."""

LEFT_EYE_OUTER, RIGHT_EYE_OUTER = 33, 263
CHIN = 152

OVAL = (
    *(10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377),
    *(152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109),
)
"""Outline of the face, clockwise from the middle of the forehead."""

LEFT_EYE = (33, 7, 163, 144, 145, 153, 154, 155, 133, 173, 157, 158, 159, 160, 161, 246)
RIGHT_EYE = (263, 249, 390, 373, 374, 380, 381, 382, 362, 398, 384, 385, 386, 387, 388, 466)
"""Opening of each eye, from the outer corner along the lower lid and back along the upper."""
