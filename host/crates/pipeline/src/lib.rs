//! Schedule, read, admit, analyse, route, store.
