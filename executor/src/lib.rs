//! The uVM executor.
