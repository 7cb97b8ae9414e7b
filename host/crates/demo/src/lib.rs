//! Servers on loopback with a day of invented conversation.
