"""From a photo to a Scene: faces, landmarks, matte, clean plate, depth."""
