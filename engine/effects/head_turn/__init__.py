"""Head turn: the photo looks to one side, to the other, and back."""
