//! Feed pages and live stream.
