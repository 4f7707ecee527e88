//! Style as a test: what the workspace promises about itself. All of it is in `tests/`.
