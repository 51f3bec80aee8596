"""The operations, one file per noun; importing `app.operations.catalog` registers them all."""
