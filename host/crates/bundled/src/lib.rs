//! The connectors that ship inside the binary.
