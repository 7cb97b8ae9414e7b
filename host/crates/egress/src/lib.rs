//! The only outbound network.
