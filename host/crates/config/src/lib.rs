//! TOML text into checked settings.
