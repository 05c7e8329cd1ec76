"""Charts drawn on the server: numbers become marks on a canvas, which `svg` writes. They know no view, no language."""
