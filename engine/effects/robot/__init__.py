"""Robot: the photo breaks into plates that flip over and lock as metal."""
