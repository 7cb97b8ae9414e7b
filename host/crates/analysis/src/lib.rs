//! Language and sentiment with evidence; pure and synchronous.
