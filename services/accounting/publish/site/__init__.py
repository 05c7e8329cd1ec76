"""The public site: views of released figures, as pages, files and charts (decision 0075).

A view is declared in `views/<name>.py`, its texts in `views/<name>.toml`, and its place in `views/__init__.py`.
"""
