"""A photo becomes a Scene: faces, landmarks, matte, clean plate, depth, normals."""
