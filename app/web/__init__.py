"""The web page: sources in `src/`, bundled into `static/`, which the server hands out."""
