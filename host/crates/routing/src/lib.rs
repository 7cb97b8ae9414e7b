//! Routing rules over analysed items; pure and synchronous.
