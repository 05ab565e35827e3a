"""Pages for people: that of a release and those of figures, with the files beside them."""
